//! Decides which rule owns a place that several rules read: the earliest one, as in the mapping.

use crate::history::timeline::Interner;
use crate::model::{MappingEntry, StageName};
use std::collections::{BTreeSet, HashMap};

/// A place regardless of its line: stage, file, document and key.
type StagePlace = (StageName, String, u32, String);

/// Places and the claims that read them.
#[derive(Default)]
pub(super) struct PlaceOwners {
    places: Interner<StagePlace>,
    /// Rule and claim.
    readers: HashMap<u32, Vec<(usize, usize)>>,
}

impl PlaceOwners {
    /// Returns the numbers of an entry's places.
    pub fn place_ids(&mut self, entry: &MappingEntry) -> Vec<u32> {
        let stage = &entry.stage;
        let place = |at: &crate::model::Location| {
            (stage.clone(), at.path.clone(), at.document, at.key.clone())
        };
        entry.locations.iter().map(|location| self.places.number(&place(location))).collect()
    }

    /// Records that a claim of this rule reads the place.
    pub fn add(&mut self, place: u32, rule: usize, claim: usize) {
        self.readers.entry(place).or_default().push((rule, claim));
    }

    /// Removes such a record.
    pub fn remove(&mut self, place: u32, rule: usize, claim: usize) {
        let Some(readers) = self.readers.get_mut(&place) else { return };
        if let Some(at) = readers.iter().position(|reader| *reader == (rule, claim)) {
            readers.swap_remove(at);
        }
        if readers.is_empty() {
            self.readers.remove(&place);
        }
    }

    /// Claims that read one of these places.
    pub fn claims_reading(&self, places: &BTreeSet<u32>) -> impl Iterator<Item = usize> {
        places.iter().filter_map(|place| self.readers.get(place)).flatten().map(|(_, claim)| *claim)
    }

    /// True if all these places are also read by earlier rules.
    pub fn are_of_earlier_rules(&self, places: &[u32], rule: usize) -> bool {
        let earlier = |place: &u32| {
            self.readers
                .get(place)
                .is_some_and(|readers| readers.iter().any(|(other, _)| *other < rule))
        };
        !places.is_empty() && places.iter().all(earlier)
    }
}
