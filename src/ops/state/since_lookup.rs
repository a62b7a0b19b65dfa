//! The commits that brought the versions that stand somewhere.

use crate::git::WalkEnd;
use crate::history::{IntroducingCommit, IntroducingCommits};
use crate::model::{CellKey, Version};
use std::collections::HashMap;

/// The commits that introduced the present versions.
#[derive(Default)]
pub struct SinceLookup {
    pub found: HashMap<(CellKey, Version), IntroducingCommit>,
    /// True where the clone is shallow and ended before everything was found.
    pub shallow: bool,
    /// True where the clone lacks older contents of files.
    pub partial: bool,
}

impl SinceLookup {
    pub fn add(&mut self, arrivals: IntroducingCommits) {
        self.shallow |= matches!(arrivals.stopped, WalkEnd::Shallow(_));
        self.partial |= arrivals.is_partial;
        self.found.extend(arrivals.found);
    }
}
