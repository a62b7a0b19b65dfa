//! Merging a pull request: what was seen goes in, and nothing else.

use super::{ForgeSession, gates};
use crate::config::{ProposalMergeMethod, ProposalOptions};
use crate::forge::{ForgeError, Proposal, ProposalMerge, ProposalState};
use crate::git::Repository;
use crate::ops::error::Failure;
use crate::ops::forge::{self, ForgeLocation};
use crate::ops::retry;
use crate::ops::session::Session;
use crate::promotion::is_to_stage;
use std::collections::BTreeMap;
use std::time::Instant;

/// Merges what the gates let through. Where git is the forge, nothing comes between that question and the
/// merge, so that it is asked again when something has.
pub fn merge_proposal(
    office: &ForgeSession<'_>,
    found: &Proposal,
    method: ProposalMergeMethod,
    repository: &Repository,
    session: &Session,
) -> Result<Proposal, Failure> {
    let how = merge_request(office, found, method, repository, session)?;
    let workspace = session.open_workspace(repository, None)?;
    let started = Instant::now();
    loop {
        let begun = Instant::now();
        let if_still = match found.state {
            ProposalState::Open => {
                gates::judge_merge(found, office.forge.kind(), &workspace, session)?
            }
            _ => Vec::new(),
        };
        match office.forge.merge_proposal(found.number, &ProposalMerge { if_still, ..how.clone() })
        {
            Err(ForgeError::Outdated { .. }) if retry::goes_on(started, begun.elapsed(), 1) => {}
            merged => return merged.map_err(|error| merge_failure(&error, found)),
        }
    }
}

/// The forge's refusal, with what helps here.
pub fn merge_failure(error: &ForgeError, found: &Proposal) -> Failure {
    match error {
        ForgeError::NotMergeable { .. } if found.state == ProposalState::Open => {
            Failure::failed(error.to_string()).hint(format!(
                "`towpath proposals show {}` shows its state; promote again to update a branch \
                 that is behind",
                found.number
            ))
        }
        ForgeError::NotMergeable { .. } => Failure::failed(error.to_string()),
        other => other.clone().into(),
    }
}

/// What the configuration says for the stage of a branch of towpath's.
pub fn proposal_options(office: &ForgeSession<'_>, found: &Proposal) -> ProposalOptions {
    let stage = office.config.stages.iter().find(|stage| is_to_stage(&found.head, &stage.name));
    stage.map_or_else(
        || office.config.proposals.all.clone(),
        |stage| office.config.proposals.options_for(&stage.name),
    )
}

/// Where the words of the merge are ours, they are those of the commit, so that its trailers are read
/// on the branch that is deployed.
fn merge_request(
    office: &ForgeSession<'_>,
    found: &Proposal,
    method: ProposalMergeMethod,
    repository: &Repository,
    session: &Session,
) -> Result<ProposalMerge, Failure> {
    let workspace = session.open_workspace(repository, None)?;
    let kind = office.forge.kind();
    let heads = match gates::head_ref(found, kind) {
        Some(name) => workspace.remote_refs(&[name])?,
        None => BTreeMap::new(),
    };
    let head = heads.values().next().copied();
    let expect =
        found.head_commit.clone().or_else(|| head.map(|id| id.to_string())).unwrap_or_default();
    let is_ours =
        method == ProposalMergeMethod::Squash || matches!(office.home, ForgeLocation::Plain);
    let mut message = None;
    if let Some(head) = head.filter(|_| is_ours) {
        workspace.fetch_refs(&heads)?;
        let text = repository.commit_info(head)?.message;
        message = text.split_once("\n\n").map(|(_, rest)| rest.to_owned());
    }
    let title = (method == ProposalMergeMethod::Squash)
        .then(|| format!("{} ({})", found.title, forge::proposal_reference(kind, found.number)));
    Ok(ProposalMerge {
        method: forge::method(method),
        expect,
        title,
        message,
        if_still: Vec::new(),
    })
}
