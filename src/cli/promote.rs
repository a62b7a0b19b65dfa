//! `towpath promote`: copies the versions of one stage to the next.

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
  towpath promote                          choose from what can be promoted
  towpath promote web --to prod --dry-run  show what would change
  towpath promote web api --to prod        open a pull request for each app
  towpath promote --all --to prod --one-pr open one pull request for the whole stage
  towpath promote web --to prod --push     push to the deployed branch
  towpath promote web --patch | ssh host git am

Exit codes:
  0  done, or nothing to do
  1  failed, or an app on the command line cannot be promoted
  2  wrong usage or configuration
  3  a gate stopped it; with --wait, also: the pull request was closed or is still open";

/// Promote versions to the next stage by pull request
///
/// Changes only the bytes that hold the version, on the newest commit of the branch at `origin`.
/// The work tree and the index stay unchanged. Run it again to update the open pull request. An app
/// that cannot be promoted does not stop the others.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct PromoteArgs {
    /// Apps, `app/component`, or patterns such as `web-*` [default: towpath asks on a terminal]
    #[arg(value_name = "APP", add = ArgValueCompleter::new(complete::apps))]
    apps: Vec<String>,

    /// All apps in the previous stage
    #[arg(long, conflicts_with = "apps")]
    all: bool,

    /// Stage to copy versions from [default: the previous stage of `--to`]
    #[arg(long, value_name = "STAGE", add = ArgValueCompleter::new(complete::stages))]
    from: Option<String>,

    /// Target stage [default: the first one with something to promote]
    #[arg(long, value_name = "STAGE", add = ArgValueCompleter::new(complete::stages))]
    to: Option<String>,

    /// Version to promote; the previous stage must have run it
    #[arg(long, value_name = "VERSION", requires = "apps", value_parser = value_parsers::version)]
    version: Option<String>,

    #[command(flatten)]
    delivery: DeliveryArgs,
}

/// Promotes the versions, after asking which ones if none were named.
pub fn run(args: &PromoteArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    let is_open = args.apps.is_empty() && !args.all && !args.delivery.is_dry_run();
    if is_open && !context.session.can_ask() {
        let failure = Failure::usage("no app was named, and there is no terminal to ask on");
        return Err(failure
            .hint("name apps, or use `towpath promote --all`")
            .hint("`towpath promote --dry-run` shows what can be promoted"));
    }
    let selection = if is_open { SelectionMode::Asked } else { SelectionMode::Given };
    let intent = ChangeRequest::Promote {
        apps: args.apps.clone(),
        from: args.from.clone(),
        to: args.to.clone(),
        version: args.version.clone(),
    };
    args.delivery.deliver(&intent, selection, context)
}
