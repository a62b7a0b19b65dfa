//! Reads from the newest commits when each version first came to each stage.
//!
//! Only added lines are looked at, without building anything: this is evidence for the order of
//! the stages, and has to be quick. What runs where is the business of the history.

use crate::config::{Config, SourceRule};
use crate::git::{
    CommitChanges, MainlineWalk, Oid, PathScope, Repository, Snapshot, SnapshotFile, TreeObject,
    WalkControl,
};
use crate::model::{SourceKind, TemplateCaptures, Version};
use crate::source::claims_on;
use crate::source::shape::{certain_reference, is_version};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Number of commits with a version in a file of a stage after which reading ends. The order of
/// stages changes over the years, so older commits would say less.
pub const NEWEST: usize = 1_000;

/// Number of commits that are examined at most to find them.
const EXAMINED: usize = 20_000;

/// Larger files are left out.
const MAX_FILE_BYTES: usize = 512 * 1024;

/// Position of a stage in the configuration.
pub type StageNumber = usize;

/// The first arrivals of versions in stages.
#[derive(Debug, Default)]
pub struct StageArrivals {
    /// For each version of something, the first commit of each stage that brought it.
    pub versions: HashMap<ArrivedVersion, BTreeMap<StageNumber, Arrival>>,
    /// For each stage, the number of commits that brought versions, and the last one's time.
    pub activity: HashMap<StageNumber, (usize, i64)>,
    /// Number of commits that brought versions.
    pub commits: usize,
    /// Time of the oldest of them.
    pub oldest: i64,
}

/// A version in a file, whose path is given without its stage and target.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ArrivedVersion {
    place: String,
    version: String,
}

/// A commit that brought a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrival {
    /// Committer time, in seconds since 1970.
    pub time: i64,
    /// Number of commits that the walk had passed; larger is older.
    step: usize,
}

impl Arrival {
    /// True if this arrival was in an earlier commit than the other, and not in the same second:
    /// one push may carry several commits.
    pub fn is_before(self, other: Arrival) -> bool {
        self.step > other.step && self.time != other.time
    }
}

impl StageArrivals {
    /// Reads the newest commits of the branch that ends in `tip`, or of the branches that are
    /// stages. A clone that lacks objects gives what could be read until then.
    pub fn read(repository: &Repository, tip: Option<Oid>, config: &Config) -> Self {
        let mut out = StageArrivals::default();
        let tips: HashMap<String, Oid> = repository.branches().into_iter().collect();
        let stages = config.stages.iter().enumerate();
        let branches: Vec<(StageNumber, Oid)> = stages
            .filter_map(|(index, stage)| Some((index, *tips.get(stage.branch.as_deref()?)?)))
            .collect();
        if branches.is_empty()
            && let Some(tip) = tip
        {
            out.read_branch(repository, tip, config, None);
        }
        for (stage, tip) in branches {
            out.read_branch(repository, tip, config, Some(stage));
        }
        out
    }

    fn read_branch(
        &mut self,
        repository: &Repository,
        tip: Oid,
        config: &Config,
        branch_stage: Option<StageNumber>,
    ) {
        let scope =
            PathScope::of(config.rules.iter().map(|rule| rule.path.literal_prefix().to_owned()));
        let (mut found, mut step) = (0, 0);
        let Ok(snapshot) = Snapshot::of_commit(repository, tip) else { return };
        let visit = |changes: CommitChanges, ()| {
            step += 1;
            let brought = added_versions(&snapshot, &changes, config, branch_stage);
            if !brought.is_empty() {
                found += 1;
                self.add(brought, Arrival { time: changes.time, step });
            }
            if found >= NEWEST || step >= EXAMINED {
                WalkControl::Stop
            } else {
                WalkControl::Continue
            }
        };
        let walk = MainlineWalk::new(repository, tip, scope).threads(1);
        // What could be read before an error is evidence too.
        let _ = walk.run(|| |_: &Repository, _: &CommitChanges| (), visit, |_| {});
    }

    /// Adds a commit older than all that were added before for its branch.
    fn add(&mut self, brought: HashSet<(StageNumber, ArrivedVersion)>, arrival: Arrival) {
        self.commits += 1;
        self.oldest = if self.commits == 1 { arrival.time } else { self.oldest.min(arrival.time) };
        let stages: HashSet<StageNumber> = brought.iter().map(|(stage, _)| *stage).collect();
        for stage in stages {
            let (count, last) = self.activity.entry(stage).or_insert((0, arrival.time));
            (*count, *last) = (*count + 1, (*last).max(arrival.time));
        }
        for (stage, version) in brought {
            self.versions.entry(version).or_default().insert(stage, arrival);
        }
    }
}

