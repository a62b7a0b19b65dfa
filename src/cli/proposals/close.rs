//! `towpath proposals close`: the end without a merge.

use super::{ForgeSession, SelectedProposalArgs};
use crate::cli::context::CommandContext;
use crate::cli::failure::{ExitKind, Failure};
use crate::forge::ProposalState;
use clap::Args;

/// Close a pull request without merging it. Its branch stays.
#[derive(Debug, Args)]
pub struct ProposalCloseArgs {
    #[command(flatten)]
    which: SelectedProposalArgs,
}

/// Closes.
pub fn run(args: &ProposalCloseArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    let repository = context.open_repository()?;
    let office = ForgeSession::open(&args.which.forge, &repository, context)?;
    let found = office.find(&args.which.proposal)?;
    let name = format!("pull request {}", found.number);
    match found.state {
        ProposalState::Open => {
            office.forge.close_proposal(found.number)?;
            context.ui.print_note(&format!("closed {name}: {}", found.title));
        }
        ProposalState::Closed => context.ui.print_note(&format!("{name} is closed already")),
        ProposalState::Merged => {
            let failure = Failure::failed(format!("{name} is merged, so it cannot be closed"));
            return Err(failure.hint("`towpath rollback` takes back what it brought"));
        }
    }
    Ok(ExitKind::Done)
}
