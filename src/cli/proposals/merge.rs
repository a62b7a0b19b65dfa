//! `towpath proposals merge`: what was seen goes in, and nothing else.

use super::SelectedProposalArgs;
use crate::cli::context::CommandContext;
use crate::cli::exit::ExitKind;
use crate::config::ProposalMergeMethod;
use crate::ops::error::Failure;
use crate::ops::proposals::{ProposalMergeResult, merge_proposal};
use crate::ui;
use clap::Args;

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
    let (named, forge) = (&args.which.proposal, args.which.forge.to_choice());
    let merged = merge_proposal(named, &forge, args.method, &context.session, &|found| {
        if !context.session.can_ask() || args.yes {
            return Ok(true);
        }
        context.ui.print_lines(&ui::proposal(found, &context.ui.err));
        Ok(ui::confirm("Merge this?")?)
    })?;
    match merged {
        ProposalMergeResult::Merged(merged) => {
            context.ui.write_answer(merged.merge_commit.as_deref().unwrap_or(&merged.url))?;
            let (number, base, title) = (merged.number, &merged.base, &merged.title);
            context.ui.print_note(&format!("merged pull request {number} into {base}: {title}"));
        }
        ProposalMergeResult::MergedBefore(found) => {
            context.ui.print_note(&format!("pull request {} is merged already", found.number));
        }
        ProposalMergeResult::Declined => context.ui.print_note("nothing was changed"),
    }
    Ok(ExitKind::Done)
}

fn method(text: &str) -> Result<ProposalMergeMethod, String> {
    ProposalMergeMethod::from_name(text)
        .ok_or_else(|| "it is one of merge, squash and rebase".to_owned())
}
