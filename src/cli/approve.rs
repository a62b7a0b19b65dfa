//! `towpath approve`, `reject`, `unreject` and `release`: what people say about versions and stages.

use super::book::{self, LedgerWriteArgs};
use super::complete;
use super::context::CommandContext;
use super::failure::{ExitKind, Failure};
use super::inquiry::{GateContext, GateRequest};
use super::value_parsers;
use crate::git;
use crate::model::{StageName, Version};
use crate::pipeline::ledger::{EventAuthor, EventKind};
use crate::pipeline::{AppComponent, Evidence, ExternalFacts, MoveDirection};
use clap::Args;
use clap_complete::engine::ArgValueCompleter;

const APPROVE_EXAMPLES: &str = "\
Examples:
  towpath approve web --stage prod                  what staging runs
  towpath approve web --stage prod --version v1.4

Exit codes:
  0  it is approved
  1  failed: the ledger could not be written
  2  wrong usage or configuration
  3  `permissions` does not name you";

/// Approve a version for a stage, where a gate asks for that.
#[derive(Debug, Args)]
#[command(after_long_help = APPROVE_EXAMPLES)]
pub struct ApproveArgs {
    /// The app, or `app/component`
    #[arg(value_name = "APP", add = ArgValueCompleter::new(complete::apps))]
    app: String,

    /// The stage it may go to
    #[arg(long, value_name = "STAGE", add = ArgValueCompleter::new(complete::stages))]
    stage: String,

    /// The version; what the stage before runs, unless said
    #[arg(long, value_name = "VERSION", value_parser = value_parsers::version)]
    version: Option<String>,

    /// Why, for the record
    #[arg(long, value_name = "TEXT", value_parser = value_parsers::text)]
    reason: Option<String>,

    #[command(flatten)]
    book: LedgerWriteArgs,
}

/// Reject a version: it goes nowhere any more.
#[derive(Debug, Args)]
pub struct RejectArgs {
    /// The app, or `app/component`
    #[arg(value_name = "APP", add = ArgValueCompleter::new(complete::apps))]
    app: String,

    /// The version
    #[arg(value_name = "VERSION", value_parser = value_parsers::version)]
    version: String,

    /// Why, for those who are stopped by it
    #[arg(long, value_name = "TEXT", value_parser = value_parsers::text)]
    reason: Option<String>,

    #[command(flatten)]
    book: LedgerWriteArgs,
}

/// Take back the rejection of a version.
#[derive(Debug, Args)]
pub struct UnrejectArgs {
    /// The app, or `app/component`
    #[arg(value_name = "APP", add = ArgValueCompleter::new(complete::apps))]
    app: String,

    /// The version
    #[arg(value_name = "VERSION", value_parser = value_parsers::version)]
    version: String,

    #[command(flatten)]
    book: LedgerWriteArgs,
}

/// Release a stage from the hold that a rollback has put it on.
#[derive(Debug, Args)]
pub struct ReleaseArgs {
    /// The app, or `app/component`
    #[arg(value_name = "APP", add = ArgValueCompleter::new(complete::apps))]
    app: String,

    /// The stage
    #[arg(long, value_name = "STAGE", add = ArgValueCompleter::new(complete::stages))]
    stage: String,

    #[command(flatten)]
    book: LedgerWriteArgs,
}

/// Approves.
pub fn approve(args: &ApproveArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    record_event(context, args.book, &|inquiry| {
        let (subject, stage) =
            (inquiry.subject(&args.app)?, inquiry.stage(&args.stage)?.name.clone());
        check_permission(inquiry, &stage)?;
        let (past, facts) = (inquiry.deployment_index(), ExternalFacts::default());
        let evidence = inquiry.evidence(&past, &facts);
        let (targets, purpose) = (Vec::new(), MoveDirection::Forward);
        let asked = GateRequest { subject, stage, targets, version: Version::default(), purpose };
        let version = match &args.version {
            Some(text) => resolve_version(inquiry, &evidence, &asked.subject, text),
            None => inquiry.find_candidate(&evidence, &asked, None)?,
        };
        let (app, stage, version) = (asked.subject.to_string(), asked.stage, version.to_string());
        Ok(EventKind::Approved { app, stage, version, reason: args.reason.clone() })
    })
}

/// Rejects.
pub fn reject(args: &RejectArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    record_event(context, args.book, &|inquiry| {
        let (app, version) = resolve_names(inquiry, &args.app, &args.version)?;
        Ok(EventKind::Rejected { app, version, reason: args.reason.clone() })
    })
}

