//! What witnesses saw of the cells, for the rules about what really runs.

use crate::model::{CellKey, Version};

/// What witnesses saw of a cell. Times are in seconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveSighting {
    pub cell: CellKey,
    pub kind: SightingKind,
    pub runs: Vec<Version>,
    /// When the present version landed in the repository.
    pub landed: Option<i64>,
    /// When a controller applied it.
    pub applied: Option<i64>,
    pub looked: i64,
}

/// The kinds of sightings that rules tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SightingKind {
    /// A version runs that the repository does not say.
    Drift,
    /// The version before the present one runs.
    NotApplied,
    Other,
}
