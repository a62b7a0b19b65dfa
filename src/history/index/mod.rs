//! The index: what a walk found, kept on disk, so that the next question costs only the commits
//! that are new.
//!
//! It can be thrown away at any time. Nothing in it is trusted before its checksum, its key and the
//! range of every number are right; whatever is wrong with it means that there is none.

mod cache_file;
mod discovery_record;
mod format;
pub(super) mod id;
mod refresh;
mod since;
mod timeline_columns;

pub use cache_file::{CacheFile, fingerprint};
pub use discovery_record::{DiscoveredRule, DiscoveryRecord};
pub use format::IndexDamage;
pub use refresh::{RefreshRequest, refresh_history};
pub use since::introductions_from_timeline;

use super::timeline::Timeline;
use crate::git::Oid;
use crate::model::{Mapping, StageName};
use serde::{Deserialize, Serialize};

/// What is kept of a repository.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct IndexRecord {
    /// What the newest commits say.
    pub mapping: Mapping,
    /// The sources, where discovery found them.
    pub found: Option<DiscoveryRecord>,
    /// The past of the deployment branch, then of each branch that is a stage.
    pub parts: Vec<BranchHistory>,
    /// Kinds and leads are made with this tolerance, in seconds. `None`: they are not made yet.
    pub judged: Option<i64>,
}

/// The past of one branch.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BranchHistory {
    /// The stage, where a branch is one.
    pub stage: Option<StageName>,
    #[serde(with = "id")]
    pub tip: Oid,
    pub timeline: Timeline,
    /// Where the history of a shallow clone ends.
    #[serde(with = "id::option")]
    pub edge: Option<Oid>,
    /// Files could not be understood as far back as history goes.
    pub pending: bool,
    /// Files whose older contents are not in this clone. With such a part no record is kept.
    #[serde(skip)]
    pub lost: Vec<String>,
}

impl IndexRecord {
    /// Does it tell of these tips: of the deployment branch, then of the branches of stages?
    pub fn is_of(&self, tips: &[(Option<&StageName>, Oid)]) -> bool {
        self.parts.iter().map(|part| (part.stage.as_ref(), part.tip)).eq(tips.iter().copied())
    }

    /// May it be kept? Not while objects are missing that may yet come.
    pub fn is_whole(&self) -> bool {
        !self.parts.is_empty() && self.parts.iter().all(|part| part.lost.is_empty())
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
