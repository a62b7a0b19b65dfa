//! The search for the commits that introduced versions.

use super::options::{IntroducedVersions, TimedCommit};
use crate::history::timeline::Timeline;
use crate::model::{CellKey, Version};
use std::collections::{HashMap, HashSet};
use std::sync::RwLock;

/// State of a search for introducing commits.
#[derive(Default)]
pub(super) struct IntroductionSearch {
    /// Introducing commit by cell and version.
    pub found: HashMap<(u32, u32), u32>,
    /// Number of places still searched.
    pub waiting: usize,
    /// Files that can still matter.
    pub interest: RwLock<HashSet<String>>,
    /// Claims read so far to find where moved files came from.
    pub searched: usize,
}

impl IntroductionSearch {
    /// Returns the commits found, by cell and version; of several, the first one.
    pub(super) fn into_versions(self, timeline: &Timeline) -> IntroducedVersions {
        let mut out: HashMap<(CellKey, Version), (u32, TimedCommit)> = HashMap::new();
        for ((cell, pin), commit) in self.found {
            let landing = timeline.commits[commit as usize];
            let (Some(cell), Some(pin)) = (timeline.cells.get(cell), timeline.pins.get(pin)) else {
                continue;
            };
            let known = out
                .entry((cell.clone(), pin.version.clone()))
                .or_insert((commit, (landing.id, landing.time)));
            if known.0 < commit {
                *known = (commit, (landing.id, landing.time));
            }
        }
        out.into_iter().map(|(key, (_, arrival))| (key, arrival)).collect()
    }
}
