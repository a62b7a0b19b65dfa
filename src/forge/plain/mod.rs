//! Proposals without a forge: a proposal is a pushed branch and a ref
//! `refs/towpath/proposals/NUMBER`, whose commits record its state.
//!
//! Refs move only from their observed position, and a merge moves branch and record atomically, so
//! concurrent writers lose nothing. Only git and a remote to push to are needed.

mod proposal_record;
mod proposal_store;

use super::exactly_once::same_head;
use super::types::{
    ClosedProposal, CommitCheck, CreatedProposal, ForgeFeature, Issue, MergeMethod, NewProposal,
    Proposal, ProposalMerge, ProposalUpdate, Review,
};
use super::{Clock, Forge, ForgeError, ForgeKind, Result};
use crate::git::{ExpectedRef, MergeOutcome, Oid, RefUpdate, Workspace, WriteError};
use proposal_record::{ProposalRecord, ProposalRecordState};
use proposal_store::{ProposalStore, StoredProposal, WriteDecision};

/// Unsupported features: no server merges, checks or reviews.
const LACKS: [ForgeFeature; 5] = [
    ForgeFeature::AutoMerge,
    ForgeFeature::Issues,
    ForgeFeature::Checks,
    ForgeFeature::Reviews,
    ForgeFeature::Assignees,
];

/// A repository without a forge.
pub(super) struct PlainForge<'w> {
    book: ProposalStore<'w>,
    /// The address used in the URLs of proposals.
    home: String,
    /// The author of new proposals.
    author: String,
}

impl<'w> PlainForge<'w> {
    pub fn new(workspace: Workspace<'w>, home: String, author: String, clock: Clock) -> Self {
        PlainForge { book: ProposalStore { workspace, clock }, home, author }
    }

    fn to_proposal(&self, entry: &ProposalRecord, head: Option<Oid>) -> Proposal {
        entry.to_proposal(&self.home, head.map(|id| id.to_string()))
    }

    fn load_head(&self, entry: &ProposalRecord) -> Result<Option<Oid>> {
        if entry.state != ProposalRecordState::Open {
            return Ok(None);
        }
        Ok(self.book.fetch_heads(&[&entry.head])?.remove(&entry.head))
    }

    /// Writes a new version of a record, unless nothing changes.
    fn rewrite_record(
        &self,
        number: u64,
        what: &str,
        change: impl Fn(&mut ProposalRecord),
    ) -> Result<Proposal> {
        let entry = self.book.write_with_retry(|| {
            let seen = self.book.load_record(number)?;
            let mut entry = seen.entry.clone();
            change(&mut entry);
            if entry == seen.entry {
                return Ok(WriteDecision::Said(entry));
            }
            Ok(WriteDecision::Write(
                vec![self.book.record_update(&entry, Some(seen.at), what)?],
                entry,
            ))
        })?;
        Ok(self.to_proposal(&entry, self.load_head(&entry)?))
    }

    /// Returns the ref updates of a merge: the base branch and the record.
    fn merge_decision(
        &self,
        seen: &StoredProposal,
        head: Option<Oid>,
        base: Option<Oid>,
        how: &ProposalMerge,
    ) -> Result<WriteDecision<ProposalRecord>> {
        let (number, entry) = (seen.entry.number, &seen.entry);
        let refuse = |why: String| ForgeError::NotMergeable { number, why };
        let head =
            head.ok_or_else(|| refuse(format!("its branch `{}` no longer exists", entry.head)))?;
        let base = base.ok_or_else(|| refuse(format!("there is no branch `{}`", entry.base)))?;
        if let Some(entry) = self.book.noted_as_merged(seen, Some(head), Some(base))? {
            return Ok(WriteDecision::Said(entry));
        }
        if entry.draft {
            return Err(refuse("it is a draft".into()));
        }
        same_head(&self.to_proposal(entry, Some(head)), &how.expect)?;
        let commit = self.merge_commit(entry, base, head, how)?;
        let mut merged = entry.clone();
        merged.state = ProposalRecordState::Merged;
        merged.head_commit = Some(head.to_string());
        merged.merge_commit = Some(commit.to_string());
        let landing =
            RefUpdate { name: format!("refs/heads/{}", entry.base), from: Some(base), to: commit };
        let mut swaps = vec![landing, self.book.record_update(&merged, Some(seen.at), "Merge")?];
        swaps.extend(self.required_refs(number, how, &swaps)?);
        Ok(WriteDecision::Write(swaps, merged))
    }

