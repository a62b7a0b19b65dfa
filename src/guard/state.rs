//! One state of the repository, as the guard looks at it.

use crate::model::{BlindSpot, MappingEntry, StageName, Warning};
use std::collections::BTreeSet;

/// What stands there, and what was looked at to find out.
#[derive(Debug, Clone, Default)]
pub struct GuardState {
    pub entries: Vec<MappingEntry>,
    /// Paths of files, there or not.
    pub touched: BTreeSet<String>,
    pub warnings: Vec<Warning>,
    /// The files that rules claim.
    pub claims: BTreeSet<String>,
    pub blind: Vec<ClaimBlindSpot>,
}

/// A place that programs read and the mapping does not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ClaimBlindSpot {
    pub spot: BlindSpot,
    /// The file that a rule claims, by which it came to light.
    pub claim: String,
    /// The stages that it is for; empty where that is not known.
    pub stages: BTreeSet<StageName>,
}

impl GuardState {
    /// Was something about this file in the way?
    pub fn find_warning(&self, path: &str) -> Option<&Warning> {
        self.warnings.iter().find(|warning| warning.path.as_deref() == Some(path))
    }
}
