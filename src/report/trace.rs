//! What `towpath trace` tells: the way of a version through the stages.

use super::DeploymentReport;
use crate::model::{CellKey, Version};

/// The answer.
#[derive(Debug, Clone)]
pub struct TraceReport {
    /// What was asked for.
    pub text: String,
    pub ways: Vec<VersionTraceReport>,
}

/// One version of one app.
#[derive(Debug, Clone)]
pub struct VersionTraceReport {
    /// The app, or `app/component` where the app has several.
    pub name: String,
    pub component: Option<String>,
    pub version: Version,
    /// In pipeline order, then as it came.
    pub visits: Vec<ReportedRunPeriod>,
    /// The places of the app where it never was, with what runs there.
    pub absent: Vec<(CellKey, Version)>,
}

/// A version in one place, from its coming to its going.
#[derive(Debug, Clone)]
pub struct ReportedRunPeriod {
    pub slot: CellKey,
    /// `None`: it was there before all that is known.
    pub came: Option<DeploymentReport>,
    /// `None`: it runs there.
    pub left: Option<DeploymentReport>,
}

impl ReportedRunPeriod {
    /// How long it stayed, or has stayed by `now`, in seconds.
    pub fn seconds(&self, now: i64) -> Option<i64> {
        let until = self.left.as_ref().map_or(now, |change| change.time.as_second());
        self.came.as_ref().map(|change| until - change.time.as_second())
    }
}
