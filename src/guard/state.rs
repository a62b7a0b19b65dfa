//! A state of the repository as the guard reads it.

use crate::model::{BlindSpot, MappingEntry, StageName, Warning};
use std::collections::BTreeSet;

/// Mapping of a state, with the files read for it.
#[derive(Debug, Clone, Default)]
pub struct GuardState {
    pub entries: Vec<MappingEntry>,
    /// Paths that were read or looked for.
    pub touched: BTreeSet<String>,
    pub warnings: Vec<Warning>,
    /// Files that rules claim.
    pub claims: BTreeSet<String>,
    pub blind: Vec<ClaimBlindSpot>,
}

/// A place that other programs read and the mapping does not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ClaimBlindSpot {
    pub spot: BlindSpot,
    /// The claimed file through which it was found.
    pub claim: String,
    /// Stages it affects; empty if unknown.
    pub stages: BTreeSet<StageName>,
}

impl GuardState {
    /// Returns a warning about this file.
    pub fn find_warning(&self, path: &str) -> Option<&Warning> {
        self.warnings.iter().find(|warning| warning.path.as_deref() == Some(path))
    }
}
