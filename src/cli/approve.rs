//! `towpath approve`, `reject`, `unreject` and `release`: what people say about versions and stages.

use super::complete;
use super::context::CommandContext;
use super::exit::ExitKind;
use super::ledger_args::LedgerWriteArgs;
use super::value_parsers;
use crate::ops::error::Failure;
use crate::ops::ledger::events::{self, ApprovalRequest};
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
    let request = ApprovalRequest {
        app: args.app.clone(),
        stage: args.stage.clone(),
        version: args.version.clone(),
        reason: args.reason.clone(),
    };
    context.note_events(&events::approve(&request, args.book.target(), &context.session)?);
    Ok(ExitKind::Done)
}

/// Rejects.
pub fn reject(args: &RejectArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    let (named, target) = ((args.app.as_str(), args.version.as_str()), args.book.target());
    let reason = args.reason.as_deref();
    context.note_events(&events::reject(named, reason, target, &context.session)?);
    Ok(ExitKind::Done)
}

/// Takes a rejection back.
pub fn unreject(args: &UnrejectArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    let (named, target) = ((args.app.as_str(), args.version.as_str()), args.book.target());
    context.note_events(&events::unreject(named, target, &context.session)?);
    Ok(ExitKind::Done)
}

/// Releases.
pub fn release(args: &ReleaseArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    let (named, target) = ((args.app.as_str(), args.stage.as_str()), args.book.target());
    context.note_events(&events::release(named, target, &context.session)?);
    Ok(ExitKind::Done)
}
