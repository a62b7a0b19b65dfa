//! `towpath lock`, `unlock` and `locks`.

use super::book::{self, LedgerWriteArgs};
use super::context::CommandContext;
use super::failure::{ExitKind, Failure};
use super::inquiry::{GateContext, stage};
use super::survey::{RepositoryState, RevisionSelector};
use super::{complete, output, value_parsers};
use crate::config::gates::time_span;
use crate::git::revision_or_time::{TIME_FORMS, parse_time};
use crate::model::StageName;
use crate::pipeline::ledger::{EventKind, Lock, scope_text};
use crate::report::json::{LockJson, LocksJson};
use crate::ui::{self, OutputFormat};
use clap::Args;
use clap_complete::engine::ArgValueCompleter;
use jiff::{SignedDuration, Timestamp};

const LOCK_EXAMPLES: &str = "\
Examples:
  towpath lock --stage prod --reason 'incident 12'               no app goes to prod
  towpath lock web --stage prod --reason 'load test' --until 2h  for two hours
  towpath lock web --reason 'broken build'                       in no stage
  towpath lock --all --reason 'moving house' --until 2026-12-24T18:00

Exit codes:
  0  it is locked
  1  failed: the ledger could not be written
  2  wrong usage or configuration";

const UNLOCK_EXAMPLES: &str = "\
Examples:
  towpath unlock --stage prod
  towpath unlock web --stage prod

Exit codes:
  0  it is not locked any more
  1  failed: the ledger could not be written
  2  wrong usage or configuration; there is no such lock";

/// What is locked.
#[derive(Debug, Args)]
struct LockScopeArgs {
    /// The app, or `app/component`; all apps unless said
    #[arg(value_name = "APP", add = ArgValueCompleter::new(complete::apps))]
    app: Option<String>,

    /// The stage; all stages unless said
    #[arg(long, value_name = "STAGE", add = ArgValueCompleter::new(complete::stages))]
    stage: Option<String>,

    /// Every app in every stage
    #[arg(long, conflicts_with_all = ["app", "stage"])]
    all: bool,
}

/// Lock an app or a stage: nothing goes there.
#[derive(Debug, Args)]
#[command(after_long_help = LOCK_EXAMPLES)]
pub struct LockArgs {
    #[command(flatten)]
    scope: LockScopeArgs,

    /// Why, for those who are stopped by it
    #[arg(long, value_name = "TEXT", value_parser = value_parsers::text)]
    reason: String,

    /// It ends by itself: `2h`, `3d`, or a time such as `18:00` or `2026-12-24T18:00`
    #[arg(long, value_name = "TIME")]
    until: Option<String>,

    #[command(flatten)]
    book: LedgerWriteArgs,
}

/// Take a lock away.
#[derive(Debug, Args)]
#[command(after_long_help = UNLOCK_EXAMPLES)]
pub struct UnlockArgs {
    #[command(flatten)]
    scope: LockScopeArgs,

    #[command(flatten)]
    book: LedgerWriteArgs,
}

/// List the locks that hold: what, who, why, and until when.
#[derive(Debug, Args)]
pub struct LocksArgs {
    /// How the answer is written
    #[arg(short, long, value_name = "FORMAT", default_value = "table")]
    #[arg(value_parser = output::one_of(&[OutputFormat::Table, OutputFormat::Json]))]
    output: OutputFormat,
}

/// Locks.
pub fn lock(args: &LockArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    let repository = context.open_repository()?;
    let inquiry = GateContext::load(context, &repository)?;
    let (app, stage) = args.scope.resolve(&inquiry)?;
    let until = args.until.as_deref().map(|text| parse_end(text, context)).transpose()?;
    let what = EventKind::Locked { app, stage, reason: args.reason.clone(), until };
    write_event(context, &inquiry, what, args.book)
}

