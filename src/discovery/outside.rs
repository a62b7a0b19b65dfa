//! Files that pin versions but name no stage. They are not shown, but counted and listed.

use super::classify::is_kustomization;
use super::{DiscoveredConfig, unstaged_files};
use crate::source::{SnapshotReader, source_for};
use std::collections::BTreeSet;

/// With more files that no rule reads, they are not looked at: discovery has to stay quick.
const MAX_OUTSIDE: usize = 6_000;

/// The files that pin versions but that no rule reads.
pub(super) fn pins_outside(
    paths: &[&str],
    proposal: &DiscoveredConfig,
    reader: &SnapshotReader<'_>,
) -> Vec<String> {
    let rules = || proposal.config.rules.iter().chain(&proposal.unsure.rules);
    let is_read = |path: &str| {
        rules().any(|rule| {
            let subjects = source_for(rule).subjects(path);
            subjects.into_iter().any(|subject| rule.path.captures(subject).is_some())
        })
    };
    // All kustomizations, as one that another one builds is no place of its own.
    let matters = |path: &&str| is_kustomization(path) || !is_read(path);
    let rest: Vec<&str> = paths.iter().copied().filter(matters).collect();
    if rest.len() > MAX_OUTSIDE {
        return Vec::new();
    }
    let places = unstaged_files::find_pinned_files(&rest, reader).places;
    let subjects: BTreeSet<String> = places.into_iter().map(|place| place.subject).collect();
    let is_claimed = |subject: &String| {
        is_read(subject) || rules().any(|rule| rule.path.captures(subject).is_some())
    };
    subjects.into_iter().filter(|subject| !is_claimed(subject)).collect()
}
