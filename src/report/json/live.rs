//! `towpath.live/1`, and what `status --live` adds to an entry.

use super::WarningJson;
use crate::report::{LiveCell, LivePart, LiveReport, LiveState, ReplicaCounts};
use serde::Serialize;

/// Answer of `live --output json`.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(title = "towpath.live/1"))]
pub struct LiveJson {
    #[cfg_attr(test, schemars(extend("const" = "towpath.live/1")))]
    pub schema: &'static str,
    pub repository: String,
    pub revision: Option<String>,
    pub time: String,
    /// True where every cell runs what is wanted.
    pub as_wanted: bool,
    pub cells: Vec<LiveRowJson>,
    pub warnings: Vec<WarningJson>,
}

/// A cell, and what runs in it.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct LiveRowJson {
    pub app: String,
    pub stage: String,
    pub target: Option<String>,
    pub image: Option<String>,
    pub tag: Option<String>,
    pub digest: Option<String>,
    /// When the wanted version landed in the repository.
    pub landed: Option<String>,
    #[serde(flatten)]
    pub live: LiveCellJson,
}

/// What the witnesses saw of a cell.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct LiveCellJson {
    /// `as-wanted`, `not-applied`, `rolling`, `unwell`, `drift` or `unknown`.
    pub state: &'static str,
    /// The versions that run.
    pub runs: Vec<String>,
    /// Since when the state is what it is.
    pub state_since: Option<String>,
    pub reason: Option<String>,
    /// When a controller applied the wanted version.
    pub applied: Option<String>,
    /// When the witnesses looked.
    pub looked: Option<String>,
    pub witness: Option<&'static str>,
    pub context: Option<String>,
    pub parts: Vec<LivePartJson>,
}

/// A container of a workload, or an object of a controller.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct LivePartJson {
    pub object: String,
    pub container: Option<String>,
    pub image: Option<String>,
    pub digests: Vec<String>,
    pub revision: Option<String>,
    pub replicas: Option<ReplicaCountsJson>,
    pub state: &'static str,
    pub state_since: Option<String>,
    pub reason: Option<String>,
}

/// The pods of a workload.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ReplicaCountsJson {
    pub wanted: u32,
    pub updated: u32,
    pub ready: u32,
}

impl From<&LiveReport> for LiveJson {
    fn from(report: &LiveReport) -> Self {
        LiveJson {
            schema: "towpath.live/1",
            repository: report.repository.clone(),
            revision: report.revision.clone(),
            time: report.time.to_string(),
            as_wanted: report.count(LiveState::AsWanted) == report.cells.len(),
            cells: report.cells.iter().map(LiveRowJson::from).collect(),
            warnings: report.warnings.iter().map(WarningJson::from).collect(),
        }
    }
}

impl From<&LiveCell> for LiveRowJson {
    fn from(cell: &LiveCell) -> Self {
        LiveRowJson {
            app: cell.name.clone(),
            stage: cell.stage.clone(),
            target: cell.target.clone(),
            image: cell.image.clone(),
            tag: cell.wanted.tag.clone(),
            digest: cell.wanted.digest.clone(),
            landed: cell.landed.map(|time| time.to_string()),
            live: LiveCellJson::from(cell),
        }
    }
}

impl From<&LiveCell> for LiveCellJson {
    fn from(cell: &LiveCell) -> Self {
        LiveCellJson {
            state: cell.state.as_str(),
            runs: cell.runs.iter().map(ToString::to_string).collect(),
            state_since: cell.since.map(|time| time.to_string()),
            reason: cell.reason.clone(),
            applied: cell.applied.map(|time| time.to_string()),
            looked: cell.looked.map(|time| time.to_string()),
            witness: cell.witness,
            context: cell.context.clone(),
            parts: cell.parts.iter().map(LivePartJson::from).collect(),
        }
    }
}

impl From<&LivePart> for LivePartJson {
    fn from(part: &LivePart) -> Self {
        LivePartJson {
            object: part.object.clone(),
            container: part.container.clone(),
            image: part.image.clone(),
            digests: part.digests.clone(),
            revision: part.revision.clone(),
            replicas: part.replicas.map(ReplicaCountsJson::from),
            state: part.state.as_str(),
            state_since: part.since.map(|time| time.to_string()),
            reason: part.reason.clone(),
        }
    }
}

impl From<ReplicaCounts> for ReplicaCountsJson {
    fn from(count: ReplicaCounts) -> Self {
        let ReplicaCounts { wanted, updated, ready } = count;
        ReplicaCountsJson { wanted, updated, ready }
    }
}
