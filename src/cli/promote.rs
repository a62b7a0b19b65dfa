//! `towpath promote`: takes what one stage runs to the next.

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
  towpath promote web --to prod --dry-run  what would change
  towpath promote web api --to prod        a pull request for each
  towpath promote --all --to prod --one-pr one pull request for the whole stage
  towpath promote web --to prod --push     straight to the branch
  towpath promote web --patch | ssh host git am

Exit codes:
  0  done, or nothing to do
  1  failed, or an app that was named cannot be promoted
  2  wrong usage or configuration
  3  with --wait: the pull request was closed, or is still open";

/// Take what one stage runs to the next, as a pull request.
///
/// Changes the bytes that hold the version and nothing else, on the newest commit of the branch at
/// `origin`; the work tree and the index stay as they are. Running it again updates the open pull
/// request. An app that cannot be promoted never blocks the others.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct PromoteArgs {
    /// The apps, or `app/component`; on a terminal, none at all asks which
    #[arg(value_name = "APP", add = ArgValueCompleter::new(complete::apps))]
    apps: Vec<String>,

    /// All apps that the stage before has
    #[arg(long, conflicts_with = "apps")]
    all: bool,

    /// The stage whose versions are taken; the one before `--to` unless said
    #[arg(long, value_name = "STAGE", add = ArgValueCompleter::new(complete::stages))]
    from: Option<String>,

    /// The stage that changes; the first one that has something to get unless said
    #[arg(long, value_name = "STAGE", add = ArgValueCompleter::new(complete::stages))]
    to: Option<String>,

    /// This version, which the earlier stage must have run
    #[arg(long, value_name = "VERSION", requires = "apps", value_parser = value_parsers::version)]
    version: Option<String>,

    #[command(flatten)]
    delivery: DeliveryArgs,
}

/// Promotes.
pub fn run(args: &PromoteArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    let is_open = args.apps.is_empty() && !args.all && !args.delivery.is_dry_run();
    if is_open && !context.session.can_ask() {
        let failure = Failure::usage("there is no terminal to ask on which apps to promote");
        return Err(failure
            .hint("name them, or take `--all`")
            .hint("--dry-run shows what can be promoted"));
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
