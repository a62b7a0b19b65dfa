//! Options that every command accepts.

use super::environment::ProcessEnvironment;
use super::forge_args::ForgeArgs;
use super::value_parsers::parse_duration;
use super::write_access::WritingCommand;
use crate::config::Provenance;
use crate::ops::session::{Options, WritePermission};
use clap::builder::FalseyValueParser;
use clap::{ArgAction, Args, ValueEnum, ValueHint};
use jiff::SignedDuration;
use std::path::PathBuf;

/// Options that every command accepts.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Global options")]
pub struct GlobalArgs {
    /// Deployment repository: a folder, a bare repository or a URL
    #[arg(short = 'C', long = "repo", value_name = "PATH|URL", global = true)]
    #[arg(action = ArgAction::Append)]
    #[arg(env = "TOWPATH_REPO", hide_env_values = true, value_hint = ValueHint::DirPath)]
    pub repo: Vec<String>,

    /// Deployed branch [default: from towpath.yaml, else the repository's own]
    #[arg(
        long,
        value_name = "BRANCH",
        global = true,
        env = "TOWPATH_BRANCH",
        hide_env_values = true
    )]
    pub branch: Option<String>,

    /// Origin of the branch name.
    #[arg(skip)]
    pub branch_from: Provenance,

    /// The command, if it writes.
    #[arg(skip)]
    pub writing: Option<WritingCommand>,

    /// The forge that gates ask.
    #[arg(skip)]
    pub forge: ForgeArgs,

    /// Configuration file to use instead of the repository's towpath.yaml
    #[arg(
        long,
        value_name = "FILE",
        global = true,
        env = "TOWPATH_CONFIG",
        hide_env_values = true
    )]
    #[arg(value_hint = ValueHint::FilePath)]
    pub config: Option<PathBuf>,

    /// Use cached copies of remote repositories and ledgers up to this age
    #[arg(
        long,
        value_name = "DURATION",
        global = true,
        env = "TOWPATH_MAX_AGE",
        hide_env_values = true
    )]
    #[arg(default_value = "5m", value_parser = parse_duration, hide_short_help = true)]
    pub max_age: SignedDuration,

    /// Write nothing, not even to the cache, and refuse commands that write
    #[arg(long, global = true, env = "TOWPATH_READ_ONLY", hide_env_values = true)]
    #[arg(action = ArgAction::SetTrue, value_parser = FalseyValueParser::new())]
    #[arg(hide_short_help = true)]
    pub read_only: bool,

    /// Push, merge or move many apps although the stages are assumed, not configured
    #[arg(long, global = true, env = "TOWPATH_ASSUME", hide_env_values = true)]
    #[arg(action = ArgAction::SetTrue, value_parser = FalseyValueParser::new())]
    #[arg(hide_short_help = true)]
    pub assume: bool,

    /// Allow the gates in towpath.yaml to run their commands
    #[arg(long, global = true, env = "TOWPATH_ALLOW_COMMANDS", hide_env_values = true)]
    #[arg(action = ArgAction::SetTrue, value_parser = FalseyValueParser::new())]
    #[arg(hide_short_help = true)]
    pub allow_commands: bool,

    /// Read the whole history again, and keep no index
    #[arg(long, global = true, env = "TOWPATH_NO_INDEX", hide_env_values = true)]
    #[arg(action = ArgAction::SetTrue, value_parser = FalseyValueParser::new())]
    #[arg(hide_short_help = true)]
    pub no_index: bool,

    /// When to use colour
    #[arg(long, value_name = "WHEN", global = true, default_value = "auto")]
    #[arg(env = "TOWPATH_COLOR", hide_env_values = true, hide_short_help = true)]
    pub color: ColorChoice,

    /// Write long answers straight to the terminal [env: TOWPATH_PAGER, PAGER]
    #[arg(long, global = true, hide_short_help = true)]
    pub no_pager: bool,

    /// Print only the answer and errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,

    /// Print more: every warning and every assumption
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Also in pipes and files
    Always,
    /// Never
    Never,
}

impl GlobalArgs {
    /// Converts the arguments to the options of a session.
    pub fn to_options(&self, environment: &ProcessEnvironment) -> Options {
        let write_access = match &self.writing {
            None => WritePermission::None,
            Some(writing) if self.read_only => WritePermission::Refused(writing.refusal()),
            Some(_) => WritePermission::Declared,
        };
        Options {
            repository: self.repo.last().cloned(),
            origin: None,
            branch: self.branch.clone(),
            branch_from: self.branch_from.clone(),
            config: self.config.clone(),
            max_age: self.max_age,
            no_fetch: false,
            read_only: self.read_only,
            assume: self.assume,
            allow_commands: self.allow_commands,
            no_index: self.no_index,
            // A process answers one question; a copy of the history would cost it for nothing.
            keep_history: false,
            forge: self.forge.to_choice(),
            cache: environment.cache.clone(),
            threads: environment.threads,
            write_access,
        }
    }
}
