//! Writes that must happen exactly once, even if their answer is lost.

use super::http::HttpClient;
use super::ready;
use super::types::{CreatedProposal, NewProposal, Proposal, ProposalState};
use super::{Forge, ForgeError, Result};

/// Number of searches for a proposal whose answer was lost before it counts as not created: a forge
/// may finish a request after it timed out.
const LOOKS: u32 = 3;

/// Maximum number of attempts to create a proposal.
const ROUNDS: u32 = 3;

/// Creates a proposal once: if the answer is lost or the proposal exists already, the existing one
/// is searched.
pub(super) fn create_once(
    forge: &dyn Forge,
    http: &HttpClient,
    new: &NewProposal,
    send: impl Fn() -> Result<Proposal>,
) -> Result<CreatedProposal> {
    let mut round = 1;
    let find = &|| forge.find_proposal(&new.head, &new.base);
    loop {
        let is_unknown = |error: &ForgeError| Ok(error.is_unknown_branch(forge.kind()));
        match ready::send_when_ready(http, is_unknown, &send) {
            Ok(proposal) => return Ok(CreatedProposal { proposal, is_new: true }),
            Err(error @ ForgeError::Exists { .. }) => {
                let proposal = find_existing(forge, new)?.ok_or(error)?;
                return Ok(CreatedProposal { proposal, is_new: false });
            }
            Err(error) if error.is_unsure() => match find_after_loss(http, find)? {
                Some(proposal) => return Ok(CreatedProposal { proposal, is_new: true }),
                None if round == ROUNDS => return Err(error),
                None => round += 1,
            },
            Err(error) => return Err(error),
        }
    }
}

/// Creates something once: if the answer is lost, it is searched before another attempt.
pub(super) fn create_or_find<T>(
    http: &HttpClient,
    send: impl Fn() -> Result<T>,
    find: impl Fn() -> Result<Option<T>>,
) -> Result<T> {
    let mut round = 1;
    loop {
        match send() {
            Err(error) if error.is_unsure() => match find_after_loss(http, &find)? {
                Some(made) => return Ok(made),
                None if round == ROUNDS => return Err(error),
                None => round += 1,
            },
            other => return other,
        }
    }
}

/// Finds the open proposal of a branch. If the search finds none, all open ones are listed: the
/// search may use an outdated owner name.
fn find_existing(forge: &dyn Forge, new: &NewProposal) -> Result<Option<Proposal>> {
    if let Some(found) = forge.find_proposal(&new.head, &new.base)? {
        return Ok(Some(found));
    }
    let is_its = |one: &Proposal| one.head == new.head && one.base == new.base && !one.from_fork;
    let found = forge.open_proposals()?.into_iter().find(is_its);
    // Lists of some forges leave parts out.
    found.map(|proposal| forge.get_proposal(proposal.number)).transpose()
}

fn find_after_loss<T>(
    http: &HttpClient,
    find: &dyn Fn() -> Result<Option<T>>,
) -> Result<Option<T>> {
    for look in 1..=LOOKS {
        (http.clock.sleep)(http.limits.pause.saturating_mul(look));
        if let Some(found) = find()? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// How a forge took the request to merge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MergeRequestResult {
    Sent,
    /// The proposal is in the merge queue.
    Queued,
}

/// Merges once. Forges answer differently to an impossible or repeated merge, so the proposal's
/// state is read before and after.
pub(super) fn merge_once(
    forge: &dyn Forge,
    http: &HttpClient,
    number: u64,
    send: impl Fn() -> Result<()>,
) -> Result<Proposal> {
    let sent = || ready::merge_when_ready(forge, http, number, &send);
    merge_or_queue_once(forge, http, number, || sent().map(|()| MergeRequestResult::Sent))
}

/// Like [`merge_once`], for a forge that may put the proposal into a queue.
pub(super) fn merge_or_queue_once(
    forge: &dyn Forge,
    http: &HttpClient,
    number: u64,
    send: impl FnOnce() -> Result<MergeRequestResult>,
) -> Result<Proposal> {
    let before = forge.get_proposal(number)?;
    match before.state {
        ProposalState::Merged => return Ok(before),
        ProposalState::Closed => {
            return Err(ForgeError::NotMergeable { number, why: "it is closed".into() });
        }
        ProposalState::Open => {}
    }
    let sent = send();
    let after = match sent {
        Ok(MergeRequestResult::Sent) => ready::wait_for_merge(forge, http, number)?,
        _ => forge.get_proposal(number)?,
    };
    match sent {
        _ if after.state == ProposalState::Merged => Ok(after),
        Ok(MergeRequestResult::Queued) => Ok(Proposal { queued: true, ..after }),
        Ok(MergeRequestResult::Sent) => Err(ForgeError::NotMergeable {
            number,
            why: "the forge accepted the merge but did not perform it".into(),
        }),
        Err(error) => Err(not_mergeable(number, error)),
    }
}

/// Converts a refusal to merge into [`ForgeError::NotMergeable`]; other errors are kept.
pub(super) fn not_mergeable(number: u64, error: ForgeError) -> ForgeError {
    match error {
        ForgeError::Conflict { why, .. } | ForgeError::Exists { why, .. } => {
            ForgeError::NotMergeable { number, why }
        }
        ForgeError::Refused { why, .. } => ForgeError::NotMergeable { number, why },
        other => other,
    }
}

/// Tells a number that no proposal has from a repository that cannot be read: both are answered
/// with 404.
pub(super) fn numbered<T>(forge: &dyn Forge, number: u64, found: Result<T>) -> Result<T> {
    match found {
        Err(ForgeError::NotFound { .. }) if forge.open_proposals().is_ok() => {
            Err(ForgeError::NoSuchProposal { number })
        }
        other => other,
    }
}

/// Fails if the head is not the expected commit, for forges that cannot check this themselves.
pub(super) fn same_head(proposal: &Proposal, expect: &str) -> Result<()> {
    match &proposal.head_commit {
        Some(head)
            if !head.is_empty()
                && (head.starts_with(expect) || expect.starts_with(head.as_str())) =>
        {
            Ok(())
        }
        _ => Err(ForgeError::NotMergeable {
            number: proposal.number,
            why: "its branch has changed".into(),
        }),
    }
}
