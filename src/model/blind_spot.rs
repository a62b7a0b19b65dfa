//! Places that programs read and the mapping does not.

/// A place that may decide which version runs, although the mapping does not read it. Comparing its
/// values in two states shows whether it changed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct BlindSpot {
    pub path: String,
    /// For display: `HelmRelease web: spec.postRenderers`. Empty for the whole file.
    pub key: String,
    /// 1-based.
    pub line: Option<u32>,
    /// Its meaning, independent of its spelling.
    pub says: String,
    pub reach: BlindSpotEffect,
}

/// When a change of a blind spot matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum BlindSpotEffect {
    /// It overrides values read elsewhere; a change matters also when it is added or removed.
    Overrides,
    /// It refers to other input, or only others read it; a change matters only if it exists before
    /// and after and differs.
    Leads,
}
