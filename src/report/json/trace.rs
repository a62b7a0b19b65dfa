//! `towpath.trace/1`.

use super::DeploymentJson;
use crate::report::{Trace, Visit, Way};
use serde::Serialize;

/// The whole answer of `trace --output json`.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(title = "towpath.trace/1"))]
pub struct TraceJson {
    #[cfg_attr(test, schemars(extend("const" = "towpath.trace/1")))]
    pub schema: &'static str,
    pub repository: String,
    pub version: String,
    pub found: Vec<WayJson>,
}

/// One version of one app.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct WayJson {
    pub app: String,
    pub component: Option<String>,
    pub tag: Option<String>,
    pub digest: Option<String>,
    pub stays: Vec<StayJson>,
    pub absent: Vec<AbsentJson>,
}

/// A version in one place.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct StayJson {
    pub stage: String,
    pub target: Option<String>,
    pub running: bool,
    pub seconds: Option<i64>,
    pub came: Option<DeploymentJson>,
    pub left: Option<DeploymentJson>,
}

/// A place where the version never was, and what runs there.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct AbsentJson {
    pub stage: String,
    pub target: Option<String>,
    pub tag: Option<String>,
    pub digest: Option<String>,
}

impl TraceJson {
    /// The answer for one repository; stays that go on are counted until `now`.
    pub fn new(trace: &Trace, repository: String, now: i64) -> Self {
        let found = trace.ways.iter().map(|way| WayJson::new(way, now)).collect();
        TraceJson { schema: "towpath.trace/1", repository, version: trace.text.clone(), found }
    }
}

impl WayJson {
    fn new(way: &Way, now: i64) -> Self {
        let absent = way.absent.iter().map(|(slot, version)| AbsentJson {
            stage: slot.stage.to_string(),
            target: slot.target.as_ref().map(ToString::to_string),
            tag: version.tag.clone(),
            digest: version.digest.clone(),
        });
        WayJson {
            app: way.name.clone(),
            component: way.component.clone(),
            tag: way.version.tag.clone(),
            digest: way.version.digest.clone(),
            stays: way.visits.iter().map(|visit| StayJson::new(visit, now)).collect(),
            absent: absent.collect(),
        }
    }
}

impl StayJson {
    fn new(visit: &Visit, now: i64) -> Self {
        StayJson {
            stage: visit.slot.stage.to_string(),
            target: visit.slot.target.as_ref().map(ToString::to_string),
            running: visit.left.is_none(),
            seconds: visit.seconds(now),
            came: visit.came.as_ref().map(DeploymentJson::from),
            left: visit.left.as_ref().map(DeploymentJson::from),
        }
    }
}
