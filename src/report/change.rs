//! What `towpath history` tells: one deployment after the other.

use crate::history::{Account, Deployment, Kind, Pinned};
use crate::model::SlotKey;
use jiff::Timestamp;
use std::rc::Rc;

/// A deployment, as people are told of it.
#[derive(Debug, Clone)]
pub struct Change {
    /// The app, or `app/component` where the app has several.
    pub name: String,
    pub slot: SlotKey,
    pub kind: Kind,
    pub from: Option<Pinned>,
    pub to: Option<Pinned>,
    pub commit: String,
    pub time: Timestamp,
    pub account: Rc<Account>,
    /// The file that says so.
    pub path: String,
    /// Seconds since the version came into the stage before.
    pub lead: Option<i64>,
}

impl Change {
    /// A deployment with its name and what its commit says.
    pub fn new(name: &str, deployment: &Deployment<'_>, account: Rc<Account>) -> Self {
        Change {
            name: name.to_owned(),
            slot: deployment.slot.clone(),
            kind: deployment.kind,
            from: deployment.from.cloned(),
            to: deployment.to.cloned(),
            commit: deployment.commit.to_string(),
            time: moment(deployment.time),
            account,
            path: deployment.path.to_owned(),
            lead: deployment.lead,
        }
    }
}

/// A committer time; what lies beyond all calendars is 1970.
pub fn moment(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH)
}
