//! `towpath proposals`: lists, shows, merges and closes pull requests, on a forge or without one.

mod close;
mod list;
mod merge;
mod show;

use super::context::CommandContext;
use super::exit::ExitKind;
use super::forge_args::ForgeArgs;
use crate::ops::error::Failure;
use clap::{Args, Subcommand};

const EXAMPLES: &str = "\
Examples:
  towpath proposals list                   list open pull requests
  towpath proposals show 12                show one by its number
  towpath proposals show towpath/prod/web  show one by its branch
  towpath proposals merge 12 --yes         merge it, if its branch is unchanged
  towpath proposals close 12               close it without merging

Exit codes:
  0  done, or nothing to do
  1  failed, or the pull request cannot be merged
  2  wrong usage or configuration, or there is no such pull request
  3  a gate is not open, so the pull request is not merged";

/// List, show, merge and close pull requests, on a forge or without one
///
/// Without a forge, a pull request is a branch and a ref below `refs/towpath/`, and these commands
/// replace the web page of a forge.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct ProposalsArgs {
    #[command(subcommand)]
    command: ProposalsCommand,
}

#[derive(Debug, Subcommand)]
enum ProposalsCommand {
    List(list::ProposalListArgs),
    Show(show::ProposalShowArgs),
    Merge(merge::ProposalMergeArgs),
    Close(close::ProposalCloseArgs),
}

/// Argument that selects a pull request.
#[derive(Debug, Args)]
struct SelectedProposalArgs {
    /// Number, address or branch of the pull request
    #[arg(value_name = "PROPOSAL")]
    proposal: String,

    #[command(flatten)]
    forge: ForgeArgs,
}

/// Runs the subcommand.
pub fn run(args: &ProposalsArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    match &args.command {
        ProposalsCommand::List(args) => list::run(args, context),
        ProposalsCommand::Show(args) => show::run(args, context),
        ProposalsCommand::Merge(args) => merge::run(args, context),
        ProposalsCommand::Close(args) => close::run(args, context),
    }
}
