//! What witnesses saw of the cells, for the rules about what really runs.

use crate::model::{CellKey, Version};

/// What witnesses saw of a cell. Times are in seconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveSighting {
    pub cell: CellKey,
    /// The version in the repository at the time of the look.
    pub version: Version,
    pub kind: SightingKind,
    pub runs: Vec<Version>,
    /// When the present version landed in the repository.
    pub landed: Option<i64>,
    /// When a controller applied it.
    pub applied: Option<i64>,
    pub looked: i64,
    /// Since when its state is what it is.
    pub since: Option<i64>,
    /// True for the newest look at the cell, which is compared with the present state.
    pub is_newest: bool,
}

/// The kinds of sightings that rules tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SightingKind {
    /// A version runs that the repository does not say.
    Drift,
    /// The version before the present one runs.
    NotApplied,
    /// The version runs and is not well.
    Unwell,
    /// The version runs and is well.
    Well,
    Other,
}
