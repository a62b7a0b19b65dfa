//! The top-level command line: global options and the list of commands.

#[cfg(feature = "announce")]
use crate::cli::announce;
use crate::cli::forge_args::ForgeArgs;
use crate::cli::global_args::GlobalArgs;
#[cfg(feature = "mcp")]
use crate::cli::mcp;
use crate::cli::write_access::WritingCommand;
use crate::cli::{
    advance, approve, ask, attest, audit, changes, comment, completions, config, demo, deploy,
    diff, guard, help, history, init, ledger, live, lock, man, metrics,
};
use crate::cli::{
    plugin, promote, proposals, publish, record, rollback, status, trace, version, versions,
};
#[cfg(feature = "serve")]
use crate::cli::{serve, site};
use crate::config::Provenance;
use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use std::ffi::OsString;

const EXAMPLES: &str = "\
Examples:
  towpath status                        show what runs where, in the current repository
  towpath status publisher              show one app in full: versions, files, commits
  towpath status -C https://example.com/team/deploy.git
  towpath status --at '3 days ago'      show what ran where three days ago
  towpath history publisher -n 5        list its last five deployments, and who made them
  towpath diff staging prod             show what a promotion to prod would change
  towpath trace v1367                   follow a version through the stages
  towpath metrics                       show how often, how fast and how reliably you deploy
  towpath promote web --to prod         open a pull request that promotes web to prod
  towpath ask web --to prod             ask the gates whether web may go to prod now
  towpath init                          save what towpath assumed as towpath.yaml

Exit codes:
  0  done, or nothing to do
  1  failed
  2  wrong usage or configuration
  3  a gate or the guard refused, or the deployment must wait
  4  differences were found (only with --exit-code)

Topics: `towpath help config`, gates, environment, exit-codes, output, authentication.";

/// Show which version runs in which stage, and promote it to the next
///
/// towpath reads a GitOps deployment repository. It shows which version of each app runs in which
/// stage, and promotes versions from one stage to the next. It needs only the repository: no
/// cluster, no server, no configuration. It finds the files that pin images by itself. A few lines
/// of towpath.yaml replace what it assumes.
#[derive(Debug, Parser)]
#[command(
    name = "towpath",
    version,
    long_version = version::long_version(),
    after_help = EXAMPLES,
    disable_help_subcommand = true,
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

/// The commands of towpath.
#[derive(Debug, Subcommand)]
pub enum CliCommand {
    Status(status::StatusArgs),
    History(history::HistoryArgs),
    Live(live::LiveArgs),
    Diff(diff::DiffArgs),
    Trace(trace::TraceArgs),
    Versions(versions::VersionsArgs),
    Changes(changes::ChangesArgs),
    Metrics(metrics::MetricsArgs),
    Audit(audit::AuditArgs),
    Guard(guard::GuardArgs),
    Promote(promote::PromoteArgs),
    Deploy(deploy::DeployArgs),
    Rollback(rollback::RollbackArgs),
    Ask(ask::AskArgs),
    Advance(advance::AdvanceArgs),
    Attest(attest::AttestArgs),
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
    Publish(publish::PublishArgs),
    Comment(comment::CommentArgs),
    #[cfg(feature = "announce")]
    Announce(announce::AnnounceArgs),
    #[cfg(feature = "serve")]
    Serve(serve::ServeArgs),
    #[cfg(feature = "serve")]
    Site(site::SiteArgs),
    #[cfg(feature = "mcp")]
    Mcp(mcp::McpArgs),
    Init(init::InitArgs),
    Config(config::ConfigArgs),
    Demo(demo::DemoArgs),
    Completions(completions::CompletionsArgs),
    Man(man::ManArgs),
    Version(version::VersionArgs),
    Help(help::HelpArgs),
}

impl CliCommand {
    /// True for a command that takes several repositories.
    fn takes_repositories(&self) -> bool {
        #[cfg(feature = "serve")]
        if matches!(self, CliCommand::Serve(_)) {
            return true;
        }
        false
    }
}

impl Cli {
    /// Parses a command line.
    ///
    /// # Errors
    /// On a usage error. `--help` and `--version` are errors too, with their text as the message.
    pub fn read(arguments: &[OsString]) -> Result<Self, clap::Error> {
        let parsed = command().try_get_matches_from(arguments);
        let matches =
            parsed.map_err(|error| help::mend_suggestion(error, arguments, &command()))?;
        let mut cli = Cli::from_arg_matches(&matches)?;
        if cli.globals.repo.len() > 1 && !cli.command.takes_repositories() {
            let message = "the argument '--repo <PATH|URL>' cannot be used multiple times";
            return Err(command().error(ErrorKind::ArgumentConflict, message));
        }
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

/// The complete clap command, for help, man pages and completions.
pub fn command() -> clap::Command {
    Cli::command()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_command_line_is_consistent() {
        super::command().debug_assert();
    }

    #[test]
    fn whatever_prints_json_prints_yaml_lines_and_csv() {
        fn check(command: &clap::Command) {
            let outputs = command.get_arguments().filter(|argument| argument.get_id() == "output");
            for output in outputs {
                let values = output.get_value_parser().possible_values().into_iter().flatten();
                let words: Vec<String> = values.map(|value| value.get_name().to_owned()).collect();
                for word in ["table", "json", "jsonl", "yaml", "csv"] {
                    assert!(words.iter().any(|known| known == word), "{}", command.get_name());
                }
            }
            command.get_subcommands().for_each(check);
        }
        check(&super::command());
    }
}
