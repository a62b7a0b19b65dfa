//! What each changed file means for protected stages: no input, harmless and by which rules, cells,
//! or unproven.

use super::proof::UnprovenPlace;
use super::unproven_changes::{InputComparison, JudgedInput};
use super::unsafe_changes::GuardInput;
use crate::model::{MappingEntry, StageName};
use std::collections::BTreeSet;

/// A changed file, and what was found in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileExplanation {
    pub path: String,
    /// The protected stages that read it; empty if none does.
    pub stages: BTreeSet<StageName>,
    /// True if versions in it change. They are judged by the rules.
    pub has_cells: bool,
    /// The rules by which its other differences are harmless.
    pub harmless: BTreeSet<&'static str>,
    /// Differences that no rule knows to be harmless.
    pub unproven: Vec<UnprovenDifference>,
}

/// A difference that is not known to be harmless.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnprovenDifference {
    /// The keys that lead there; empty for the whole file.
    pub keys: String,
    /// 1-based line in the new file.
    pub line: Option<u32>,
    pub why: String,
}

impl From<UnprovenPlace> for UnprovenDifference {
    fn from(place: UnprovenPlace) -> Self {
        UnprovenDifference { keys: place.keys, line: place.line, why: place.why }
    }
}

impl FileExplanation {
    /// Adds what another reading of the same change found.
    pub fn merge(&mut self, other: FileExplanation) {
        self.stages.extend(other.stages);
        self.has_cells |= other.has_cells;
        self.harmless.extend(other.harmless);
        let known = &self.unproven;
        let new: Vec<_> = other.unproven.into_iter().filter(|one| !known.contains(one)).collect();
        self.unproven.extend(new);
    }
}

/// Explains every changed file, in the order of their paths.
pub fn explain_files(scope: &GuardInput<'_>) -> Vec<FileExplanation> {
    let comparison = InputComparison::of(scope);
    let mut inputs = comparison.judged_inputs();
    // Also files that are the same as before, but that a build reads only now.
    let is_judged =
        |judged: &JudgedInput| !judged.unproven.is_empty() || !judged.harmless.is_empty();
    let judged = inputs.iter().filter(|(_, judged)| is_judged(judged));
    let mut paths: BTreeSet<&str> = judged.map(|(path, _)| *path).collect();
    paths.extend(scope.differences.changes.iter().map(|change| change.path.as_str()));
    let explain = |path: &str| {
        let judged = inputs.remove(path).unwrap_or_default();
        FileExplanation {
            path: path.to_owned(),
            stages: comparison.stages(path).into_iter().cloned().collect(),
            has_cells: versions_in(&scope.before.entries, path)
                != versions_in(&scope.after.entries, path),
            harmless: judged.harmless,
            unproven: judged.unproven.into_iter().map(UnprovenDifference::from).collect(),
        }
    };
    paths.into_iter().map(explain).collect()
}

/// The versions that a file holds, with the cells that they belong to.
fn versions_in(entries: &[MappingEntry], path: &str) -> BTreeSet<String> {
    let here = entries.iter().filter(|entry| entry.locations.iter().any(|one| one.path == path));
    here.map(|entry| format!("{:?} {:?} {}", entry.cell(), entry.image, entry.version)).collect()
}
