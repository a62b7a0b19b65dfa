//! Stages that are branches: `env/dev` and `env/prod` with the same files in both.

use super::classify::{StagedFile, classify_files};
use super::family::{VersionedFile, group_files};
use super::group_rules::{literal_template, rules_of};
use super::slot::{StagePart, StageStrength};
use super::unstaged_files::{self, PinnedFile, UnstagedFiles};
use super::{DraftConfig, candidate_paths, files, stages};
use crate::config::{NameTemplate, SourceRule, Stage};
use crate::git::{Oid, Repository, Snapshot};
use crate::model::{Confidence, KeyTemplate, SourceKind};
use crate::source::marker::{self, DRY_COMMIT, HYDRATOR_FILE};
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

/// Folders of branches in which each branch is an environment.
const ENVIRONMENTS: [&str; 4] = ["env", "envs", "environment", "environments"];

/// A branch named like a stage.
struct StageBranch {
    branch: String,
    tip: Oid,
    slot: StagePart,
}

/// The versions in the tree of a branch.
struct BranchFiles {
    branch: StageBranch,
    places: BTreeSet<PinnedFile>,
    /// Files whose path names the branch's stage, too: `apps/web/dev/` on `env/dev`.
    staged: Vec<VersionedFile>,
    /// True if Argo CD's hydrator writes the branch.
    hydrated: bool,
}

/// The kind of a file, and its path with the branch's own stage left out: equal for a file that
/// several branches have.
type FileShape = (SourceKind, String);

impl BranchFiles {
    fn read(
        branch: StageBranch,
        stages: &[StagePart],
        candidates: &[&str],
        reader: &SnapshotReader<'_>,
    ) -> Self {
        let (own, rest): (Vec<_>, Vec<_>) = candidates
            .iter()
            .map(|path| (*path, own_stage(path, &branch.slot)))
            .partition(|(_, slot)| slot.is_some());
        let shapes: BTreeSet<String> = own
            .iter()
            .filter_map(|(path, slot)| Some(literal_template(path, slot.as_ref()?)))
            .collect();
        // `config/prod.yaml` on the branch `staging`, beside `config/staging.yaml`, is unused.
        let is_of_another = |path: &str| {
            stages
                .iter()
                .filter_map(|stage| own_stage(path, stage))
                .any(|slot| shapes.contains(&literal_template(path, &slot)))
        };
        let rest: Vec<&str> =
            rest.into_iter().map(|(path, _)| path).filter(|path| !is_of_another(path)).collect();
        let staged: Vec<StagedFile<'_>> = own
            .iter()
            .filter(|(path, _)| !files::is_aside(path))
            .filter_map(|(path, slot)| Some(StagedFile { path, slot: slot.as_ref()? }))
            .collect();
        BranchFiles {
            places: unstaged_files::find_pinned_files(&rest, reader).places,
            staged: classify_files(&staged, reader).sure,
            hydrated: marker::hydrator_of(reader).is_some(),
            branch,
        }
    }

    fn shapes(&self) -> Vec<FileShape> {
        let plain = self.places.iter().map(|place| (place.kind, place.subject.clone()));
        let staged =
            self.staged.iter().map(|file| (file.kind, literal_template(&file.subject, &file.slot)));
        plain.chain(staged).collect()
    }
}

/// Returns the stages with their branches, and the rules for their trees. `None` unless at least
/// two branches named like stages pin the same files.
pub(super) fn find_branch_stages(repository: &Repository) -> Option<DraftConfig> {
    let cache = ParseCache::default();
    let named = called_like_stages(repository.branches())?;
    let mut paths: BTreeSet<String> = BTreeSet::new();
    let mut found: Vec<BranchFiles> = Vec::new();
    let slots: Vec<StagePart> = named.iter().map(|branch| branch.slot.clone()).collect();
    for named in named {
        let Ok(snapshot) = Snapshot::of_commit(repository, named.tip) else { continue };
        let listing = snapshot.files_under("").unwrap_or_default();
        let reader = SnapshotReader::new(&snapshot, &cache);
        let candidates = candidate_paths(&listing, &reader);
        found.push(BranchFiles::read(named, &slots, &candidates, &reader));
        paths.extend(candidates.into_iter().map(str::to_owned));
    }
    let mut seen: BTreeMap<FileShape, usize> = BTreeMap::new();
    for shape in found.iter().flat_map(BranchFiles::shapes) {
        *seen.entry(shape).or_default() += 1;
    }
    // At least half of a stage's files must exist in another stage too.
    found.retain(|files| {
        let shapes = files.shapes();
        let shared = shapes.iter().filter(|shape| seen[*shape] > 1).count();
        !shapes.is_empty() && shared * 2 >= shapes.len()
    });
    if found.len() < 2 {
        return None;
    }
    let mut stages = stages::order_stages(found.iter().map(|files| &files.branch.slot));
    for stage in &mut stages {
        let own = found.iter().find(|files| files.branch.slot.label == stage.name.as_str());
        stage.branch = own.map(|files| files.branch.branch.clone());
        // Two spellings of a stage are two branches, and only one of them can be the stage.
        stage.aliases.clear();
    }
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    Some(DraftConfig { rules: rules_of_branches(found, &stages, &paths), stages })
}

