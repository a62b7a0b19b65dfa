//! What a walk is asked, and what it answers.

use crate::config::Config;
use crate::git::{Oid, Repository, WalkEnd};
use crate::history::timeline::Timeline;
use crate::model::{CellKey, StageName, Version};
use crate::source::ParseCache;
use std::collections::HashMap;

/// What is asked of the past.
#[derive(Clone, Copy)]
pub struct WalkOptions<'a> {
    pub repository: &'a Repository,
    pub config: &'a Config,
    /// The commit to start from.
    pub tip: Oid,
    /// The stage of the branch, where a branch is a stage.
    pub branch_stage: Option<&'a StageName>,
    pub cache: &'a ParseCache,
    /// The walk ends before this commit.
    pub until: Option<Oid>,
    /// On how many threads; `None`: as many as there are processors.
    pub threads: Option<usize>,
}

/// What came out.
#[derive(Debug)]
pub struct WalkResult {
    pub timeline: Timeline,
    pub stopped: WalkEnd,
    /// Files of which nothing older can be said, because their contents are not in this clone.
    pub lost: Vec<String>,
    /// There are places where a version is still to be found in older commits: a file was broken
    /// there when the walk ended.
    pub pending: bool,
}

/// Where a version came from: a commit, and its committer time.
pub type TimedCommit = (Oid, i64);

/// The commit that put a version into a slot.
pub type IntroducedVersions = HashMap<(CellKey, Version), TimedCommit>;
