//! `towpath deploy`: puts a version that a build has made into a stage.

use crate::cli::complete;
use crate::cli::context::CommandContext;
use crate::cli::delivery_args::DeliveryArgs;
use crate::cli::exit::ExitKind;
use crate::ops::change::{ChangeRequest, SelectionMode};
use crate::ops::error::Failure;
use clap::Args;
use clap_complete::engine::ArgValueCompleter;

const EXAMPLES: &str = "\
Examples:
  towpath deploy web v1.4.0 --push         what a build does at its end
  towpath deploy web v1.4.0@sha256:…       with its digest, where that is written too
  towpath deploy web v1.4.0 --dry-run      what would change

Exit codes:
  0  done, or nothing to do
  1  failed, or refused
  2  wrong usage or configuration
  3  with --wait: the pull request was closed, or is still open";

/// Put a version into the first stage, or another one.
///
/// What a build calls when its image is there. Many may push at once: who loses the race plans again
/// on the newest commit.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct DeployArgs {
    /// The app, or `app/component`
    #[arg(value_name = "APP", add = ArgValueCompleter::new(complete::apps))]
    app: String,

    /// The version: a tag, a digest, or `TAG@sha256:…`
    #[arg(value_name = "VERSION")]
    version: String,

    /// The stage; the first one unless said
    #[arg(long, value_name = "STAGE", add = ArgValueCompleter::new(complete::stages))]
    stage: Option<String>,

    #[command(flatten)]
    delivery: DeliveryArgs,
}

/// Deploys.
pub fn run(args: &DeployArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    if args.version.is_empty() || args.version.chars().any(|c| c.is_whitespace() || c.is_control())
    {
        return Err(Failure::usage("a version has no spaces and is not empty"));
    }
    let intent = ChangeRequest::Deploy {
        app: args.app.clone(),
        version: args.version.clone(),
        stage: args.stage.clone(),
    };
    args.delivery.deliver(&intent, SelectionMode::Given, context)
}
