//! What a page shows beside the findings.

use super::{AuditReport, DeploymentPlot};
use crate::forge::ForgeRepository;
use crate::report::Matrix;

/// An audit with all that stands around it.
#[derive(Debug)]
pub struct AuditPage {
    pub audited: AuditReport,
    /// What runs now.
    pub matrix: Matrix,
    pub plot: DeploymentPlot,
    /// Where commits can be looked at.
    pub place: Option<ForgeRepository>,
}
