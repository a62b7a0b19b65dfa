//! `towpath approve`, `reject`, `unreject` and `release`: decisions about versions and stages.

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
  towpath approve web --stage prod                  approve the version that staging runs
  towpath approve web --stage prod --version v1.4

Exit codes:
  0  approved
  1  failed: the ledger could not be written
  2  wrong usage or configuration
  3  `permissions` does not name you";

/// Approve a version for a stage that requires approval
#[derive(Debug, Args)]
#[command(after_long_help = APPROVE_EXAMPLES)]
pub struct ApproveArgs {
    /// App, or `app/component`
    #[arg(value_name = "APP", add = ArgValueCompleter::new(complete::apps))]
    app: String,

    /// Stage that the version may go to
    #[arg(long, value_name = "STAGE", add = ArgValueCompleter::new(complete::stages))]
    stage: String,

    /// Version to approve [default: the one that the previous stage runs]
    #[arg(long, value_name = "VERSION", value_parser = value_parsers::version)]
    version: Option<String>,

    /// Reason, for the record
    #[arg(long, value_name = "TEXT", value_parser = value_parsers::text)]
    reason: Option<String>,

    #[command(flatten)]
    book: LedgerWriteArgs,
}

/// Reject a version so that it cannot be deployed
#[derive(Debug, Args)]
pub struct RejectArgs {
    /// App, or `app/component`
    #[arg(value_name = "APP", add = ArgValueCompleter::new(complete::apps))]
    app: String,

    /// Version to reject
    #[arg(value_name = "VERSION", value_parser = value_parsers::version)]
    version: String,

    /// Reason, shown to everyone whom the rejection stops
    #[arg(long, value_name = "TEXT", value_parser = value_parsers::text)]
    reason: Option<String>,

    #[command(flatten)]
    book: LedgerWriteArgs,
}

/// Withdraw the rejection of a version
#[derive(Debug, Args)]
pub struct UnrejectArgs {
    /// App, or `app/component`
    #[arg(value_name = "APP", add = ArgValueCompleter::new(complete::apps))]
    app: String,

    /// Rejected version
    #[arg(value_name = "VERSION", value_parser = value_parsers::version)]
    version: String,

    #[command(flatten)]
    book: LedgerWriteArgs,
}

/// Release an app in a stage from the hold that a rollback put on it
#[derive(Debug, Args)]
pub struct ReleaseArgs {
    /// App, or `app/component`
    #[arg(value_name = "APP", add = ArgValueCompleter::new(complete::apps))]
    app: String,

    /// Stage in which the app is on hold
    #[arg(long, value_name = "STAGE", add = ArgValueCompleter::new(complete::stages))]
    stage: String,

    #[command(flatten)]
    book: LedgerWriteArgs,
}

/// Approves a version, and notes the event.
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

/// Rejects a version, and notes the event.
pub fn reject(args: &RejectArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    let (named, target) = ((args.app.as_str(), args.version.as_str()), args.book.target());
    let reason = args.reason.as_deref();
    context.note_events(&events::reject(named, reason, target, &context.session)?);
    Ok(ExitKind::Done)
}

/// Withdraws a rejection, and notes the event.
pub fn unreject(args: &UnrejectArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    let (named, target) = ((args.app.as_str(), args.version.as_str()), args.book.target());
    context.note_events(&events::unreject(named, target, &context.session)?);
    Ok(ExitKind::Done)
}

/// Releases an app from its hold, and notes the event.
pub fn release(args: &ReleaseArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    let (named, target) = ((args.app.as_str(), args.stage.as_str()), args.book.target());
    context.note_events(&events::release(named, target, &context.session)?);
    Ok(ExitKind::Done)
}