/// The versions on lines that a commit added to files of stages.
fn added_versions(
    snapshot: &Snapshot<'_>,
    changes: &CommitChanges,
    config: &Config,
    branch_stage: Option<StageNumber>,
) -> HashSet<(StageNumber, ArrivedVersion)> {
    let mut out = HashSet::new();
    for change in &changes.changes {
        let Some(after) = change.after else { continue };
        let Some((stage, place)) = stage_of_path(config, &change.path, branch_stage) else {
            continue;
        };
        let read = |object: TreeObject| {
            let file = SnapshotFile { path: change.path.clone(), id: object.id, kind: object.kind };
            let bytes = snapshot.read_file(&file).ok()?;
            (bytes.len() <= MAX_FILE_BYTES).then(|| String::from_utf8(bytes).ok()).flatten()
        };
        let Some(text) = read(after) else { continue };
        let before = change.before.and_then(read).unwrap_or_default();
        let known: HashSet<&str> = before.lines().collect();
        for line in text.lines().filter(|line| !known.contains(line)) {
            let versions = versions_on_line(line)
                .map(|version| (stage, ArrivedVersion { place: place.clone(), version }));
            out.extend(versions);
        }
    }
    out
}

/// The stage of a file, and its path without what names stage and target.
fn stage_of_path(
    config: &Config,
    path: &str,
    branch_stage: Option<StageNumber>,
) -> Option<(StageNumber, String)> {
    let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
    let below = |rule: &SourceRule| {
        (rule.kind == SourceKind::Kustomize).then(|| rule.path.captures(parent)).flatten()
    };
    let claimed = claims_on(config, path).into_iter().map(|claim| (claim.rule, claim.captures));
    let near = config.rules.iter().filter_map(|rule| Some((rule, below(rule)?)));
    claimed.chain(near).find_map(|(rule, captures)| {
        let word = captures.get("stage").map(String::as_str);
        let word = word.or(rule.stage.as_ref().map(|stage| stage.as_str()));
        let stage = word.and_then(|word| config.stage(word));
        let index = match (branch_stage, stage) {
            (Some(index), _) => index,
            (None, stage) => config.position(&stage?.name),
        };
        Some((index, place_without_axes(path, &captures)))
    })
}

/// The path without the words of its stage and target, and without separators.
fn place_without_axes(path: &str, captures: &TemplateCaptures) -> String {
    let mut place = path.to_owned();
    for name in ["stage", "target"] {
        if let Some(word) = captures.get(name).filter(|word| !word.is_empty()) {
            place = without_word(&place, word);
        }
    }
    place.retain(|c| !is_separator(c));
    place
}

fn is_separator(c: char) -> bool {
    matches!(c, '/' | '-' | '_' | '.')
}

/// Removes a word where it stands between separators.
fn without_word(text: &str, word: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(word) {
        let (before, after) = (&rest[..at], &rest[at + word.len()..]);
        out.push_str(before);
        let begins = out.chars().next_back().is_none_or(is_separator);
        if !begins || !after.chars().next().is_none_or(is_separator) {
            out.push_str(word);
        }
        rest = after;
    }
    out + rest
}

/// The versions on a line, found by their shape; tags of references, and digests cut off.
pub(super) fn versions_on_line(line: &str) -> impl Iterator<Item = String> {
    let is_comment = line.trim_start().starts_with(['#', '/']);
    let words = line.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | '='));
    words.filter(move |word| !is_comment && word.len() > 1).filter_map(version_in_word)
}

fn version_in_word(word: &str) -> Option<String> {
    if word.contains("://") || word.ends_with(':') || !word.bytes().any(|b| b.is_ascii_digit()) {
        return None;
    }
    if let Some(reference) = certain_reference(word) {
        return Some(version_text(&reference.version));
    }
    let last = word.rsplit(':').next().unwrap_or(word);
    is_version(last).then(|| last.to_owned())
}

/// The tag where there is one, else the digest.
fn version_text(version: &Version) -> String {
    version.tag.clone().or_else(|| version.digest.clone()).unwrap_or_default()
}
