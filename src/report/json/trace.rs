//! `towpath.trace/1`.

use super::DeploymentJson;
use crate::report::{ReportedRunPeriod, TraceReport, VersionTraceReport};
use serde::Serialize;

/// Answer of `trace --output json`.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(title = "towpath.trace/1"))]
pub struct TraceJson {
    #[cfg_attr(test, schemars(extend("const" = "towpath.trace/1")))]
    pub schema: &'static str,
    pub repository: String,
    pub version: String,
    pub found: Vec<VersionTraceJson>,
}

/// A version of an app.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct VersionTraceJson {
    pub app: String,
    pub component: Option<String>,
    pub tag: Option<String>,
    pub digest: Option<String>,
    pub stays: Vec<RunPeriodJson>,
    pub absent: Vec<AbsentCellJson>,
}

/// A period in which a cell ran the version.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RunPeriodJson {
    pub stage: String,
    pub target: Option<String>,
    pub running: bool,
    pub seconds: Option<i64>,
    pub came: Option<DeploymentJson>,
    pub left: Option<DeploymentJson>,
}

/// A cell that never ran the version, with its current one.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct AbsentCellJson {
    pub stage: String,
    pub target: Option<String>,
    pub tag: Option<String>,
    pub digest: Option<String>,
}

impl TraceJson {
    /// Creates the answer for a repository; periods that continue are counted until `now`.
    pub fn new(trace: &TraceReport, repository: String, now: i64) -> Self {
        let found = trace.ways.iter().map(|way| VersionTraceJson::new(way, now)).collect();
        TraceJson { schema: "towpath.trace/1", repository, version: trace.text.clone(), found }
    }
}

impl VersionTraceJson {
    fn new(way: &VersionTraceReport, now: i64) -> Self {
        let absent = way.absent.iter().map(|(cell, version)| AbsentCellJson {
            stage: cell.stage.to_string(),
            target: cell.target.as_ref().map(ToString::to_string),
            tag: version.tag.clone(),
            digest: version.digest.clone(),
        });
        VersionTraceJson {
            app: way.name.clone(),
            component: way.component.clone(),
            tag: way.version.tag.clone(),
            digest: way.version.digest.clone(),
            stays: way.visits.iter().map(|visit| RunPeriodJson::new(visit, now)).collect(),
            absent: absent.collect(),
        }
    }
}

impl RunPeriodJson {
    fn new(visit: &ReportedRunPeriod, now: i64) -> Self {
        RunPeriodJson {
            stage: visit.cell.stage.to_string(),
            target: visit.cell.target.as_ref().map(ToString::to_string),
            running: visit.left.is_none(),
            seconds: visit.seconds(now),
            came: visit.came.as_ref().map(DeploymentJson::from),
            left: visit.left.as_ref().map(DeploymentJson::from),
        }
    }
}
