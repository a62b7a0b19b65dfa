//! `towpath rollback`: restores a version that a stage ran before.

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
  towpath rollback web --stage prod        choose from the versions that prod ran
  towpath rollback web --stage prod --yes  restore the version before the present one
  towpath rollback web --stage prod --version v1.3.0 --push

Exit codes:
  0  done, or nothing to do
  1  failed, or refused
  2  wrong usage or configuration
  3  a gate stopped it; with --wait, also: the pull request was closed or is still open";

/// Restore a version that a stage ran before
///
/// Without `--version`, towpath lets you choose on a terminal. Otherwise it takes the version that
/// ran before the present version first came to the stage, so that it does not undo an earlier
/// rollback.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct RollbackArgs {
    /// App, or `app/component`
    #[arg(value_name = "APP", add = ArgValueCompleter::new(complete::apps))]
    app: String,

    /// Stage to roll back
    #[arg(long, value_name = "STAGE", add = ArgValueCompleter::new(complete::stages))]
    stage: String,

    /// Version to restore; the stage must have run it
    #[arg(long, value_name = "VERSION", value_parser = value_parsers::version)]
    version: Option<String>,

    /// The old spelling of --version; goes with 0.3
    #[arg(long, value_name = "VERSION", value_parser = value_parsers::version)]
    #[arg(hide = true, conflicts_with = "version")]
    to: Option<String>,

    #[command(flatten)]
    delivery: DeliveryArgs,
}

/// Restores the version.
pub fn run(args: &RollbackArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    if args.to.is_some() {
        context.ui.print_note("`--to` is called `--version` now, and is accepted until 0.3");
    }
    let intent = ChangeRequest::RollBack {
        app: args.app.clone(),
        stage: args.stage.clone(),
        to: args.version.clone().or_else(|| args.to.clone()),
    };
    args.delivery.deliver(&intent, SelectionMode::Given, context)
}
