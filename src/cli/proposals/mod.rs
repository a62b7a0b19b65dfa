//! `towpath proposals`: what a forge's web page would do, on all forges and without one.

mod close;
mod gates;
mod list;
mod merge;
mod show;

use super::context::CommandContext;
use super::failure::{ExitKind, Failure};
use super::forge::{self, ForgeLocation};
use super::forge_args::ForgeArgs;
use super::scene::known_tip;
use super::settings;
use crate::config::Config;
use crate::forge::{Forge, Proposal};
use crate::git::{Repository, Snapshot};
use crate::source::{ParseCache, SnapshotReader};
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

/// A forge, opened, and what the repository says of it.
struct ForgeSession<'r> {
    forge: Box<dyn Forge + 'r>,
    home: ForgeLocation,
    config: Config,
}

impl<'r> ForgeSession<'r> {
    fn open(
        args: &ForgeArgs,
        repository: &'r Repository,
        context: &CommandContext,
    ) -> Result<Self, Failure> {
        let config = config(repository, context)?;
        let home = forge::locate_forge(args.to_options(&config), repository)?;
        let forge = forge::open_forge(&home, repository, None, context)?;
        Ok(ForgeSession { forge, home, config })
    }

    /// The one that a number, an address or a branch names.
    fn find(&self, named: &str) -> Result<Proposal, Failure> {
        if let Some(number) = number(named) {
            return Ok(self.forge.get_proposal(number)?);
        }
        self.forge.find_proposal(named)?.ok_or_else(|| {
            let failure =
                Failure::usage(format!("there is no open proposal of a branch `{named}`"));
            failure.hint("`towpath proposals list` shows those that are open")
        })
    }
}

/// What the newest commit that is known here says; nothing, where there is none.
fn config(repository: &Repository, context: &CommandContext) -> Result<Config, Failure> {
    let branch = context.globals.branch.clone().or_else(|| repository.origin_head());
    let Ok(tip) = known_tip(repository, branch.as_deref()) else { return Ok(Config::default()) };
    let (snapshot, cache) = (Snapshot::of_commit(repository, tip)?, ParseCache::default());
    let stated =
        settings::find_config_file(context, repository, &SnapshotReader::new(&snapshot, &cache))?;
    Ok(stated.map(|stated| stated.config).unwrap_or_default())
}

/// `12`, or what ends in it: `#12`, `!12`, `https://…/pull/12`.
fn number(named: &str) -> Option<u64> {
    let is_address = named.contains("://") || named.contains(['#', '!']);
    let digits = if is_address { named.rsplit(['/', '#', '!']).next()? } else { named };
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn a_proposal_is_named_in_many_ways() {
        let twelve =
            ["12", "#12", "!12", "https://git.example.com/o/r/pull/12", "/srv/deploy.git#12"];
        for named in twelve {
            assert_eq!(number(named), Some(12), "{named}");
        }
        for named in ["towpath/prod/web", "towpath/prod/12", "https://git.example.com/o/r", "-1"] {
            assert_eq!(number(named), None, "{named}");
        }
    }
}
