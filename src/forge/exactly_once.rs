//! Writes that must happen exactly once, even if their answer is lost.

use super::http::HttpClient;
use super::types::{NewProposal, Proposal, ProposalState, ProposalUpdate};
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
) -> Result<Proposal> {
    let mut round = 1;
    let there = loop {
        match send() {
            Ok(proposal) => break proposal,
            Err(error @ ForgeError::Exists { .. }) => {
                break find_existing(forge, &new.head)?.ok_or(error)?;
            }
            Err(error) if error.is_unsure() => match find_created(forge, http, &new.head)? {
                Some(proposal) => break proposal,
                None if round == ROUNDS => return Err(error),
                None => round += 1,
            },
            Err(error) => return Err(error),
        }
    };
    let decoration = ProposalUpdate::from_new(new);
    if decoration.add_labels.is_empty() && decoration.add_reviewers.is_empty() {
        return Ok(there);
    }
    forge.update_proposal(there.number, &decoration)
}

/// Finds the open proposal of a branch. If the search finds none, all open ones are listed: the
/// search may use an outdated owner name.
fn find_existing(forge: &dyn Forge, head: &str) -> Result<Option<Proposal>> {
    if let Some(found) = forge.find_proposal(head)? {
        return Ok(Some(found));
    }
    Ok(forge
        .open_proposals()?
        .into_iter()
        .find(|proposal| proposal.head == head && !proposal.from_fork))
}

fn find_created(forge: &dyn Forge, http: &HttpClient, head: &str) -> Result<Option<Proposal>> {
    for look in 1..=LOOKS {
        (http.clock.sleep)(http.limits.pause.saturating_mul(look));
        if let Some(proposal) = forge.find_proposal(head)? {
            return Ok(Some(proposal));
        }
    }
    Ok(None)
}

/// Merges once. Forges answer differently to an impossible or repeated merge, so the proposal's
/// state is read before and after.
pub(super) fn merge_once(
    forge: &dyn Forge,
    number: u64,
    send: impl FnOnce() -> Result<()>,
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
    let after = forge.get_proposal(number)?;
    match sent {
        _ if after.state == ProposalState::Merged => Ok(after),
        Ok(()) => Err(ForgeError::NotMergeable {
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
