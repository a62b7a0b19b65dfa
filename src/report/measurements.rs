//! The figures of a repository that a monitoring system collects.

use super::StatusReport;
use crate::audit::Severity;
use crate::history::DeploymentKind;
use crate::model::StageName;
use std::collections::BTreeMap;

/// What runs now, and counts over the whole known history.
#[derive(Debug, Clone)]
pub struct MeasurementReport {
    pub status: StatusReport,
    /// Deployments by stage and kind; several images or targets in one commit count each.
    pub deployments: BTreeMap<(StageName, DeploymentKind), u64>,
    /// The lead times of each stage in seconds, without negative ones.
    pub leads: BTreeMap<StageName, Vec<i64>>,
    /// The active locks; `None` where the ledger was not read.
    pub locks: Option<usize>,
    /// The findings of the audit by severity.
    pub findings: BTreeMap<Severity, usize>,
    /// True where the clone has the whole history.
    pub is_complete: bool,
}
