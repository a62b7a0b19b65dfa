//! `towpath proposals merge`: merges the commit that was shown, and no other.

use super::SelectedProposalArgs;
use crate::cli::context::CommandContext;
use crate::cli::exit::ExitKind;
use crate::config::ProposalMergeMethod;
use crate::ops::error::Failure;
use crate::ops::proposals::{ProposalMergeResult, merge_proposal};
use crate::ui;
use clap::Args;

/// Merge a pull request if its branch is unchanged and every gate is open
#[derive(Debug, Args)]
pub struct ProposalMergeArgs {
    #[command(flatten)]
    which: SelectedProposalArgs,

    /// Method: merge, squash or rebase [default: from towpath.yaml]
    #[arg(long, value_name = "METHOD", value_parser = method)]
    method: Option<ProposalMergeMethod>,

    /// Do not ask for confirmation
    #[arg(short, long)]
    yes: bool,
}

/// Merges the pull request, after asking on a terminal.
pub fn run(args: &ProposalMergeArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    let (named, forge) = (&args.which.proposal, args.which.forge.to_choice());
    let merged = merge_proposal(named, &forge, args.method, &context.session, &|found| {
        if !context.session.can_ask() || args.yes {
            return Ok(true);
        }
        context.ui.print_lines(&ui::proposal(found, &context.ui.err));
        Ok(ui::confirm("Merge this pull request?")?)
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
        ProposalMergeResult::Queued(found) => {
            context.ui.write_answer(&found.url)?;
            let (number, base) = (found.number, &found.base);
            context.ui.print_note(&format!(
                "pull request {number} is in the merge queue of {base}; the forge merges it"
            ));
        }
        ProposalMergeResult::Declined => {
            context.ui.print_note("nothing was changed");
            return Ok(ExitKind::Failed);
        }
    }
    Ok(ExitKind::Done)
}

fn method(text: &str) -> Result<ProposalMergeMethod, String> {
    ProposalMergeMethod::from_name(text)
        .ok_or_else(|| "expected merge, squash or rebase".to_owned())
}
