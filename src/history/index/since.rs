//! Finds introducing commits in a timeline instead of by a walk.

use crate::git::Oid;
use crate::history::timeline::{DeploymentRow, NOTHING, Timeline};
use crate::model::{CellKey, MappingEntry, Version};
use std::collections::HashMap;

/// Returns the commit that introduced the version of each entry at the timeline's tip; of several
/// places, the first. Cells for which the timeline is ambiguous are left out.
pub fn introductions_from_timeline(
    timeline: &Timeline,
    entries: &[MappingEntry],
) -> HashMap<(CellKey, Version), Oid> {
    let mut cells: HashMap<CellKey, RewoundCell<'_>> = HashMap::new();
    for entry in entries {
        cells.entry(entry.cell()).or_default().places_mut(&entry.version).asked += 1;
    }
    let mut numbered: Vec<Option<RewoundCell<'_>>> =
        timeline.cells().iter().map(|cell| cells.remove(cell)).collect();
    for row in &timeline.rows {
        if let Some(cell) = &mut numbered[row.cell as usize] {
            cell.undo_row(row, timeline);
        }
    }
    let mut found = HashMap::new();
    for (key, cell) in timeline.cells().iter().zip(numbered) {
        for (version, place) in
            cell.into_iter().filter(|cell| !cell.unclear).flat_map(|cell| cell.places)
        {
            if let Some(commit) = place.brought {
                found.insert((key.clone(), version.clone()), timeline.commits[commit as usize].id);
            }
        }
    }
    found
}

/// Versions of one cell while the timeline is undone row by row.
#[derive(Default)]
struct RewoundCell<'t> {
    places: Vec<(&'t Version, VersionPlaces)>,
    /// True if the rows do not tell which place they are about.
    unclear: bool,
}

/// Places of one version.
#[derive(Default)]
struct VersionPlaces {
    /// Places at the tip.
    asked: usize,
    /// Places that lost the version before the tip.
    others: usize,
    /// Number of the oldest commit so far that brought the version to a place at the tip.
    brought: Option<u32>,
}

impl<'t> RewoundCell<'t> {
    fn places_mut(&mut self, version: &'t Version) -> &mut VersionPlaces {
        let known = self.places.iter().position(|(known, _)| *known == version);
        let at = known.unwrap_or_else(|| {
            self.places.push((version, VersionPlaces::default()));
            self.places.len() - 1
        });
        &mut self.places[at].1
    }

    /// Undoes one deployment.
    fn undo_row(&mut self, row: &DeploymentRow, timeline: &'t Timeline) {
        if let Some(version) = version_of(row.to, timeline) {
            let places = self.places_mut(version);
            match (places.asked, places.others) {
                (1.., 0) => (places.asked, places.brought) = (places.asked - 1, Some(row.commit)),
                (0, 1..) => places.others -= 1,
                _ => self.unclear = true,
            }
        }
        if let Some(version) = version_of(row.from, timeline) {
            self.places_mut(version).others += 1;
        }
    }
}

fn version_of(pin: u32, timeline: &Timeline) -> Option<&Version> {
    timeline.pins.get(pin).filter(|_| pin != NOTHING).map(|pinned| &pinned.version)
}
