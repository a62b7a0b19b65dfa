//! Data of the HTML report.

use super::{AuditReport, DeploymentPlot};
use crate::forge::ForgeRepository;
use crate::report::Matrix;

/// An audit with its context.
#[derive(Debug)]
pub struct AuditPage {
    pub audited: AuditReport,
    /// The current mapping.
    pub matrix: Matrix,
    pub plot: DeploymentPlot,
    /// Repository on the forge, for links to commits.
    pub place: Option<ForgeRepository>,
}
