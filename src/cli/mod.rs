//! The command line: one file per subcommand, each the same five steps. Parse arguments, resolve
//! one `Context`, ask the library for a report, render it, return an exit code.

mod advance;
mod archive;
mod args;
mod ask;
mod assent;
mod audit;
mod backoff;
mod book;
mod choice;
mod chronicle;
mod complete;
mod completions;
mod config;
mod context;
mod delivery;
mod demo;
mod deploy;
mod diff;
mod environment;
mod facts;
mod failure;
mod filter;
mod follow;
mod forge;
mod forge_args;
mod guard;
mod history;
mod init;
mod inquiry;
mod intent;
mod keep;
mod ledger;
mod lock;
mod man;
mod metrics;
mod names;
mod output;
mod plugin;
mod promote;
mod proposals;
mod reach;
mod readings;
mod recent;
mod record;
mod rollback;
mod scene;
mod settings;
mod status;
mod suggest;
mod survey;
mod trace;
mod wish;
mod words;

pub use args::command;
pub use failure::{Exit, Failure};
pub use reach::{COMMANDS, Reach};

use args::{Cli, Command};
use context::Context;
use environment::Environment;
use std::process::ExitCode;

/// Runs towpath with the arguments of this process.
pub fn main() -> ExitCode {
    let environment = Environment::read();
    if complete::answered(&environment) {
        return Exit::Done.into();
    }
    let cli = match Cli::read(&environment.arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are answers too; nobody is left to tell when their pipe is closed.
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage } else { Exit::Done }.into();
        }
    };
    let context = Context::new(cli.globals, environment);
    match run(cli.command, &context) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            if let Some(message) = failure.message() {
                context.ui.failure(message, failure.causes(), failure.hints());
            }
            failure.exit().into()
        }
    }
}

fn run(command: Command, context: &Context) -> Result<Exit, Failure> {
    context.admit()?;
    match command {
        Command::Status(args) => status::run(&args, context),
        Command::History(args) => history::run(&args, context),
        Command::Diff(args) => diff::run(&args, context),
        Command::Trace(args) => trace::run(&args, context),
        Command::Metrics(args) => metrics::run(&args, context),
        Command::Audit(args) => audit::run(&args, context),
        Command::Guard(args) => guard::run(&args, context),
        Command::Promote(args) => promote::run(&args, context),
        Command::Deploy(args) => deploy::run(&args, context),
        Command::Rollback(args) => rollback::run(&args, context),
        Command::Advance(args) => advance::run(&args, context),
        Command::Ask(args) => ask::run(&args, context),
        Command::Record(args) => record::run(&args, context),
        Command::Approve(args) => assent::approve(&args, context),
        Command::Reject(args) => assent::reject(&args, context),
        Command::Unreject(args) => assent::unreject(&args, context),
        Command::Release(args) => assent::release(&args, context),
        Command::Lock(args) => lock::lock(&args, context),
        Command::Unlock(args) => lock::unlock(&args, context),
        Command::Locks(args) => lock::list(&args, context),
        Command::Ledger(args) => ledger::run(&args, context),
        Command::Demo(args) => demo::run(&args, context),
        Command::Proposals(args) => proposals::run(&args, context),
        Command::Plugin(args) => plugin::run(&args, context),
        Command::Init(args) => init::run(&args, context),
        Command::Config(args) => config::run(&args, context),
        Command::Completions(args) => completions::run(&args, context),
        Command::Man(args) => man::run(&args, context),
    }
}
