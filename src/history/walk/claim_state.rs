//! What a claim says at one commit, and what was looked at to know it.

use super::claim_memo::ClaimMemo;
use crate::config::Config;
use crate::git::{CommitChanges, Repository, Snapshot};
use crate::model::{MappingEntry, SourceKind, StageName};
use crate::source::{Claim, ClaimReading, ParseCache, SnapshotReader, claims_on, read_claim};
use std::collections::HashMap;

/// Warnings after which a file says nothing about its versions.
const BROKEN: [&str; 5] = ["not-yaml", "unreadable", "not-text", "too-large", "not-a-tag"];

/// What a claim says at one commit.
#[derive(Debug, Default)]
pub(super) struct ClaimState {
    pub entries: Vec<MappingEntry>,
    /// The paths that were looked at, the claim's own left out.
    pub touched: Vec<String>,
    /// Those that are there and could not be understood.
    pub broken: Vec<String>,
    /// Something that is needed is not in this clone.
    pub missing: bool,
}

impl ClaimState {
    /// What a reading says.
    pub fn from_reading(claim: &Claim<'_>, reading: ClaimReading) -> Self {
        let mut look = ClaimState { entries: reading.entries, ..ClaimState::default() };
        for warning in reading.warnings {
            look.missing |= warning.code == "missing-object";
            look.broken.extend(warning.path.filter(|_| BROKEN.contains(&warning.code)));
        }
        // Of what is built, the builds themselves know what they looked at.
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

/// Is a claim of this kind read beside the walk? What builds on many files is read in order, where
/// one build serves all.
pub(super) fn is_local(kind: SourceKind) -> bool {
    !kind.is_built()
}

/// A claim on a path that a commit changed, as it was before.
pub(super) struct PriorClaimState {
    /// Which of the step's changes.
    pub change: usize,
    /// Which rule of the config.
    pub rule: usize,
    pub look: ClaimState,
}

/// Can what a source reads be told from the looks of a value? An expression of the user may want more.
fn is_memorable(kind: SourceKind) -> bool {
    kind.goes_by_looks()
}

/// How many states of a file are remembered: some go back and forth between two kinds of version.
const MEMOS: usize = 3;

/// All remembered files together. In bytes.
const MAX_REMEMBERED: usize = 4 << 20;

/// Looks at changed files on a thread of its own.
pub(super) struct ClaimReader<'c> {
    config: &'c Config,
    stage: Option<&'c StageName>,
    cache: ParseCache,
    /// The claims on each file that was met, and what they said last.
    known: HashMap<String, Vec<CachedClaim<'c>>>,
    /// Of the remembered files.
    bytes: usize,
}

struct CachedClaim<'c> {
    claim: Claim<'c>,
    /// The one of use last comes first.
    memos: Vec<ClaimMemo>,
}

impl CachedClaim<'_> {
    /// What the claim says of a text, if that follows from what it said lately.
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

    /// Remembers what it said of a text. Returns how much more text is held.
    fn store_state(&mut self, text: Vec<u8>, look: &ClaimState, snapshot: &Snapshot<'_>) -> usize {
        let Some(memo) = ClaimMemo::of(text, look, snapshot) else { return 0 };
        let bytes = memo.byte_count();
        self.memos.truncate(MEMOS - 1);
        self.memos.insert(0, memo);
        bytes
    }
}

impl<'c> ClaimReader<'c> {
    /// One that has seen nothing yet.
    pub fn new(config: &'c Config, stage: Option<&'c StageName>) -> Self {
        ClaimReader { config, stage, cache: ParseCache::default(), known: HashMap::new(), bytes: 0 }
    }

    /// What the claims on changed files said before the change, of those that `wanted` names.
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

/// The claims on a file that are read beside the walk.
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
