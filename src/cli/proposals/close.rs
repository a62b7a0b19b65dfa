//! `towpath proposals close`: closes a pull request without merging it.

use super::SelectedProposalArgs;
use crate::cli::context::CommandContext;
use crate::cli::exit::ExitKind;
use crate::forge::ProposalState;
use crate::ops::error::Failure;
use crate::ops::proposals::close_proposal;
use clap::Args;

/// Close a pull request without merging it, and keep its branch
#[derive(Debug, Args)]
pub struct ProposalCloseArgs {
    #[command(flatten)]
    which: SelectedProposalArgs,
}

/// Closes the pull request.
pub fn run(args: &ProposalCloseArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    let (named, forge) = (&args.which.proposal, args.which.forge.to_choice());
    let found = close_proposal(named, &forge, &context.session)?;
    let name = format!("pull request {}", found.number);
    context.ui.print_note(&match found.state {
        ProposalState::Closed => format!("{name} is already closed"),
        _ => format!("closed {name}: {}", found.title),
    });
    Ok(ExitKind::Done)
}
