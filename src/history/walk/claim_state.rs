//! The state of a claim at one commit, and the paths read to find it.

use super::claim_memo::ClaimMemo;
use crate::config::Config;
use crate::git::{CommitChanges, Repository, Snapshot};
use crate::model::{MappingEntry, SourceKind, StageName};
use crate::source::{Claim, ClaimReading, ParseCache, SnapshotReader, claims_on, read_claim};
use std::collections::HashMap;

/// Warnings that mean a file tells nothing about its versions.
const BROKEN: [&str; 5] = ["not-yaml", "unreadable", "not-text", "too-large", "not-a-tag"];

/// State of a claim at one commit.
#[derive(Debug, Default)]
pub(super) struct ClaimState {
    pub entries: Vec<MappingEntry>,
    /// Paths read besides the claim's own file.
    pub touched: Vec<String>,
    /// Existing files that could not be parsed.
    pub broken: Vec<String>,
    /// True if a needed object is missing in this clone.
    pub missing: bool,
}

impl ClaimState {
    /// Converts a reading.
    pub fn from_reading(claim: &Claim<'_>, reading: ClaimReading) -> Self {
        let mut look = ClaimState { entries: reading.entries, ..ClaimState::default() };
        for warning in reading.warnings {
            look.missing |= warning.code == "missing-object";
            look.broken.extend(warning.path.filter(|_| BROKEN.contains(&warning.code)));
        }
        // Kustomize builds track their own inputs.
        if is_local(claim.rule.kind) {
            let mut touched = reading.touched.file_paths();
            touched.remove(&claim.path);
            look.touched = touched.into_iter().collect();
        }
        look
    }

    /// Reads a claim.
    pub fn read(
        config: &Config,
        claim: &Claim<'_>,
        reader: &SnapshotReader<'_>,
        stage: Option<&StageName>,
    ) -> Self {
        ClaimState::from_reading(claim, read_claim(config, claim, reader, stage))
    }
}

/// True if claims of this kind are read on the worker threads of the walk. Kustomize builds depend
/// on many files and are read in order, so that one build serves all.
pub(super) fn is_local(kind: SourceKind) -> bool {
    !kind.is_built()
}

/// State of a claim before a commit changed its file.
pub(super) struct PriorClaimState {
    /// Index into the changes of the step.
    pub change: usize,
    /// Index into the rules of the configuration.
    pub rule: usize,
    pub look: ClaimState,
}

/// True if the shape of a value decides what a source reads. The user's expression of a `line`
/// source may ask for more.
fn is_memorable(kind: SourceKind) -> bool {
    kind.goes_by_looks()
}

/// States remembered per claim: some files alternate between two kinds of version.
const MEMOS: usize = 3;

/// Limit for all remembered files together, in bytes.
const MAX_REMEMBERED: usize = 4 << 20;

/// Reads the claims on changed files; one per thread.
pub(super) struct ClaimReader<'c> {
    config: &'c Config,
    stage: Option<&'c StageName>,
    cache: ParseCache,
    /// Claims on each file met so far, with their last states.
    known: HashMap<String, Vec<CachedClaim<'c>>>,
    /// Total size of the remembered files.
    bytes: usize,
}

struct CachedClaim<'c> {
    claim: Claim<'c>,
    /// Most recently used first.
    memos: Vec<ClaimMemo>,
}

impl CachedClaim<'_> {
    /// Returns the state for a text, if it follows from a remembered one.
    fn find_state(
        &mut self,
        path: &str,
        text: &[u8],
        snapshot: &Snapshot<'_>,
    ) -> Option<ClaimState> {
        for at in 0..self.memos.len() {
            if let Some(look) = self.memos[at].find_state(path, text, snapshot) {
                self.memos[..=at].rotate_right(1);
                return Some(look);
            }
        }
        None
    }

    /// Remembers a state. Returns the number of bytes added.
    fn store_state(&mut self, text: Vec<u8>, look: &ClaimState, snapshot: &Snapshot<'_>) -> usize {
        let Some(memo) = ClaimMemo::of(text, look, snapshot) else { return 0 };
        let bytes = memo.byte_count();
        self.memos.truncate(MEMOS - 1);
        self.memos.insert(0, memo);
        bytes
    }
}

impl<'c> ClaimReader<'c> {
    /// Creates a reader that remembers nothing yet.
    pub fn new(config: &'c Config, stage: Option<&'c StageName>) -> Self {
        ClaimReader { config, stage, cache: ParseCache::default(), known: HashMap::new(), bytes: 0 }
    }

    /// Returns the states that claims on the changed files had before the change, for the paths
    /// that `wanted` accepts.
    pub fn states_before(
        &mut self,
        repository: &Repository,
        step: &CommitChanges,
        wanted: impl Fn(&str) -> bool,
    ) -> Vec<PriorClaimState> {
        let mut out = Vec::new();
        let Some(snapshot) = step.snapshot_before(repository) else { return out };
        let mut reader = None;
        for (at, change) in step.changes.iter().enumerate() {
            let Some(file) = change.file_before().filter(|file| wanted(&file.path)) else {
                continue;
            };
            for known in claims_of(&mut self.known, self.config, &file.path) {
                let text = is_memorable(known.claim.rule.kind)
                    .then(|| snapshot.read_file(&file).ok())
                    .flatten();
                let recalled =
                    text.as_ref().and_then(|text| known.find_state(&file.path, text, &snapshot));
                let look = recalled.unwrap_or_else(|| {
                    let reader = reader
                        .get_or_insert_with(|| SnapshotReader::of_versions(&snapshot, &self.cache));
                    let look = ClaimState::read(self.config, &known.claim, reader, self.stage);
                    self.bytes += text.map_or(0, |text| known.store_state(text, &look, &snapshot));
                    look
                });
                out.push(PriorClaimState { change: at, rule: known.claim.index, look });
            }
        }
        if self.bytes > MAX_REMEMBERED {
            self.known.clear();
            self.bytes = 0;
        }
        out
    }
}

/// Claims on a file that are read on worker threads.
fn claims_of<'k, 'c>(
    known: &'k mut HashMap<String, Vec<CachedClaim<'c>>>,
    config: &'c Config,
    path: &str,
) -> &'k mut Vec<CachedClaim<'c>> {
    if !known.contains_key(path) {
        let claims = claims_on(config, path).into_iter().filter(|claim| is_local(claim.rule.kind));
        known.insert(
            path.to_owned(),
            claims.map(|claim| CachedClaim { claim, memos: Vec::new() }).collect(),
        );
    }
    known.get_mut(path).expect("it was just put there")
}
