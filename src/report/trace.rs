//! The report of `towpath trace`: the way of a version through the stages.

use super::DeploymentReport;
use crate::model::{CellKey, Version};

/// Answer of `trace`.
#[derive(Debug, Clone)]
pub struct TraceReport {
    /// The version as the user typed it.
    pub text: String,
    pub ways: Vec<VersionTraceReport>,
}

/// A version of an app.
#[derive(Debug, Clone)]
pub struct VersionTraceReport {
    /// The app, or `app/component` if the app has several.
    pub name: String,
    pub component: Option<String>,
    pub version: Version,
    /// In pipeline order, then by arrival.
    pub visits: Vec<ReportedRunPeriod>,
    /// Cells of the app that never ran the version, with their current one.
    pub absent: Vec<(CellKey, Version)>,
}

/// A period in which a cell ran the version.
#[derive(Debug, Clone)]
pub struct ReportedRunPeriod {
    pub cell: CellKey,
    /// `None` if the period began before the known history.
    pub came: Option<DeploymentReport>,
    /// `None` if the version is still running.
    pub left: Option<DeploymentReport>,
}

impl ReportedRunPeriod {
    /// Duration in seconds, until `now` if it continues.
    pub fn seconds(&self, now: i64) -> Option<i64> {
        let until = self.left.as_ref().map_or(now, |change| change.time.as_second());
        self.came.as_ref().map(|change| until - change.time.as_second())
    }
}
