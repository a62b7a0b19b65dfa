//! The proposals that are written down at `origin`, and how a new word about one gets there: read,
//! think, move the ref if it is still where it was, else again.

use super::proposal_record::{FILE, ProposalRecord, ProposalRecordState, REFS};
use crate::forge::{Clock, ForgeError, Result};
use crate::git::{Oid, PushOutcome, RefUpdate, Workspace, backoff_pause};
use std::collections::BTreeMap;
use std::time::Instant;

/// After so many seconds of losing races nothing new is begun.
const PATIENCE: i64 = 45;

/// The entries at `origin`, and where each was seen.
pub(super) struct ProposalStore<'w> {
    pub workspace: Workspace<'w>,
    pub clock: Clock,
}

/// An entry and the commit that holds it.
#[derive(Debug, Clone)]
pub(super) struct StoredProposal {
    pub at: Oid,
    pub entry: ProposalRecord,
}

/// What is to be written after a look at what is there.
pub(super) enum WriteDecision<T> {
    /// This is the answer; nothing needs to be written.
    Said(T),
    /// These refs move at once; then this is the answer.
    Write(Vec<RefUpdate>, T),
}

impl ProposalStore<'_> {
    /// Every entry, by number. What cannot be read as one is left out: it is not ours.
    pub fn load_records(&self) -> Result<BTreeMap<u64, StoredProposal>> {
        self.load_matching("*")
    }

    fn load_matching(&self, numbers: &str) -> Result<BTreeMap<u64, StoredProposal>> {
        let refs = self.workspace.remote_refs(&[format!("{REFS}{numbers}")])?;
        self.workspace.fetch_refs(&refs)?;
        self.read_records(&refs)
    }

    fn read_records(&self, refs: &BTreeMap<String, Oid>) -> Result<BTreeMap<u64, StoredProposal>> {
        let mut out = BTreeMap::new();
        for (name, at) in refs {
            let Some(number) = name.strip_prefix(REFS).and_then(|number| number.parse().ok())
            else {
                continue;
            };
            let text = self.workspace.read_record(*at, FILE)?;
            if let Some(entry) = text
                .as_deref()
                .and_then(ProposalRecord::parse)
                .filter(|entry| entry.number == number)
            {
                out.insert(number, StoredProposal { at: *at, entry });
            }
        }
        Ok(out)
    }

    /// An entry, and what its branch and its base are at, all seen at once.
    pub fn load_with_heads(
        &self,
        known: &ProposalRecord,
    ) -> Result<(StoredProposal, Option<Oid>, Option<Oid>)> {
        let [head, base] = [&known.head, &known.base].map(|branch| format!("refs/heads/{branch}"));
        let refs = self.workspace.remote_refs(&[
            format!("{REFS}{}", known.number),
            head.clone(),
            base.clone(),
        ])?;
        self.workspace.fetch_refs(&refs)?;
        let seen = self.read_records(&refs)?.remove(&known.number);
        let seen = seen.ok_or(ForgeError::NoSuchProposal { number: known.number })?;
        Ok((seen, refs.get(&head).copied(), refs.get(&base).copied()))
    }

    /// The entry with this number.
    pub fn load_record(&self, number: u64) -> Result<StoredProposal> {
        let missing = || ForgeError::NoSuchProposal { number };
        self.load_matching(&number.to_string())?.remove(&number).ok_or_else(missing)
    }

    /// What branches are at, with their commits brought here.
    pub fn fetch_heads(&self, branches: &[&str]) -> Result<BTreeMap<String, Oid>> {
        let heads = self.workspace.remote_heads(branches)?;
        self.workspace.fetch_branches(&heads)?;
        Ok(heads)
    }

    /// The number that comes next. A number is never given twice, for no entry is ever removed.
    pub fn next_number(&self) -> Result<u64> {
        let refs = self.workspace.remote_refs(&[format!("{REFS}*")])?;
        let numbers = refs.keys().filter_map(|name| name.strip_prefix(REFS)?.parse::<u64>().ok());
        Ok(numbers.max().unwrap_or(0) + 1)
    }

    /// The move of an entry's ref to a new version of it.
    pub fn record_update(
        &self,
        entry: &ProposalRecord,
        from: Option<Oid>,
        what: &str,
    ) -> Result<RefUpdate> {
        let message = format!("{what}: {}\n", entry.title);
        let to = self.workspace.write_record(from, FILE, &entry.to_json(), &message)?;
        Ok(RefUpdate { name: format!("{REFS}{}", entry.number), from, to })
    }

    /// Thinks and writes until nobody else was faster.
    pub fn write_with_retry<T>(&self, think: impl Fn() -> Result<WriteDecision<T>>) -> Result<T> {
        let (started, mut losses) = ((self.clock.now)(), 0);
        loop {
            let begun = Instant::now();
            let (swaps, answer) = match think()? {
                WriteDecision::Said(answer) => return Ok(answer),
                WriteDecision::Write(swaps, answer) => (swaps, answer),
            };
            if self.workspace.update_refs(&swaps)? == PushOutcome::Done {
                return Ok(answer);
            }
            if (self.clock.now)() - started > PATIENCE {
                return Err(ForgeError::Busy);
            }
            losses += 1;
            (self.clock.sleep)(backoff_pause(begun.elapsed(), losses, (self.clock.chance)()));
        }
    }

    /// The open ones among some entries. Those that somebody has merged with git are noted as merged.
    pub fn open_records(
        &self,
        entries: BTreeMap<u64, StoredProposal>,
    ) -> Result<Vec<(StoredProposal, Option<Oid>)>> {
        let open: Vec<StoredProposal> = entries
            .into_values()
            .filter(|seen| seen.entry.state == ProposalRecordState::Open)
            .collect();
        let mut names: Vec<&str> =
            open.iter().flat_map(|seen| [&*seen.entry.head, &*seen.entry.base]).collect();
        names.sort_unstable();
        names.dedup();
        let heads = if names.is_empty() { BTreeMap::new() } else { self.fetch_heads(&names)? };
        let mut out = Vec::new();
        for seen in open {
            let head = heads.get(&seen.entry.head).copied();
            if self.noted_as_merged(&seen, head, heads.get(&seen.entry.base).copied())?.is_none() {
                out.push((seen, head));
            }
        }
        Ok(out)
    }

    /// The entry as merged, if its branch is part of its base: somebody has used git for it.
    pub fn noted_as_merged(
        &self,
        seen: &StoredProposal,
        head: Option<Oid>,
        base: Option<Oid>,
    ) -> Result<Option<ProposalRecord>> {
        let (Some(head), Some(base)) = (head, base) else { return Ok(None) };
        if seen.entry.state != ProposalRecordState::Open
            || !self.workspace.contains_changes(base, head)?
        {
            return Ok(None);
        }
        let mut entry = seen.entry.clone();
        entry.state = ProposalRecordState::Merged;
        entry.head_commit = Some(head.to_string());
        // Whoever was faster has noted the same, or knows better.
        let swap = self.record_update(&entry, Some(seen.at), "Merged by hand")?;
        self.workspace.update_refs(&[swap])?;
        Ok(Some(entry))
    }
}
