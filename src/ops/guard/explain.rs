//! What each changed file means, for `guard --explain`.

use super::comparison::BaseHeadComparison;
use crate::guard::{FileExplanation, explain_files};
use std::collections::BTreeMap;

impl BaseHeadComparison<'_> {
    /// Explains every changed file, in all readings of the states.
    pub fn explain_files(&self) -> Vec<FileExplanation> {
        let mut found: BTreeMap<String, FileExplanation> = BTreeMap::new();
        for states in self.state_pairs() {
            for one in self.with_input(states, explain_files) {
                match found.get_mut(&one.path) {
                    Some(known) => known.merge(one),
                    None => drop(found.insert(one.path.clone(), one)),
                }
            }
        }
        found.into_values().collect()
    }
}