    /// Returns the refs that the merge depends on, as updates to their current position.
    fn required_refs(
        &self,
        number: u64,
        how: &ProposalMerge,
        moving: &[RefUpdate],
    ) -> Result<Vec<RefUpdate>> {
        let expected = |one: &&ExpectedRef| {
            moving.iter().find(|swap| swap.name == one.name).map(|swap| swap.from)
        };
        let moved =
            how.if_still.iter().any(|one| expected(&one).is_some_and(|from| from != one.at));
        if moved || !self.book.workspace.refs_unchanged(&how.if_still)? {
            return Err(ForgeError::Outdated { number });
        }
        let others = how.if_still.iter().filter(|one| expected(one).is_none());
        let still = |one: &ExpectedRef| {
            one.at.map(|at| RefUpdate { name: one.name.clone(), from: Some(at), to: at })
        };
        Ok(others.filter_map(still).collect())
    }

    /// Returns the commit that the base branch moves to.
    fn merge_commit(
        &self,
        entry: &ProposalRecord,
        base: Oid,
        head: Oid,
        how: &ProposalMerge,
    ) -> Result<Oid> {
        let workspace = &self.book.workspace;
        let tree = match workspace.merge_heads(base, head)? {
            MergeOutcome::Nothing => return Ok(base),
            MergeOutcome::Forward if how.method != MergeMethod::Squash => return Ok(head),
            MergeOutcome::Forward => None,
            MergeOutcome::Tree(tree) => Some(tree),
            MergeOutcome::Conflict(files) => {
                let why =
                    format!("`{}` has changed the same lines of {}", entry.base, files.join(", "));
                return Err(ForgeError::NotMergeable { number: entry.number, why });
            }
        };
        let message = merge_message(entry, how);
        Ok(match (how.method, tree) {
            (MergeMethod::Squash, tree) => workspace.squash_commits(tree, base, head, &message)?,
            (MergeMethod::Merge, Some(tree)) => {
                workspace.merge_commit(tree, base, head, &message)?
            }
            _ => {
                let why = format!("`{}` has new commits, and rebasing needs a forge", entry.base);
                return Err(ForgeError::NotMergeable { number: entry.number, why });
            }
        })
    }
}

/// Returns the message of the merge commit.
fn merge_message(entry: &ProposalRecord, how: &ProposalMerge) -> String {
    let (subject, body) = match how.method {
        MergeMethod::Squash => (format!("{} (#{})", entry.title, entry.number), String::new()),
        _ => (
            format!("Merge pull request #{} from {}", entry.number, entry.head),
            entry.title.clone(),
        ),
    };
    let subject = how.title.clone().unwrap_or(subject);
    let body = how.message.clone().unwrap_or(body);
    let body = body.trim_end();
    if body.is_empty() { format!("{subject}\n") } else { format!("{subject}\n\n{body}\n") }
}

