//! `towpath lock`, `unlock` and `locks`: set, remove and list locks.

use super::complete;
use super::context::CommandContext;
use super::exit::ExitKind;
use super::ledger_args::LedgerWriteArgs;
use super::value_parsers::{self, DATA_FORMATS, one_of};
use crate::ops::error::Failure;
use crate::ops::ledger;
use crate::ops::ledger::events::{self, LockScope};
use crate::report::json::{LockJson, LocksJson};
use crate::ui::{self, OutputFormat};
use clap::Args;
use clap_complete::engine::ArgValueCompleter;

const LOCK_EXAMPLES: &str = "\
Examples:
  towpath lock --stage prod --reason 'incident 12'               lock prod for all apps
  towpath lock web --stage prod --reason 'load test' --until 2h  lock web in prod for two hours
  towpath lock web --reason 'broken build'                       lock web in all stages
  towpath lock --all --reason 'migration' --until 2026-12-24T18:00

Exit codes:
  0  locked
  1  failed: the ledger could not be written
  2  wrong usage or configuration";

const UNLOCK_EXAMPLES: &str = "\
Examples:
  towpath unlock --stage prod
  towpath unlock web --stage prod

Exit codes:
  0  unlocked
  1  failed: the ledger could not be written
  2  wrong usage or configuration, or there is no such lock";

/// The app, the stage, or everything that a lock is for.
#[derive(Debug, Args)]
struct LockScopeArgs {
    /// App, or `app/component` [default: all apps]
    #[arg(value_name = "APP", add = ArgValueCompleter::new(complete::apps))]
    app: Option<String>,

    /// Stage [default: all stages]
    #[arg(long, value_name = "STAGE", add = ArgValueCompleter::new(complete::stages))]
    stage: Option<String>,

    /// All apps in all stages
    #[arg(long, conflicts_with_all = ["app", "stage"])]
    all: bool,
}

/// Lock an app or a stage so that nothing is deployed there
#[derive(Debug, Args)]
#[command(after_long_help = LOCK_EXAMPLES)]
pub struct LockArgs {
    #[command(flatten)]
    scope: LockScopeArgs,

    /// Reason, shown to everyone whom the lock stops
    #[arg(long, value_name = "TEXT", value_parser = value_parsers::text)]
    reason: String,

    /// End of the lock: `2h`, `3d`, `18:00` or `2026-12-24T18:00` [default: none]
    #[arg(long, value_name = "TIME")]
    until: Option<String>,

    #[command(flatten)]
    book: LedgerWriteArgs,
}

/// Remove a lock
#[derive(Debug, Args)]
#[command(after_long_help = UNLOCK_EXAMPLES)]
pub struct UnlockArgs {
    #[command(flatten)]
    scope: LockScopeArgs,

    #[command(flatten)]
    book: LedgerWriteArgs,
}

/// List the active locks with their authors, reasons and ends
#[derive(Debug, Args)]
pub struct LocksArgs {
    /// Output format
    #[arg(short, long, value_name = "FORMAT", default_value = "table")]
    #[arg(value_parser = one_of(&DATA_FORMATS))]
    output: OutputFormat,
}

/// Writes a lock to the ledger, and notes the event.
pub fn lock(args: &LockArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    let (scope, until) = (args.scope.to_scope(), args.until.as_deref());
    let target = args.book.target();
    let events = events::lock(&scope, &args.reason, until, target, &context.session)?;
    context.note_events(&events);
    Ok(ExitKind::Done)
}

/// Removes a lock in the ledger, and notes the event.
pub fn unlock(args: &UnlockArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    let scope = args.scope.to_scope();
    context.note_events(&events::unlock(&scope, args.book.target(), &context.session)?);
    Ok(ExitKind::Done)
}

/// Prints the active locks.
pub fn list(args: &LocksArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    let ledger = ledger::open_ledger(&context.session)?;
    let now = context.session.now();
    let locks = ledger.active_locks(None, now.as_second());
    let json = locks.iter().map(LockJson::from).collect();
    let data = LocksJson { schema: "towpath.locks/1", locks: json };
    if let Some(text) = ui::render_data(args.output, &data, "locks") {
        context.ui.write_answer(&text)?;
        return Ok(ExitKind::Done);
    }
    if locks.is_empty() {
        context.ui.print_note("nothing is locked");
    }
    context.ui.write_part(&ui::render_locks(&locks, &context.ui.out, now))?;
    Ok(ExitKind::Done)
}

impl LockScopeArgs {
    fn to_scope(&self) -> LockScope {
        LockScope { app: self.app.clone(), stage: self.stage.clone(), all: self.all }
    }
}
