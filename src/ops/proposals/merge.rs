//! Merges a pull request, on condition that its head is the commit that was shown.

use super::{ForgeSession, gates};
use crate::config::{ProposalMergeMethod, ProposalOptions};
use crate::forge::{ForgeError, Proposal, ProposalMerge, ProposalState};
use crate::git::Repository;
use crate::ops::change::branch_status::newest_own_commit;
use crate::ops::change::remote_tip;
use crate::ops::change::renewal;
use crate::ops::error::Failure;
use crate::ops::forge::{self, ForgeLocation};
use crate::ops::retry;
use crate::ops::session::Session;
use crate::promotion::is_to_stage;
use std::collections::BTreeMap;
use std::time::Instant;

/// Merges a proposal if its gates are open. Without a forge, the merge fails if a ref has moved
/// since the gates answered; then they are asked again. Where the forge requires an up-to-date
/// branch, a branch of towpath is renewed once, and the gates are asked about it.
pub fn merge_proposal(
    office: &ForgeSession<'_>,
    found: &Proposal,
    method: ProposalMergeMethod,
    repository: &Repository,
    session: &Session,
) -> Result<Proposal, Failure> {
    let workspace = session.open_workspace(repository, None)?;
    let started = Instant::now();
    let (mut found, mut is_renewed) = (found.clone(), false);
    let mut how = merge_request(office, &found, method, repository, session)?;
    loop {
        let begun = Instant::now();
        let if_still = match found.state {
            ProposalState::Open => {
                gates::judge_merge(&found, office.forge.kind(), &workspace, session)?
            }
            _ => Vec::new(),
        };
        let request = ProposalMerge { if_still, ..how.clone() };
        match office.forge.merge_proposal(found.number, &request) {
            Err(ForgeError::Outdated { .. }) if retry::goes_on(started, begun.elapsed(), 1) => {}
            Err(error) if renewal::is_behind(&error) && !is_renewed => {
                let Some(head) = renewal::renew_branch(&workspace, &found)? else {
                    return Err(merge_failure(&error, &found));
                };
                renewal::wait_for_head(office.forge.as_ref(), found.number, head)?;
                session.note(&format!("brought `{}` up to date with `{}`", found.head, found.base));
                is_renewed = true;
                found.head_commit = Some(head.to_string());
                how = merge_request(office, &found, method, repository, session)?;
            }
            merged => return merged.map_err(|error| merge_failure(&error, &found)),
        }
    }
}

/// The failure for a refusal of the forge, with a hint.
pub fn merge_failure(error: &ForgeError, found: &Proposal) -> Failure {
    match error {
        ForgeError::NotMergeable { .. } if found.state == ProposalState::Open => Failure::failed(
            error.to_string(),
        )
        .hint(format!(
            "`towpath proposals show {}` shows its state, and its page what the forge waits for",
            found.number
        )),
        ForgeError::NotMergeable { .. } => Failure::failed(error.to_string()),
        other => other.clone().into(),
    }
}

/// The proposal settings for the stage in the name of a towpath branch, else the general ones.
pub fn proposal_options(office: &ForgeSession<'_>, found: &Proposal) -> ProposalOptions {
    let stage = office.config.stages.iter().find(|stage| is_to_stage(&found.head, &stage.name));
    stage.map_or_else(
        || office.config.proposals.all.clone(),
        |stage| office.config.proposals.options_for(&stage.name),
    )
}

/// The merge request. If towpath writes the message, it is that of the commit, so that the trailers
/// reach the deployed branch.
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
        // A merge of the base may be on top of towpath's commit.
        let base = remote_tip(&workspace, Some(&found.base)).ok();
        let own = base.map(|base| newest_own_commit(&workspace, head, base)).transpose()?;
        let text = match own.flatten() {
            Some(own) => own.message,
            None => repository.commit_info(head)?.message,
        };
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