impl Forge for PlainForge<'_> {
    fn kind(&self) -> ForgeKind {
        ForgeKind::Plain
    }

    fn missing_features(&self) -> &'static [ForgeFeature] {
        &LACKS
    }

    fn open_proposals(&self) -> Result<Vec<Proposal>> {
        let open = self.book.open_records(self.book.load_records()?)?;
        Ok(open.iter().rev().map(|(seen, head)| self.to_proposal(&seen.entry, *head)).collect())
    }

    fn find_proposals(&self, head: &str) -> Result<Vec<Proposal>> {
        let mut entries = self.book.load_records()?;
        entries.retain(|_, seen| seen.entry.head == head);
        let open = self.book.open_records(entries)?;
        Ok(open.iter().rev().map(|(seen, head)| self.to_proposal(&seen.entry, *head)).collect())
    }

    fn find_closed(&self, head: &str, base: &str) -> Result<Option<ClosedProposal>> {
        let records = self.book.load_records()?;
        let all = records.into_values().map(|seen| seen.entry);
        let newest = all
            .filter(|entry| entry.head == head && entry.base == base)
            .max_by_key(|entry| entry.number);
        let closed = newest.filter(|entry| entry.state == ProposalRecordState::Closed);
        Ok(closed.map(|entry| ClosedProposal {
            proposal: self.to_proposal(&entry, None),
            by: None,
            at: None,
        }))
    }

    fn get_proposal(&self, number: u64) -> Result<Proposal> {
        let known = self.book.load_record(number)?.entry;
        if known.state != ProposalRecordState::Open {
            return Ok(self.to_proposal(&known, None));
        }
        let (seen, head, base) = self.book.load_with_heads(&known)?;
        let merged = self.book.noted_as_merged(&seen, head, base)?;
        Ok(self.to_proposal(merged.as_ref().unwrap_or(&seen.entry), head))
    }

    fn create_proposal(&self, new: &NewProposal) -> Result<CreatedProposal> {
        self.book.write_with_retry(|| {
            // The number is taken first: if another writer takes it meanwhile, this is repeated.
            let number = self.book.next_number()?;
            if let Some(proposal) = self.find_proposal(&new.head, &new.base)? {
                return Ok(WriteDecision::Said(CreatedProposal { proposal, is_new: false }));
            }
            let entry = ProposalRecord::new(number, new, &self.author);
            let head = self.load_head(&entry)?;
            Ok(WriteDecision::Write(
                vec![self.book.record_update(&entry, None, "Open")?],
                CreatedProposal { proposal: self.to_proposal(&entry, head), is_new: true },
            ))
        })
    }

    fn update_proposal(&self, number: u64, change: &ProposalUpdate) -> Result<Proposal> {
        self.rewrite_record(number, "Change", |entry| entry.apply_update(change))
    }

    fn close_proposal(&self, number: u64) -> Result<Proposal> {
        self.rewrite_record(number, "Close", |entry| {
            if entry.state == ProposalRecordState::Open {
                entry.state = ProposalRecordState::Closed;
            }
        })
    }

    fn merge_proposal(&self, number: u64, how: &ProposalMerge) -> Result<Proposal> {
        let known = self.book.load_record(number)?.entry;
        let entry = self.book.write_with_retry(|| {
            let (seen, head, base) = self.book.load_with_heads(&known)?;
            match seen.entry.state {
                ProposalRecordState::Merged => Ok(WriteDecision::Said(seen.entry)),
                ProposalRecordState::Closed => {
                    Err(ForgeError::NotMergeable { number, why: "it is closed".into() })
                }
                ProposalRecordState::Open => self.merge_decision(&seen, head, base, how),
            }
        })?;
        Ok(self.to_proposal(&entry, None))
    }

    fn auto_merge(&self, _: u64, _: &ProposalMerge) -> Result<()> {
        Err(unsupported_error(ForgeFeature::AutoMerge))
    }

    fn list_checks(&self, _: &str) -> Result<Vec<CommitCheck>> {
        Err(unsupported_error(ForgeFeature::Checks))
    }

    fn set_check(&self, _: &str, _: &CommitCheck) -> Result<()> {
        Err(unsupported_error(ForgeFeature::Checks))
    }

    fn list_reviews(&self, _: u64) -> Result<Vec<Review>> {
        Err(unsupported_error(ForgeFeature::Reviews))
    }

    fn open_issues(&self, _: &str) -> Result<Vec<Issue>> {
        Err(unsupported_error(ForgeFeature::Issues))
    }
}

fn unsupported_error(feature: ForgeFeature) -> ForgeError {
    ForgeError::Unsupported { forge: ForgeKind::Plain.as_str(), feature }
}

impl From<WriteError> for ForgeError {
    fn from(error: WriteError) -> Self {
        // `WriteError`'s hint does not help here: a protected branch stays protected.
        let hint = error.hint().filter(|_| !matches!(error, WriteError::Refused { .. }));
        ForgeError::Git { why: error.to_string(), hint }
    }
}
