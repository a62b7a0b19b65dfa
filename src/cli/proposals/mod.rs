//! `towpath proposals`: what a forge's web page would do, on all forges and without one.

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
  towpath proposals list                   what is open
  towpath proposals show 12                all about one
  towpath proposals show towpath/prod/web  by its branch
  towpath proposals merge 12 --yes         merge it, if its branch is still what was seen
  towpath proposals close 12               close it without merging

Exit codes:
  0  done, or nothing to do
  1  failed, or it cannot be merged
  2  wrong usage or configuration; there is no such proposal
  3  a gate is not open, so it is not merged";

/// List, show, merge and close pull requests, on a forge or without one.
///
/// Where there is no forge, a pull request is a branch and a ref of its own below `refs/towpath/`,
/// and these commands are its web page.
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

/// Which one.
#[derive(Debug, Args)]
struct SelectedProposalArgs {
    /// Its number, its address, or its branch
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
