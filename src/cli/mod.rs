//! The command line, with one file per subcommand. Each takes the same five steps: parse the
//! arguments, resolve a `CommandContext`, ask the library for a report, render it, and return an
//! exit code.

mod advance;
#[cfg(feature = "announce")]
mod announce;
mod approve;
mod args;
mod ask;
mod attest;
mod audit;
mod changes;
mod comment;
mod complete;
mod completions;
mod config;
mod context;
mod delivery_args;
mod demo;
mod deploy;
mod diff;
mod environment;
mod exit;
mod forge_args;
mod global_args;
mod guard;
mod help;
mod history;
mod init;
mod ledger;
mod ledger_args;
mod live;
mod lock;
mod man;
#[cfg(feature = "mcp")]
mod mcp;
mod metrics;
mod plugin;
mod promote;
mod proposals;
mod publish;
mod range_args;
mod record;
mod rollback;
mod selection_args;
#[cfg(feature = "serve")]
mod serve;
#[cfg(feature = "serve")]
mod site;
mod status;
mod terminal;
mod trace;
mod value_parsers;
mod version;
mod versions;
mod write_access;

pub use args::command;
pub use exit::ExitKind;
pub use write_access::{COMMANDS, WriteAccess};

use crate::ops::error::{Failure, FailureKind};
use args::{Cli, CliCommand};
use context::CommandContext;
use environment::ProcessEnvironment;
use std::process::ExitCode;

/// Runs towpath with the arguments of this process.
pub fn main() -> ExitCode {
    let environment = ProcessEnvironment::read();
    if complete::answer_completion(&environment, args::command) {
        return ExitKind::Done.into();
    }
    let cli = match Cli::read(&environment.arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are answers too. A closed pipe is not an error.
            let _ = print_clap_error(&error, &environment);
            return if error.use_stderr() { ExitKind::Usage } else { ExitKind::Done }.into();
        }
    };
    let context = CommandContext::new(cli.globals, environment);
    match run(cli.command, &context) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            if !matches!(failure.kind(), FailureKind::ReaderGone | FailureKind::Interrupted) {
                context.print_failure(&failure);
            }
            ExitKind::from(failure.kind()).into()
        }
    }
}

/// Prints help, the version or a mistake of the command line; the commands are in groups, and a
/// mistake fits the terminal.
fn print_clap_error(error: &clap::Error, environment: &ProcessEnvironment) -> std::io::Result<()> {
    use clap::error::ErrorKind;
    let is_help = matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
    );
    let to_stderr = error.use_stderr();
    let is_terminal =
        if to_stderr { environment.stderr_is_terminal } else { environment.stdout_is_terminal };
    let text = error.render();
    let text = match environment.color.unwrap_or(is_terminal) {
        true => text.ansi().to_string(),
        false => text.to_string(),
    };
    match is_help {
        true => crate::ui::print_help(&help::groups::group_commands(&text), to_stderr),
        false => crate::ui::print_mistake(&text, to_stderr, environment.stderr_width),
    }
}

fn run(command: CliCommand, context: &CommandContext) -> Result<ExitKind, Failure> {
    context.session.check_write_access()?;
    match command {
        CliCommand::Status(args) => status::run(&args, context),
        CliCommand::History(args) => history::run(&args, context),
        CliCommand::Live(args) => live::run(&args, context),
        CliCommand::Diff(args) => diff::run(&args, context),
        #[cfg(feature = "announce")]
        CliCommand::Announce(args) => announce::run(&args, context),
        CliCommand::Trace(args) => trace::run(&args, context),
        CliCommand::Changes(args) => changes::run(&args, context),
        CliCommand::Versions(args) => versions::run(&args, context),
        CliCommand::Metrics(args) => metrics::run(&args, context),
        CliCommand::Audit(args) => audit::run(&args, context),
        CliCommand::Guard(args) => guard::run(&args, context),
        CliCommand::Promote(args) => promote::run(&args, context),
        CliCommand::Deploy(args) => deploy::run(&args, context),
        CliCommand::Rollback(args) => rollback::run(&args, context),
        CliCommand::Attest(args) => attest::run(&args, context),
        CliCommand::Advance(args) => advance::run(&args, context),
        CliCommand::Ask(args) => ask::run(&args, context),
        CliCommand::Record(args) => record::run(&args, context),
        CliCommand::Approve(args) => approve::approve(&args, context),
        CliCommand::Reject(args) => approve::reject(&args, context),
        CliCommand::Unreject(args) => approve::unreject(&args, context),
        CliCommand::Release(args) => approve::release(&args, context),
        CliCommand::Lock(args) => lock::lock(&args, context),
        CliCommand::Unlock(args) => lock::unlock(&args, context),
        CliCommand::Locks(args) => lock::list(&args, context),
        CliCommand::Ledger(args) => ledger::run(&args, context),
        CliCommand::Demo(args) => demo::run(&args, context, &run_line),
        CliCommand::Proposals(args) => proposals::run(&args, context),
        CliCommand::Plugin(args) => plugin::run(&args, context),
        CliCommand::Publish(args) => publish::run(&args, context),
        CliCommand::Comment(args) => comment::run(&args, context),
        #[cfg(feature = "mcp")]
        CliCommand::Mcp(args) => mcp::run(&args, context),
        #[cfg(feature = "serve")]
        CliCommand::Serve(args) => serve::run(&args, context),
        #[cfg(feature = "serve")]
        CliCommand::Site(args) => site::run(&args, context),
        CliCommand::Init(args) => init::run(&args, context),
        CliCommand::Config(args) => config::run(&args, context),
        CliCommand::Completions(args) => completions::run(&args, context),
        CliCommand::Man(args) => man::run(&args, context, args::command()),
        CliCommand::Version(args) => version::run(&args, context),
        CliCommand::Help(args) => help::run(&args, context, args::command()),
    }
}

/// Runs a command line of the program itself, such as a step of the demo, in another repository.
fn run_line(
    words: &[&str],
    repository: String,
    context: &CommandContext,
) -> Result<ExitKind, Failure> {
    let arguments: Vec<std::ffi::OsString> = words.iter().map(Into::into).collect();
    let cli = Cli::read(&arguments).map_err(|error| Failure::usage(error.to_string()))?;
    let globals = global_args::GlobalArgs {
        repo: vec![repository],
        branch: None,
        config: None,
        writing: cli.globals.writing,
        // The next step waits for no reader.
        no_pager: true,
        ..context.globals.clone()
    };
    run(cli.command, &CommandContext::new(globals, context.environment.clone()))
}
