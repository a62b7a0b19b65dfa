//! The commits that brought the versions that stand somewhere.

use crate::git::WalkEnd;
use crate::history::{IntroducingCommit, IntroducingCommits};
use crate::model::{CellKey, Version};
use std::collections::HashMap;

/// Which commits put the versions where they are.
#[derive(Default)]
pub struct SinceLookup {
    pub found: HashMap<(CellKey, Version), IntroducingCommit>,
    /// The clone is shallow and ended before everything was found.
    pub shallow: bool,
}

impl SinceLookup {
    pub fn add(&mut self, arrivals: IntroducingCommits) {
        self.shallow |= matches!(arrivals.stopped, WalkEnd::Shallow(_));
        self.found.extend(arrivals.found);
    }
}