fn rules_of_branches(
    found: Vec<BranchFiles>,
    stages: &[Stage],
    paths: &[&str],
) -> Vec<(SourceRule, usize)> {
    let hydrated = found.iter().filter(|files| files.hydrated).count();
    let words = stages::stage_words(stages);
    let (mut places, mut staged) = (BTreeSet::new(), Vec::new());
    for files in found {
        places.extend(files.places);
        staged.extend(files.staged);
    }
    let unstaged = UnstagedFiles { places, ..UnstagedFiles::default() };
    let mut rules = unstaged_files::build_rules(&unstaged, paths);
    rules.extend(group_files(staged).iter().flat_map(|family| rules_of(family, &words)));
    if hydrated > 1 {
        rules.extend(dry_source_rule().map(|rule| (rule, hydrated)));
    }
    rules
}

/// The app whose version is the commit that a hydrated branch was made from, by the name that Argo
/// CD's documents have for its source.
const DRY_SOURCE: &str = "dry-source";

/// The rule for the commit that a hydrated branch was made from.
fn dry_source_rule() -> Option<SourceRule> {
    let mut rule = SourceRule::new(SourceKind::Json, HYDRATOR_FILE, &[]).ok()?;
    rule.app = NameTemplate::new(DRY_SOURCE);
    rule.tags = vec![KeyTemplate::parse(DRY_COMMIT, &[]).ok()?];
    rule.confidence = Confidence::Medium;
    Some(rule)
}

/// Finds the stage of the branch in a path: a whole part of it before a piece of a part, and the
/// nearest to the end.
fn own_stage(path: &str, stage: &StagePart) -> Option<StagePart> {
    let mut best: Option<(bool, usize, usize)> = None;
    for (part, text) in path.split('/').enumerate() {
        let mut start = 0;
        for piece in text.split(['-', '_', '.']) {
            if piece.eq_ignore_ascii_case(&stage.label) {
                best = best.max(Some((piece.len() == text.len(), part, start)));
            }
            start += piece.len() + 1;
        }
    }
    let (_, part, start) = best?;
    let end = start + stage.label.len();
    let label = path.split('/').nth(part)?.get(start..end)?.to_owned();
    Some(StagePart { part, start, end, label, strength: StageStrength::Twin, ..stage.clone() })
}

/// Returns the largest group of branches that differ only in a stage word, or are nothing but one:
/// at least two stages, one of them an unambiguous word.
fn called_like_stages(branches: Vec<(String, Oid)>) -> Option<Vec<StageBranch>> {
    let mut groups: BTreeMap<String, (BTreeSet<String>, bool, Vec<StageBranch>)> = BTreeMap::new();
    let names: BTreeSet<String> = branches.iter().map(|(branch, _)| branch.clone()).collect();
    for (branch, tip) in branches {
        if is_proposal(&branch, &names) {
            continue;
        }
        let named = stage_word(&branch).or_else(|| environment_name(&branch));
        let Some((shape, slot, strong)) = named else { continue };
        let group = groups.entry(shape).or_default();
        group.1 |= strong;
        if group.0.insert(slot.identity.clone()) {
            group.2.push(StageBranch { branch, tip, slot });
        }
    }
    let fit = groups.into_values().filter(|(stages, strong, _)| stages.len() > 1 && *strong);
    fit.map(|(_, _, named)| named).max_by_key(Vec::len)
}

/// The suffix of the branch with the state that a tool proposes for a stage.
const PROPOSED: &str = "-next";

/// True for `env/prod-next` beside `env/prod`, which holds what is proposed and not what runs.
fn is_proposal(branch: &str, names: &BTreeSet<String>) -> bool {
    branch.strip_suffix(PROPOSED).is_some_and(|stage| names.contains(stage))
}

/// Any name directly below a folder of environments is a stage: `env/e2e`.
fn environment_name(branch: &str) -> Option<(String, StagePart, bool)> {
    let (folder, name) = branch.split_once('/')?;
    let is_folder = ENVIRONMENTS.contains(&folder.to_ascii_lowercase().as_str());
    if !is_folder || name.is_empty() || name.contains('/') {
        return None;
    }
    let slot = StagePart {
        part: 0,
        start: 0,
        end: name.len(),
        label: name.to_owned(),
        canonical: None,
        identity: name.to_owned(),
        strength: StageStrength::Extended,
    };
    Some((format!("{folder}/"), slot, false))
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
