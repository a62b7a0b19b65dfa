//! The stages that contain a commit of an app's sources.

use crate::model::{CellKey, Version};
use jiff::Timestamp;

/// Where a commit runs, for each app that it belongs to.
#[derive(Debug, Clone)]
pub struct CommitTraceReport {
    /// The commit or pull request, as asked for.
    pub text: String,
    pub apps: Vec<AppCommitTrace>,
}

/// Where a commit of one app runs.
#[derive(Debug, Clone)]
pub struct AppCommitTrace {
    pub app: String,
    /// The address of the source repository.
    pub source: String,
    /// The whole id.
    pub commit: String,
    pub author: String,
    pub subject: String,
    /// In pipeline order.
    pub cells: Vec<CellWithCommit>,
}

/// Whether a cell runs a version that contains the commit.
#[derive(Debug, Clone)]
pub struct CellWithCommit {
    pub cell: CellKey,
    /// What the cell runs now.
    pub version: Version,
    pub presence: CommitPresence,
}

/// Whether a version contains a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommitPresence {
    /// The cell runs it without a break since this deployment.
    Since { version: Version, time: Timestamp, commit: String },
    /// The cell runs it, since before the known history.
    Always,
    /// The cell waits for it.
    Missing,
    /// The revision of the version is unknown.
    Unknown(String),
}

impl CommitPresence {
    /// The answer as a word: `contains`, `waits` or `unknown`.
    pub fn as_str(&self) -> &'static str {
        match self {
            CommitPresence::Since { .. } | CommitPresence::Always => "contains",
            CommitPresence::Missing => "waits",
            CommitPresence::Unknown(_) => "unknown",
        }
    }
}
