//! Options and result of a walk.

use crate::config::Config;
use crate::git::{Oid, Repository, WalkEnd};
use crate::history::timeline::Timeline;
use crate::model::{CellKey, StageName, Version};
use crate::source::ParseCache;
use std::collections::HashMap;

/// Options of a walk.
#[derive(Clone, Copy)]
pub struct WalkOptions<'a> {
    pub repository: &'a Repository,
    pub config: &'a Config,
    /// The commit to start from.
    pub tip: Oid,
    /// The stage, if the branch is a stage branch.
    pub branch_stage: Option<&'a StageName>,
    pub cache: &'a ParseCache,
    /// The walk ends before this commit.
    pub until: Option<Oid>,
    /// Number of threads; `None`: one per processor.
    pub threads: Option<usize>,
}

/// Result of a walk.
#[derive(Debug)]
pub struct WalkResult {
    pub timeline: Timeline,
    pub stopped: WalkEnd,
    /// Files whose older contents are missing in this clone.
    pub lost: Vec<String>,
    /// Merges of the branch's own remote state, with their second parents.
    pub pulled: Vec<(Oid, Oid)>,
    /// True if versions were still searched in older commits when the walk ended, because a file
    /// was broken.
    pub pending: bool,
}

/// A commit and its committer time.
pub type TimedCommit = (Oid, i64);

/// The introducing commit of each version in a cell.
pub type IntroducedVersions = HashMap<(CellKey, Version), TimedCommit>;
