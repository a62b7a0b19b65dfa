//! The index: the result of a history walk, kept on disk, so that the next run reads only new
//! commits.
//!
//! It can be deleted at any time. Nothing in it is trusted before its checksum, its key and the
//! range of every number are verified; a damaged index is ignored.

mod cache_file;
mod discovery_record;
mod format;
pub(super) mod id;
mod refresh;
mod since;
mod status_record;
mod timeline_columns;

pub use cache_file::CacheFile;
pub use discovery_record::{DiscoveredRule, DiscoveryRecord};
pub use format::IndexDamage;
pub use refresh::{RefreshRequest, refresh_history};
pub use since::introductions_from_timeline;
pub use status_record::{BranchTip, StatusRecord, VersionArrival};

use super::timeline::Timeline;
use crate::git::Oid;
use crate::model::{Mapping, StageName};
use serde::{Deserialize, Serialize};

/// Stored state of a repository.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct IndexRecord {
    /// Mapping at the newest commits.
    pub mapping: Mapping,
    /// Discovered sources, if discovery found them.
    pub found: Option<DiscoveryRecord>,
    /// History of the deployment branch, then of each stage branch.
    pub parts: Vec<BranchHistory>,
    /// Tolerance in seconds that kinds and leads were computed with; `None` if not computed yet.
    pub judged: Option<i64>,
}

/// History of one branch.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BranchHistory {
    /// The stage, if the branch is a stage branch.
    pub stage: Option<StageName>,
    #[serde(with = "id")]
    pub tip: Oid,
    pub timeline: Timeline,
    /// Oldest commit of a shallow clone.
    #[serde(with = "id::option")]
    pub edge: Option<Oid>,
    /// Merges of the branch's own remote state, newest first, with their second parents, as
    /// hexadecimal ids.
    pub pulled: Vec<(String, String)>,
    /// True if files could not be parsed as far back as history goes.
    pub pending: bool,
    /// Files whose older contents are missing in this clone. Such a record is not stored.
    #[serde(skip)]
    pub lost: Vec<String>,
}

impl IndexRecord {
    /// True if the record covers exactly these tips: the deployment branch, then the stage
    /// branches.
    pub fn is_of(&self, tips: &[(Option<&StageName>, Oid)]) -> bool {
        self.parts.iter().map(|part| (part.stage.as_ref(), part.tip)).eq(tips.iter().copied())
    }

    /// True if the record may be stored. It may not while missing objects could still be fetched.
    pub fn is_whole(&self) -> bool {
        !self.parts.is_empty() && self.parts.iter().all(|part| part.lost.is_empty())
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
