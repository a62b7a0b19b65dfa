//! `towpath deploy`: puts a version from a build into a stage.

use crate::cli::complete;
use crate::cli::context::CommandContext;
use crate::cli::delivery_args::DeliveryArgs;
use crate::cli::exit::ExitKind;
use crate::cli::value_parsers;
use crate::ops::change::SelectionMode;
use crate::ops::error::Failure;
use crate::ops::versions::{DeploymentQuery, request_deployment};
use clap::Args;
use clap_complete::engine::ArgValueCompleter;

const EXAMPLES: &str = "\
Examples:
  towpath deploy web v1.4.0 --push         push a new build, as the last step of CI
  towpath deploy web v1.4.0@sha256:…       with its digest, if the files pin it
  towpath deploy web --latest --push       deploy the newest version in the registry
  towpath deploy web v1.4.0 --pin-digest   write its digest beside the tag
  towpath deploy web v1.4.0 --dry-run      show what would change

Exit codes:
  0  done, or nothing to do
  1  failed, or refused
  2  wrong usage or configuration
  3  a gate stopped it; with --wait, also: the pull request was closed or is still open";

/// Deploy a version to the first stage, or to another one
///
/// Run it at the end of a build, once the image exists. Many builds may push at once. If another
/// push comes first, towpath plans again on the newest commit.
///
/// Where towpath.yaml names the image or the versions of the app, a version that the registry does
/// not have is refused before anything is written.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct DeployArgs {
    /// App, or `app/component`
    #[arg(value_name = "APP", add = ArgValueCompleter::new(complete::apps))]
    app: String,

    /// Version: a tag, a digest, `TAG@sha256:…`, or a reference with one of them
    #[arg(value_name = "VERSION", value_parser = value_parsers::new_version, required_unless_present = "latest")]
    version: Option<String>,

    /// Take the newest version in the registry that may be deployed
    #[arg(long, conflicts_with = "version")]
    latest: bool,

    /// Write the digest of the image beside its tag
    #[arg(long)]
    pin_digest: bool,

    /// Do not ask the registry whether the version exists
    #[arg(long, conflicts_with_all = ["latest", "pin_digest"])]
    unchecked: bool,

    /// Target stage [default: the first one]
    #[arg(long, value_name = "STAGE", add = ArgValueCompleter::new(complete::stages))]
    to: Option<String>,

    /// The old spelling of --to; goes with 0.3
    #[arg(long, value_name = "STAGE", hide = true, conflicts_with = "to")]
    stage: Option<String>,

    #[command(flatten)]
    delivery: DeliveryArgs,
}

/// Delivers the version to the stage.
pub fn run(args: &DeployArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    if args.stage.is_some() {
        context.ui.print_note("`--stage` is called `--to` now, and is accepted until 0.3");
    }
    let query = DeploymentQuery {
        app: args.app.clone(),
        version: args.version.clone(),
        stage: args.to.clone().or_else(|| args.stage.clone()),
        pins_digest: args.pin_digest,
        unchecked: args.unchecked,
    };
    let Some(intent) = request_deployment(&query, &context.session)? else {
        context.ui.print_note(&format!("{} is up to date with the registry", args.app));
        return Ok(ExitKind::Done);
    };
    args.delivery.deliver(&intent, SelectionMode::Given, context)
}
