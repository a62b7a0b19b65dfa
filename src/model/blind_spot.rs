//! What programs read and the mapping does not.

/// A place that may decide which version runs, though no cell of the mapping is worked out from it. Two
/// states can be compared by what stands there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct BlindSpot {
    pub path: String,
    /// As people write it: `HelmRelease web: spec.postRenderers`. Empty: the whole file.
    pub key: String,
    /// 1-based.
    pub line: Option<u32>,
    /// Its meaning, not its spelling.
    pub says: String,
    pub reach: BlindSpotEffect,
}

/// When a change of such a place matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum BlindSpotEffect {
    /// It wins over what is read elsewhere: also when it comes or goes.
    Overrides,
    /// It says where to read on, or is read by others alone: when it is there before and after, and
    /// differs.
    Leads,
}
