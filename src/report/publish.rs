//! What `publish` told the forge.

use crate::forge::DeploymentState;
use crate::model::CellKey;
use jiff::Timestamp;

/// Deployments of the forge, and what happened to them.
#[derive(Debug, Default)]
pub struct PublishReport {
    pub deployments: Vec<PublishedDeployment>,
    /// The number of changes that were left to the next run.
    pub left: usize,
}

/// A deployment, as the forge has it now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedDeployment {
    /// The app, or `app/component` if the app has several.
    pub name: String,
    pub cell: CellKey,
    pub version: String,
    pub commit: String,
    /// When it landed.
    pub time: Timestamp,
    pub environment: String,
    pub state: DeploymentState,
    pub change: PublishedChange,
}

impl PublishedDeployment {
    /// True if the forge has something new.
    pub fn is_changed(&self) -> bool {
        matches!(self.change, PublishedChange::Created | PublishedChange::Updated)
    }
}

/// What happened to a deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PublishedChange {
    /// It would be made.
    WouldCreate,
    /// Its state would be changed.
    WouldUpdate,
    Created,
    Updated,
    Unchanged,
}

impl PublishedChange {
    /// The word in tables and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            PublishedChange::WouldCreate => "would create",
            PublishedChange::WouldUpdate => "would update",
            PublishedChange::Created => "created",
            PublishedChange::Updated => "updated",
            PublishedChange::Unchanged => "unchanged",
        }
    }
}
