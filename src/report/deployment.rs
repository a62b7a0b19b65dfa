//! The report of `towpath history`: deployments one by one.

use crate::history::{CommitDetails, Deployment, DeploymentKind, ImageVersion};
use crate::model::CellKey;
use crate::report::SourceChanges;
use jiff::Timestamp;
use std::rc::Rc;

/// A deployment with its display name and commit details.
#[derive(Debug, Clone)]
pub struct DeploymentReport {
    /// The app, or `app/component` if the app has several.
    pub name: String,
    pub cell: CellKey,
    pub kind: DeploymentKind,
    pub from: Option<ImageVersion>,
    pub to: Option<ImageVersion>,
    pub commit: String,
    pub time: Timestamp,
    pub account: Rc<CommitDetails>,
    /// The changed file.
    pub path: String,
    /// Seconds since the version reached the earlier stage.
    pub lead: Option<i64>,
    /// The commits of the app's sources that it brought, where they were asked for.
    pub changes: Option<SourceChanges>,
    /// When a controller applied it, where a witness was asked and knows.
    pub applied: Option<Timestamp>,
}

impl DeploymentReport {
    /// Creates a report of a deployment.
    pub fn new(name: &str, deployment: &Deployment<'_>, account: Rc<CommitDetails>) -> Self {
        DeploymentReport {
            name: name.to_owned(),
            cell: deployment.cell.clone(),
            kind: deployment.kind,
            from: deployment.from.cloned(),
            to: deployment.to.cloned(),
            commit: deployment.commit.to_string(),
            time: to_timestamp(deployment.time),
            account,
            path: deployment.path.to_owned(),
            lead: deployment.lead,
            changes: None,
            applied: None,
        }
    }
}

impl DeploymentReport {
    /// Seconds from the landing until a controller applied it.
    pub fn applied_delay(&self) -> Option<i64> {
        self.applied.map(|applied| applied.as_second() - self.time.as_second())
    }
}

/// Converts a committer time. Times out of range become 1970.
pub fn to_timestamp(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH)
}
