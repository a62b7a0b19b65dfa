//! What `towpath history` tells: one deployment after the other.

use crate::history::{CommitDetails, Deployment, DeploymentKind, ImageVersion};
use crate::model::CellKey;
use jiff::Timestamp;
use std::rc::Rc;

/// A deployment, as people are told of it.
#[derive(Debug, Clone)]
pub struct DeploymentReport {
    /// The app, or `app/component` where the app has several.
    pub name: String,
    pub slot: CellKey,
    pub kind: DeploymentKind,
    pub from: Option<ImageVersion>,
    pub to: Option<ImageVersion>,
    pub commit: String,
    pub time: Timestamp,
    pub account: Rc<CommitDetails>,
    /// The file that says so.
    pub path: String,
    /// Seconds since the version came into the stage before.
    pub lead: Option<i64>,
}

impl DeploymentReport {
    /// A deployment with its name and what its commit says.
    pub fn new(name: &str, deployment: &Deployment<'_>, account: Rc<CommitDetails>) -> Self {
        DeploymentReport {
            name: name.to_owned(),
            slot: deployment.slot.clone(),
            kind: deployment.kind,
            from: deployment.from.cloned(),
            to: deployment.to.cloned(),
            commit: deployment.commit.to_string(),
            time: to_timestamp(deployment.time),
            account,
            path: deployment.path.to_owned(),
            lead: deployment.lead,
        }
    }
}

/// A committer time; what lies beyond all calendars is 1970.
pub fn to_timestamp(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH)
}
