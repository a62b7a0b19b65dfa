//! What `status` found at the newest commits, so that asking again reads no files and no history.

use super::{DiscoveryRecord, id};
use crate::git::Oid;
use crate::model::{CellKey, Mapping, StageName, Version};
use serde::{Deserialize, Serialize};

/// The mapping at the newest commits, and the commits that brought its versions.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct StatusRecord {
    /// The deployed branch, then the branches that are stages.
    pub tips: Vec<BranchTip>,
    pub mapping: Mapping,
    /// Discovered sources, if discovery found them.
    pub found: Option<DiscoveryRecord>,
    /// Versions that are missing here are older than the known history.
    pub arrivals: Vec<VersionArrival>,
}

/// The newest commit of a branch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BranchTip {
    /// The stage, if the branch is one.
    pub stage: Option<StageName>,
    #[serde(with = "id")]
    pub commit: Oid,
}

/// The commit that brought a version to a cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionArrival {
    pub cell: CellKey,
    pub version: Version,
    #[serde(with = "id")]
    pub commit: Oid,
}

impl StatusRecord {
    /// True if the record covers exactly these tips.
    pub fn is_of(&self, tips: &[(Option<&StageName>, Oid)]) -> bool {
        self.tips.iter().map(|tip| (tip.stage.as_ref(), tip.commit)).eq(tips.iter().copied())
    }
}
