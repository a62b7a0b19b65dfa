//! Stages that are branches: `env/dev` and `env/prod` with the same files in both.

use super::slot::StagePart;
use super::unstaged_files::{self, PinnedFile, UnstagedFiles};
use super::{DraftConfig, candidate_paths, stages};
use crate::git::{Oid, Repository, Snapshot};
use crate::source::{ParseCache, SnapshotReader};
use std::collections::{BTreeMap, BTreeSet};

/// Words that may precede the stage in a branch name.
const BEFORE: [&str; 11] = [
    "env",
    "envs",
    "environment",
    "environments",
    "stage",
    "stages",
    "deploy",
    "deployment",
    "release",
    "cluster",
    "gitops",
];

/// A branch named like a stage.
struct StageBranch {
    branch: String,
    tip: Oid,
    slot: StagePart,
}

/// Returns the stages with their branches, and the rules for their trees. `None` unless at least
/// two branches named like stages pin the same files.
pub(super) fn find_branch_stages(repository: &Repository) -> Option<DraftConfig> {
    let cache = ParseCache::default();
    let named = called_like_stages(repository.branches())?;
    let mut paths: BTreeSet<String> = BTreeSet::new();
    let mut found: Vec<(StageBranch, BTreeSet<PinnedFile>)> = Vec::new();
    for named in named {
        let Ok(snapshot) = Snapshot::of_commit(repository, named.tip) else { continue };
        let listing = snapshot.files_under("").unwrap_or_default();
        let candidates = candidate_paths(&listing);
        let here =
            unstaged_files::find_pinned_files(&candidates, &SnapshotReader::new(&snapshot, &cache));
        found.push((named, here.places));
        paths.extend(candidates.into_iter().map(str::to_owned));
    }
    let mut seen: BTreeMap<PinnedFile, usize> = BTreeMap::new();
    for place in found.iter().flat_map(|(_, places)| places) {
        *seen.entry(place.clone()).or_default() += 1;
    }
    // At least half of a stage's files must exist in another stage too.
    let alike =
        |places: &BTreeSet<PinnedFile>| places.iter().filter(|place| seen[*place] > 1).count() * 2;
    found.retain(|(_, places)| !places.is_empty() && alike(places) >= places.len());
    if found.len() < 2 {
        return None;
    }
    let mut stages = stages::order_stages(found.iter().map(|(named, _)| &named.slot));
    for stage in &mut stages {
        let own = found.iter().find(|(named, _)| named.slot.label == stage.name.as_str());
        stage.branch = own.map(|(named, _)| named.branch.clone());
        // Two spellings of a stage are two branches, and only one of them can be the stage.
        stage.aliases.clear();
    }
    let places = found.into_iter().flat_map(|(_, places)| places).collect();
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    let rules =
        unstaged_files::build_rules(&UnstagedFiles { places, ..UnstagedFiles::default() }, &paths);
    Some(DraftConfig { stages, rules })
}

/// Returns the largest group of branches that differ only in a stage word, or are nothing but one:
/// at least two stages, one of them an unambiguous word.
fn called_like_stages(branches: Vec<(String, Oid)>) -> Option<Vec<StageBranch>> {
    let mut groups: BTreeMap<String, (BTreeSet<String>, bool, Vec<StageBranch>)> = BTreeMap::new();
    for (branch, tip) in branches {
        let Some((shape, slot, strong)) = stage_word(&branch) else { continue };
        let group = groups.entry(shape).or_default();
        group.1 |= strong;
        if group.0.insert(slot.identity.clone()) {
            group.2.push(StageBranch { branch, tip, slot });
        }
    }
    let fit = groups.into_values().filter(|(stages, strong, _)| stages.len() > 1 && *strong);
    fit.map(|(_, _, named)| named).max_by_key(Vec::len)
}

/// Returns the rest of a branch name around its stage word, the stage, and whether the word is
/// unambiguous. The word stands alone, after a prefix such as `env/`, or as the only piece of a
/// longer name that is beyond doubt: `acme-prod-eu`.
fn stage_word(branch: &str) -> Option<(String, StagePart, bool)> {
    let cut = branch.find(['/', '-', '_']);
    let (before, word) = match cut {
        Some(at) if BEFORE.contains(&branch[..at].to_ascii_lowercase().as_str()) => {
            (&branch[..=at], &branch[at + 1..])
        }
        _ => ("", branch),
    };
    if let Some((slot, strong)) = StagePart::of_word(word) {
        return Some((before.to_owned(), slot, strong));
    }
    let mut pieces: Vec<&str> = branch.split('-').collect();
    let stage = |at: &usize| StagePart::of_word(pieces[*at]).filter(|(_, strong)| *strong);
    let mut places = (0..pieces.len()).filter(|at| stage(at).is_some());
    let (at, None) = (places.next()?, places.next()) else { return None };
    let (slot, strong) = stage(&at)?;
    pieces[at] = "\0";
    Some((pieces.join("-"), slot, strong))
}
