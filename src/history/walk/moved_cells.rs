//! Follows cells whose name changes with the layout: a version that moves to another key, file or
//! component of its app is not deployed by that.

use super::HistoryReplay;
use super::deployment_matching::{CellTransition, ClaimedVersion, same_version};
use std::collections::{BTreeMap, BTreeSet};

/// Versions that one cell loses, or another gains, in a commit, by position in the transitions.
type CellVersions = BTreeMap<u32, Vec<usize>>;

impl HistoryReplay<'_> {
    /// Drops transitions in which all versions of a cell leave it and come to a new cell of the
    /// same app, stage and target. From there back the old cell goes by the new name, so that it
    /// has one history.
    pub(super) fn follow_renamed_cells(
        &mut self,
        found: Vec<CellTransition>,
        before: &mut [ClaimedVersion],
        after: &[ClaimedVersion],
    ) -> Vec<CellTransition> {
        let (mut gone, mut come) = (CellVersions::new(), CellVersions::new());
        for (at, transition) in found.iter().enumerate() {
            match (&transition.from, &transition.to) {
                (Some(from), None) => gone.entry(from.cell).or_default().push(at),
                (None, Some(to)) => come.entry(to.cell).or_default().push(at),
                _ => {}
            }
        }
        if gone.is_empty() || come.is_empty() {
            return found;
        }
        // A cell is renamed as a whole: nothing of the old one is left, nothing of the new one was
        // there.
        gone.retain(|cell, _| !after.iter().any(|held| held.cell == *cell));
        come.retain(|cell, _| !before.iter().any(|held| held.cell == *cell));
        let mut dropped = BTreeSet::new();
        for (old, lost) in gone {
            let Some(new) = self.renamed_to(old, &lost, &come, &found) else { continue };
            let moved = lost.iter().chain(&come[&new]).copied();
            let claims: BTreeSet<usize> =
                before.iter().chain(after).map(|held| held.claim).collect();
            if self.claims.holds_cell(old, &claims) || self.claims.holds_cell(new, &claims) {
                continue;
            }
            for held in before.iter_mut().filter(|held| held.cell == old) {
                held.asked |= come[&new]
                    .iter()
                    .filter_map(|at| found[*at].to.as_ref())
                    .any(|to| to.asked && self.is_same(held, to));
                held.cell = new;
            }
            self.claims.rename_cell(old, new);
            dropped.extend(moved);
            come.remove(&new);
        }
        let kept = found.into_iter().enumerate().filter(|(at, _)| !dropped.contains(at));
        kept.map(|(_, transition)| transition).collect()
    }

    /// Returns the cell that gained exactly the versions that another one lost.
    fn renamed_to(
        &self,
        old: u32,
        lost: &[usize],
        come: &CellVersions,
        found: &[CellTransition],
    ) -> Option<u32> {
        let old = self.timeline.cells.get(old)?;
        let is_near = |new: u32| {
            self.timeline.cells.get(new).is_some_and(|new| {
                (&new.app, &new.stage, &new.target) == (&old.app, &old.stage, &old.target)
            })
        };
        let fits = |gained: &[usize]| {
            let has_twin = |from: &ClaimedVersion| {
                gained
                    .iter()
                    .filter_map(|at| found[*at].to.as_ref())
                    .any(|to| self.is_same(from, to))
            };
            gained.len() == lost.len()
                && lost.iter().filter_map(|at| found[*at].from.as_ref()).all(has_twin)
        };
        let mut fitting =
            come.iter().filter(|(new, gained)| is_near(**new) && fits(gained)).map(|(new, _)| *new);
        let first = fitting.next()?;
        // Without an image, only a single candidate is sure.
        let image_is_known = lost.iter().filter_map(|at| found[*at].from.as_ref()).all(|from| {
            self.timeline.pins.get(from.pin).is_some_and(|pinned| pinned.image.is_some())
        });
        (image_is_known || fitting.next().is_none()).then_some(first)
    }

    fn is_same(&self, old: &ClaimedVersion, new: &ClaimedVersion) -> bool {
        let pins = &self.timeline.pins;
        same_version(pins.get(old.pin), pins.get(new.pin))
    }
}
