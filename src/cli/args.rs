//! The arguments every command shares, and the list of commands.

use super::forge_args::ForgeArgs;
use super::write_access::WritingCommand;
use super::{
    advance, approve, ask, audit, completions, config, demo, deploy, diff, guard, history, init,
    ledger, lock, man, metrics,
};
use super::{plugin, promote, proposals, record, rollback, status, trace};
use crate::config::Provenance;
use crate::config::gates::time_span;
use clap::builder::FalseyValueParser;
use clap::parser::ValueSource;
use clap::{
    ArgAction, Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum, ValueHint,
};
use jiff::SignedDuration;
use std::ffi::OsString;
use std::path::PathBuf;

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

/// What every command takes.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Global options")]
pub struct GlobalArgs {
    /// The deployment repository: a folder, a bare repository or a URL
    #[arg(short = 'C', long = "repo", value_name = "PATH|URL", global = true)]
    #[arg(env = "TOWPATH_REPO", hide_env_values = true, value_hint = ValueHint::DirPath)]
    pub repo: Option<String>,

    /// The branch that is deployed, instead of the repository's own
    #[arg(
        long,
        value_name = "BRANCH",
        global = true,
        env = "TOWPATH_BRANCH",
        hide_env_values = true
    )]
    pub branch: Option<String>,

    /// Who named the branch.
    #[arg(skip)]
    pub branch_from: Provenance,

    /// What the command writes, if it does.
    #[arg(skip)]
    pub writing: Option<WritingCommand>,

    /// Which forge is meant, for what gates ask it.
    #[arg(skip)]
    pub forge: ForgeArgs,

    /// The configuration, instead of the repository's towpath.yaml
    #[arg(
        long,
        value_name = "FILE",
        global = true,
        env = "TOWPATH_CONFIG",
        hide_env_values = true
    )]
    #[arg(value_hint = ValueHint::FilePath)]
    pub config: Option<PathBuf>,

    /// Fetch a repository named by URL again when its copy is older than this, such as `1h`
    #[arg(
        long,
        value_name = "TIME",
        global = true,
        env = "TOWPATH_MAX_AGE",
        hide_env_values = true
    )]
    #[arg(default_value = "5m", value_parser = parse_duration, hide_short_help = true)]
    pub max_age: SignedDuration,

    /// Write nothing, anywhere, not even to the cache; commands that would are refused
    #[arg(long, global = true, env = "TOWPATH_READ_ONLY", hide_env_values = true)]
    #[arg(action = ArgAction::SetTrue, value_parser = FalseyValueParser::new(), hide_short_help = true)]
    pub read_only: bool,

    /// Run the commands that gates in the repository's towpath.yaml name
    #[arg(long, global = true, env = "TOWPATH_ALLOW_COMMANDS", hide_env_values = true)]
    #[arg(action = ArgAction::SetTrue, value_parser = FalseyValueParser::new(), hide_short_help = true)]
    pub allow_commands: bool,

    /// Read all history anew, and keep no index of it
    #[arg(long, global = true, env = "TOWPATH_NO_INDEX", hide_env_values = true)]
    #[arg(action = ArgAction::SetTrue, value_parser = FalseyValueParser::new(), hide_short_help = true)]
    pub no_index: bool,

    /// When to use colour
    #[arg(long, value_name = "WHEN", global = true, default_value = "auto")]
    #[arg(env = "TOWPATH_COLOR", hide_env_values = true, hide_short_help = true)]
    pub color: ColorChoice,

    /// Say only the answer and errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,

    /// Say more: every warning, and what was assumed
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless NO_COLOR says otherwise
    Auto,
    /// Also in pipes and files
    Always,
    /// Signs say the same
    Never,
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

/// A time span such as `90s`.
pub fn parse_duration(text: &str) -> Result<SignedDuration, String> {
    let parsed = time_span(text).ok_or("it is no time span, such as `30s`, `10m`, `2h` or `1d`")?;
    if parsed.is_negative() { Err("it must not be negative".into()) } else { Ok(parsed) }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_command_line_is_consistent() {
        super::command().debug_assert();
    }
}