/// Takes a rejection back.
pub fn unreject(args: &UnrejectArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    taken_back(context, args.book, &|inquiry| {
        let (app, version) = resolve_names(inquiry, &args.app, &args.version)?;
        let is_rejected = inquiry
            .ledger
            .find_rejection(&inquiry.subject(&app)?, &Version::parse(&version), None)
            .is_some();
        let nothing = format!("{app} {version} is not rejected");
        Ok(if is_rejected { Ok(EventKind::Unrejected { app, version }) } else { Err(nothing) })
    })
}

/// Releases.
pub fn release(args: &ReleaseArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    taken_back(context, args.book, &|inquiry| {
        let (app, stage) = (inquiry.subject(&args.app)?, inquiry.stage(&args.stage)?.name.clone());
        let is_held = inquiry.ledger.find_hold(&app, &stage, None).is_some();
        let nothing = format!("{app} is not on hold in {stage}");
        Ok(if is_held {
            Ok(EventKind::Released { app: app.to_string(), stage })
        } else {
            Err(nothing)
        })
    })
}

/// What takes something back, or the sentence that there is nothing.
type ReversalEvent = Result<EventKind, String>;

/// Takes back what was said. Where nobody has said it, that is told, and nothing is written.
fn taken_back(
    context: &CommandContext,
    args: LedgerWriteArgs,
    what: &dyn Fn(&GateContext<'_>) -> Result<ReversalEvent, Failure>,
) -> Result<ExitKind, Failure> {
    let repository = context.open_repository()?;
    let mut inquiry = GateContext::load(context, &repository)?;
    if repository.origin_url().is_some() && !args.local {
        // Somebody else may have said it.
        book::fetch(context, &repository, inquiry.config())?;
        inquiry.ledger = book::load_ledger(context, &repository, inquiry.config())?;
    }
    match what(&inquiry)? {
        Ok(what) => write_event(context, &inquiry, what, args),
        Err(nothing) => {
            context.ui.print_note(&nothing);
            Ok(ExitKind::Done)
        }
    }
}

fn record_event(
    context: &CommandContext,
    args: LedgerWriteArgs,
    what: &dyn Fn(&GateContext<'_>) -> Result<EventKind, Failure>,
) -> Result<ExitKind, Failure> {
    let repository = context.open_repository()?;
    let inquiry = GateContext::load(context, &repository)?;
    let what = what(&inquiry)?;
    write_event(context, &inquiry, what, args)
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

/// The app and the version as they are known; a version that never ran anywhere may be meant, too.
fn resolve_names(
    inquiry: &GateContext<'_>,
    app: &str,
    version: &str,
) -> Result<(String, String), Failure> {
    let subject: AppComponent = inquiry.subject(app)?;
    let (past, facts) = (inquiry.deployment_index(), ExternalFacts::default());
    let version = resolve_version(inquiry, &inquiry.evidence(&past, &facts), &subject, version);
    Ok((subject.to_string(), version.to_string()))
}

/// The version as it is known. One that never ran anywhere may be on its way, or misspelled.
fn resolve_version(
    inquiry: &GateContext<'_>,
    evidence: &Evidence<'_>,
    subject: &AppComponent,
    text: &str,
) -> Version {
    let version = inquiry.version(evidence, subject, text);
    let mut landings = evidence
        .cells_of_app(subject)
        .into_iter()
        .flat_map(|slot| evidence.run_periods(slot, None));
    if !landings.any(|landing| landing.version.is_same(&version)) {
        inquiry.context.ui.print_caution(&format!("no stage has ever run {subject} {version}"));
    }
    version
}

/// Is the user among those who may approve for a stage? The gate looks again: what stands in the
/// ledger is not believed for standing there.
fn check_permission(inquiry: &GateContext<'_>, stage: &StageName) -> Result<(), Failure> {
    let Some(permission) = inquiry.config().pipeline.find_permission(stage.as_str()) else {
        return Ok(());
    };
    let by = EventAuthor::from(git::author_identity(
        inquiry.repository,
        &inquiry.context.git_options(None),
    )?);
    if permission.names_any(by.permission_words()) {
        return Ok(());
    }
    let place = inquiry.config().provenance(Some(permission.line));
    let failure =
        Failure::refused(format!("{} <{}> may not approve for {stage}", by.name, by.email));
    Err(failure.hint(format!("`permissions` in {place} names {}", permission.actors.join(", "))))
}
