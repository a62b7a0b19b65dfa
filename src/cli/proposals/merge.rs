//! `towpath proposals merge`: what was seen goes in, and nothing else.

use super::{ForgeSession, SelectedProposalArgs, gates};
use crate::cli::backoff;
use crate::cli::context::CommandContext;
use crate::cli::failure::{ExitKind, Failure};
use crate::cli::forge::{self, ForgeLocation};
use crate::config::{ProposalMergeMethod, ProposalOptions};
use crate::forge::{ForgeError, Proposal, ProposalMerge, ProposalState};
use crate::git::Repository;
use crate::promotion::is_to_stage;
use crate::ui;
use clap::Args;
use std::collections::BTreeMap;
use std::time::Instant;

/// Merge a pull request, if its branch is still what was seen and every gate is open.
#[derive(Debug, Args)]
pub struct ProposalMergeArgs {
    #[command(flatten)]
    which: SelectedProposalArgs,

    /// merge, squash or rebase; as towpath.yaml says unless given
    #[arg(long, value_name = "METHOD", value_parser = method)]
    method: Option<ProposalMergeMethod>,

    /// Do it without asking
    #[arg(short, long)]
    yes: bool,
}

/// Merges.
pub fn run(args: &ProposalMergeArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    let repository = context.open_repository()?;
    let office = ForgeSession::open(&args.which.forge, &repository, context)?;
    let found = office.find(&args.which.proposal)?;
    let name = format!("pull request {}", found.number);
    if found.state == ProposalState::Merged {
        context.ui.print_note(&format!("{name} is merged already"));
        return Ok(ExitKind::Done);
    }
    if context.can_ask() && !args.yes {
        context.ui.print_lines(&ui::proposal(&found, &context.ui.err));
        if !ui::confirm("Merge this?")? {
            context.ui.print_note("nothing was changed");
            return Ok(ExitKind::Done);
        }
    }
    let method = args.method.or(proposal_options(&office, &found).method).unwrap_or_default();
    let merged = merge_proposal(&office, &found, method, &repository, context)?;
    context.ui.write_answer(merged.merge_commit.as_deref().unwrap_or(&merged.url))?;
    context.ui.print_note(&format!("merged {name} into {}: {}", merged.base, merged.title));
    Ok(ExitKind::Done)
}

/// Merges what the gates let through. Where git is the forge, nothing comes between that question and the
/// merge, so that it is asked again when something has.
fn merge_proposal(
    office: &ForgeSession<'_>,
    found: &Proposal,
    method: ProposalMergeMethod,
    repository: &Repository,
    context: &CommandContext,
) -> Result<Proposal, Failure> {
    let how = merge_request(office, found, method, repository, context)?;
    let workspace = context.open_workspace(repository, None)?;
    let started = Instant::now();
    loop {
        let begun = Instant::now();
        let if_still = match found.state {
            ProposalState::Open => {
                gates::judge_merge(found, office.forge.kind(), &workspace, context)?
            }
            _ => Vec::new(),
        };
        match office.forge.merge_proposal(found.number, &ProposalMerge { if_still, ..how.clone() })
        {
            Err(ForgeError::Outdated { .. }) if backoff::goes_on(started, begun.elapsed(), 1) => {}
            merged => return merged.map_err(|error| merge_failure(&error, found)),
        }
    }
}

/// The forge's refusal, with what helps here.
pub(super) fn merge_failure(error: &ForgeError, found: &Proposal) -> Failure {
    match error {
        ForgeError::NotMergeable { .. } if found.state == ProposalState::Open => {
            Failure::failed(error.to_string()).hint(format!(
                "`towpath proposals show {}` tells more; promoting again renews a branch that is behind",
                found.number
            ))
        }
        ForgeError::NotMergeable { .. } => Failure::failed(error.to_string()),
        other => other.clone().into(),
    }
}

fn method(text: &str) -> Result<ProposalMergeMethod, String> {
    ProposalMergeMethod::from_name(text)
        .ok_or_else(|| "it is one of merge, squash and rebase".to_owned())
}

/// What the configuration says for the stage of a branch of towpath's.
fn proposal_options(office: &ForgeSession<'_>, found: &Proposal) -> ProposalOptions {
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
    context: &CommandContext,
) -> Result<ProposalMerge, Failure> {
    let workspace = context.open_workspace(repository, None)?;
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
