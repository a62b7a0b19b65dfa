//! Which claims set versions over those of others, so that a change of the one is a change of the
//! other's cell.

use crate::git::path::folder_of;
use crate::model::MappingEntry;
use crate::source::layers;
use std::collections::{BTreeSet, HashMap};

/// Claims by the files and folders that they read and replace.
#[derive(Default)]
pub(super) struct LayerIndex {
    /// Claims by their file, and by its folder.
    at: HashMap<String, Vec<usize>>,
    /// Claims whose versions replace some of a file or folder.
    over: HashMap<String, BTreeSet<usize>>,
    /// The files and folders that a claim replaces versions of.
    places: HashMap<usize, BTreeSet<String>>,
}

impl LayerIndex {
    /// Adds a claim on a file.
    pub fn add_claim(&mut self, number: usize, path: &str) {
        self.at.entry(path.to_owned()).or_default().push(number);
        self.at.entry(folder_of(path).to_owned()).or_default().push(number);
    }

    /// True if no claim replaces versions of others.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Sets the current entries of a claim. Returns the claims of which it replaces or replaced
    /// versions.
    pub fn update(&mut self, number: usize, entries: &[MappingEntry]) -> BTreeSet<usize> {
        let overrides = entries.iter().flat_map(|entry| &entry.overrides);
        let after: BTreeSet<String> =
            overrides.map(|one| layers::place_of(one).to_owned()).collect();
        let before = self.places.remove(&number).unwrap_or_default();
        for place in before.difference(&after) {
            if let Some(claims) = self.over.get_mut(place) {
                claims.remove(&number);
            }
        }
        for place in &after {
            self.over.entry(place.clone()).or_default().insert(number);
        }
        let changed = before.union(&after).flat_map(|place| self.claims_at(place));
        let changed: BTreeSet<usize> = changed.filter(|other| *other != number).collect();
        if !after.is_empty() {
            self.places.insert(number, after);
        }
        changed
    }

    /// Claims on a file, or on the files of a folder.
    pub fn claims_at(&self, place: &str) -> impl Iterator<Item = usize> {
        self.at.get(place).into_iter().flatten().copied()
    }

    /// Claims that may replace versions of a file.
    pub fn claims_over(&self, path: &str) -> impl Iterator<Item = usize> {
        let over = |place: &str| self.over.get(place).into_iter().flatten().copied();
        over(path).chain(over(folder_of(path)))
    }

    /// Claims linked to this one, in either direction.
    pub fn linked(&self, number: usize, path: &str) -> impl Iterator<Item = usize> {
        let below = self.places.get(&number).into_iter().flatten();
        self.claims_over(path).chain(below.flat_map(|place| self.claims_at(place)))
    }
}