/// Unlocks.
pub fn unlock(args: &UnlockArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    let repository = context.open_repository()?;
    let inquiry = GateContext::load(context, &repository)?;
    if repository.origin_url().is_some() && !args.book.local {
        // Somebody else may have locked it since. What cannot be fetched now fails when it is written.
        let _fetched = book::fetch(context, &repository, inquiry.config());
    }
    let (app, stage) = args.scope.resolve(&inquiry)?;
    let ledger = book::load_ledger(context, &repository, inquiry.config())?;
    let locks = ledger.active_locks(None, context.now().as_second());
    let is_it = |lock: &Lock<'_>| lock.app == app.as_deref() && lock.stage == stage.as_ref();
    if !locks.iter().any(is_it) {
        let names: Vec<String> = locks.iter().map(Lock::name).collect();
        let failure =
            Failure::usage(format!("{} is not locked", scope_text(app.as_deref(), stage.as_ref())));
        return Err(if names.is_empty() {
            failure
        } else {
            failure.hint(format!("locked: {}", names.join(", ")))
        });
    }
    write_event(context, &inquiry, EventKind::Unlocked { app, stage }, args.book)
}

/// Lists.
pub fn list(args: &LocksArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    let repository = context.open_repository()?;
    let survey = RepositoryState::load(context, &repository, RevisionSelector::default())?;
    let ledger = book::load_ledger(context, &repository, &survey.settings.config)?;
    let locks = ledger.active_locks(None, context.now().as_second());
    if args.output == OutputFormat::Json {
        let locks = locks.iter().map(LockJson::from).collect();
        context.ui.write_answer(&ui::to_json(&LocksJson { schema: "towpath.locks/1", locks }))?;
        return Ok(ExitKind::Done);
    }
    if locks.is_empty() {
        context.ui.print_note("nothing is locked");
    }
    context.ui.write_part(&ui::render_locks(&locks, &context.ui.out, context.now()))?;
    Ok(ExitKind::Done)
}

impl LockScopeArgs {
    fn resolve(
        &self,
        inquiry: &GateContext<'_>,
    ) -> Result<(Option<String>, Option<StageName>), Failure> {
        if self.app.is_none() && self.stage.is_none() && !self.all {
            return Err(Failure::usage("it is not said what")
                .hint("name an app or a --stage, or say --all"));
        }
        let app = self.app.as_deref().map(|word| inquiry.subject(word)).transpose()?;
        let stage = self.stage.as_deref().map(|word| stage(inquiry.config(), word)).transpose()?;
        Ok((app.map(|app| app.to_string()), stage.map(|stage| stage.name.clone())))
    }
}

fn write_event(
    context: &CommandContext,
    inquiry: &GateContext<'_>,
    what: EventKind,
    args: LedgerWriteArgs,
) -> Result<ExitKind, Failure> {
    for event in
        book::write_events(context, inquiry.repository, inquiry.config(), vec![what], args)?
    {
        context.ui.print_note(&event.what.sentence());
    }
    Ok(ExitKind::Done)
}

/// `2h` from now, or a moment to come. A time of day is the next one.
fn parse_end(text: &str, context: &CommandContext) -> Result<Timestamp, Failure> {
    let now = context.now();
    if let Some(span) = time_span(text)
        && let Ok(end) = now.checked_add(span)
    {
        return check_future(end, now, text);
    }
    let time = parse_time(text, &context.environment.now).ok_or_else(|| {
        Failure::usage(format!("`{text}` is no time span and no time"))
            .hint(format!("it is written `2h` or `3d`, or {TIME_FORMS}"))
    })?;
    let is_of_day = text.contains(':') && text.len() <= 5;
    let next = if is_of_day && time <= now {
        time.checked_add(SignedDuration::from_hours(24)).unwrap_or(time)
    } else {
        time
    };
    check_future(next, now, text)
}

fn check_future(end: Timestamp, now: Timestamp, text: &str) -> Result<Timestamp, Failure> {
    if end > now { Ok(end) } else { Err(Failure::usage(format!("`{text}` is over already"))) }
}
