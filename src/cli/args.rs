//! The arguments every command shares, and the list of commands.

use crate::cli::forge_args::ForgeArgs;
use crate::cli::global_args::GlobalArgs;
use crate::cli::write_access::WritingCommand;
use crate::cli::{
    advance, approve, ask, audit, completions, config, demo, deploy, diff, guard, history, init,
    ledger, lock, man, metrics,
};
use crate::cli::{plugin, promote, proposals, record, rollback, status, trace};
use crate::config::Provenance;
use clap::parser::ValueSource;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use std::ffi::OsString;

const EXAMPLES: &str = "\
Examples:
  towpath status                        what runs where, in the repository around you
  towpath status publisher              one app in full: versions, files, commits
  towpath status -C https://example.com/team/deploy.git
  towpath status --at '3 days ago'      what ran where then
  towpath history publisher -n 5        its last deployments, and who made them
  towpath diff staging prod             what would a promotion bring?
  towpath trace v1367                   where is this version, and how did it get there?
  towpath metrics                       how often, how fast, how often wrong
  towpath promote web --to prod         propose what staging runs for prod
  towpath ask web --to prod             may it go there now? If not, why, and what would clear it?
  towpath init                          write down what towpath assumed, as towpath.yaml

Exit codes:
  0  done, or nothing to do
  1  failed
  2  wrong usage or configuration
  3  a gate or guard said no, or wait
  4  differences found (only with --exit-code)";

/// Which image runs in which stage, read from a deployment repository.
///
/// towpath reads a GitOps deployment repository and tells what is deployed where. It needs the
/// repository and nothing else: no cluster, no server, no configuration. It finds the files that
/// pin images by itself; a few lines of towpath.yaml say what it cannot know.
#[derive(Debug, Parser)]
#[command(
    name = "towpath",
    version,
    after_help = EXAMPLES,
    subcommand_required = true,
    arg_required_else_help = true,
    max_term_width = 100
)]
pub struct Cli {
    #[command(flatten)]
    pub globals: GlobalArgs,
    #[command(subcommand)]
    pub command: CliCommand,
}

/// Every command.
#[derive(Debug, Subcommand)]
pub enum CliCommand {
    Status(status::StatusArgs),
    History(history::HistoryArgs),
    Diff(diff::DiffArgs),
    Trace(trace::TraceArgs),
    Metrics(metrics::MetricsArgs),
    Audit(audit::AuditArgs),
    Guard(guard::GuardArgs),
    Promote(promote::PromoteArgs),
    Deploy(deploy::DeployArgs),
    Rollback(rollback::RollbackArgs),
    Ask(ask::AskArgs),
    Advance(advance::AdvanceArgs),
    Record(record::RecordArgs),
    Approve(approve::ApproveArgs),
    Reject(approve::RejectArgs),
    Unreject(approve::UnrejectArgs),
    Release(approve::ReleaseArgs),
    Lock(lock::LockArgs),
    Unlock(lock::UnlockArgs),
    Locks(lock::LocksArgs),
    Ledger(ledger::LedgerArgs),
    Proposals(proposals::ProposalsArgs),
    Plugin(plugin::PluginArgs),
    Init(init::InitArgs),
    Config(config::ConfigArgs),
    Demo(demo::DemoArgs),
    Completions(completions::CompletionsArgs),
    Man(man::ManArgs),
}

impl Cli {
    /// Reads a command line.
    ///
    /// # Errors
    /// Also for `--help` and `--version`, whose text is in the error.
    pub fn read(arguments: &[OsString]) -> Result<Self, clap::Error> {
        let matches = command().try_get_matches_from(arguments)?;
        let mut cli = Cli::from_arg_matches(&matches)?;
        cli.globals.writing = WritingCommand::from_matches(&matches);
        cli.globals.forge = ForgeArgs::from_matches(&matches);
        cli.globals.branch_from = match matches.value_source("branch") {
            Some(ValueSource::CommandLine) => Provenance::Flag("--branch"),
            Some(ValueSource::EnvVariable) => Provenance::Environment("TOWPATH_BRANCH"),
            _ => Provenance::BuiltIn,
        };
        Ok(cli)
    }
}

/// The whole command line, for help, man pages and completions.
pub fn command() -> clap::Command {
    Cli::command()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_command_line_is_consistent() {
        super::command().debug_assert();
    }
}
