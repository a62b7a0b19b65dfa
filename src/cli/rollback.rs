//! `towpath rollback`: brings back what a stage ran before.

use crate::cli::context::CommandContext;
use crate::cli::delivery_args::DeliveryArgs;
use crate::cli::exit::ExitKind;
use crate::cli::{complete, value_parsers};
use crate::ops::change::{ChangeRequest, SelectionMode};
use crate::ops::error::Failure;
use clap::Args;
use clap_complete::engine::ArgValueCompleter;

const EXAMPLES: &str = "\
Examples:
  towpath rollback web --stage prod        choose from what prod has run
  towpath rollback web --stage prod --yes  the version before this one
  towpath rollback web --stage prod --to v1.3.0 --push

Exit codes:
  0  done, or nothing to do
  1  failed, or refused
  2  wrong usage or configuration
  3  with --wait: the pull request was closed, or is still open";

/// Bring back a version that a stage ran before.
///
/// Without `--to`, a person at a terminal chooses from what the stage has run; otherwise it is the
/// version before the present one came for the first time, so that a rollback is not rolled back.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct RollbackArgs {
    /// The app, or `app/component`
    #[arg(value_name = "APP", add = ArgValueCompleter::new(complete::apps))]
    app: String,

    /// The stage
    #[arg(long, value_name = "STAGE", add = ArgValueCompleter::new(complete::stages))]
    stage: String,

    /// The version, which the stage must have run
    #[arg(long, value_name = "VERSION", value_parser = value_parsers::version)]
    to: Option<String>,

    #[command(flatten)]
    delivery: DeliveryArgs,
}

/// Rolls back.
pub fn run(args: &RollbackArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    let intent = ChangeRequest::RollBack {
        app: args.app.clone(),
        stage: args.stage.clone(),
        to: args.to.clone(),
    };
    args.delivery.deliver(&intent, SelectionMode::Given, context)
}
