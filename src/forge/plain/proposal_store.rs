//! Stores proposal records at `origin` with optimistic locking: read, decide, move the ref if it
//! has not changed, else repeat.

use super::proposal_record::{FILE, ProposalRecord, ProposalRecordState, REFS};
use crate::forge::{Clock, ForgeError, Result};
use crate::git::{Oid, PushOutcome, RefUpdate, Workspace, backoff_pause};
use std::collections::BTreeMap;
use std::time::Instant;

/// Seconds of lost races after which no new attempt is made.
const PATIENCE: i64 = 45;

/// The records at `origin`.
pub(super) struct ProposalStore<'w> {
    pub workspace: Workspace<'w>,
    pub clock: Clock,
}

/// A record and the commit that contains it.
#[derive(Debug, Clone)]
pub(super) struct StoredProposal {
    pub at: Oid,
    pub entry: ProposalRecord,
}

/// The decision after reading the current state.
pub(super) enum WriteDecision<T> {
    /// The result; nothing needs to be written.
    Said(T),
    /// The refs to move atomically, and the result if that succeeds.
    Write(Vec<RefUpdate>, T),
}

impl ProposalStore<'_> {
    /// Returns every record, by number. Unreadable ones are skipped: they are not ours.
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

    /// Returns a record with the tips of its branch and base, from one listing of the remote.
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

    /// Returns the record with this number.
    pub fn load_record(&self, number: u64) -> Result<StoredProposal> {
        let missing = || ForgeError::NoSuchProposal { number };
        self.load_matching(&number.to_string())?.remove(&number).ok_or_else(missing)
    }

    /// Fetches branches and returns their tips.
    pub fn fetch_heads(&self, branches: &[&str]) -> Result<BTreeMap<String, Oid>> {
        let heads = self.workspace.remote_heads(branches)?;
        self.workspace.fetch_branches(&heads)?;
        Ok(heads)
    }

    /// Returns the next number. Numbers are never reused, since records are never removed.
    pub fn next_number(&self) -> Result<u64> {
        let refs = self.workspace.remote_refs(&[format!("{REFS}*")])?;
        let numbers = refs.keys().filter_map(|name| name.strip_prefix(REFS)?.parse::<u64>().ok());
        Ok(numbers.max().unwrap_or(0) + 1)
    }

    /// Returns the ref update to a new version of a record.
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

    /// Decides and writes until no other writer interferes.
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

    /// Returns the open ones among some records. Those merged with plain git are recorded as
    /// merged.
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

    /// Records a proposal as merged if its base contains its branch: someone merged it with plain
    /// git.
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
        // If another writer was faster, its record is the same or newer.
        let swap = self.record_update(&entry, Some(seen.at), "Merged by hand")?;
        self.workspace.update_refs(&[swap])?;
        Ok(Some(entry))
    }
}
