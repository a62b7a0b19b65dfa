//! `towpath publish`: keeps the deployments of the forge up to date.

use super::complete;
use super::context::CommandContext;
use super::exit::ExitKind;
use super::forge_args::ForgeArgs;
use super::selection_args::SelectionArgs;
use super::value_parsers::{DATA_FORMATS, one_of};
use crate::ops::error::Failure;
use crate::ops::publish::{PublishQuery, publish};
use crate::report::json::PublishJson;
use crate::ui::{self, OutputFormat};
use clap::Args;
use clap_complete::engine::ArgValueCompleter;

const EXAMPLES: &str = "\
Examples:
  towpath publish                          tell the forge what runs now
  towpath publish --dry-run                show what would be changed
  towpath publish --since 90d --limit 500  also tell it the last 90 days, oldest first
  towpath publish web --stage prod -o json

Exit codes:
  0  done, or nothing to do
  1  failed
  2  wrong usage or configuration";

/// Keep the deployments of GitHub or GitLab up to date
///
/// Each app in each stage is an environment of the forge, and each version that lands is a
/// deployment. Its state is the recorded outcome; where nobody records outcomes, a landing counts
/// as success. A deployment is looked for before it is made, so that running the command twice does
/// nothing more. `deployments: true` in towpath.yaml is needed; `record` and `advance` then do the
/// same for what changed in the last seven days.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct PublishArgs {
    /// Only these apps
    #[arg(value_name = "APP", add = ArgValueCompleter::new(complete::apps))]
    apps: Vec<String>,

    #[command(flatten)]
    choice: SelectionArgs,

    /// Every deployment since this time or revision, oldest first
    #[arg(long, value_name = "TIME|REV")]
    since: Option<String>,

    /// Most changes; the others wait for the next run
    #[arg(short = 'n', long, value_name = "COUNT", default_value_t = 100)]
    limit: usize,

    /// Show what would be changed, and change nothing
    #[arg(long)]
    dry_run: bool,

    /// Output format
    #[arg(short, long, value_name = "FORMAT", default_value = "table", value_parser = one_of(&DATA_FORMATS))]
    output: OutputFormat,

    #[command(flatten)]
    forge: ForgeArgs,
}

/// Publishes, and prints each deployment with what happened to it.
pub fn run(args: &PublishArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    let query = PublishQuery {
        apps: args.apps.clone(),
        selection: args.choice.to_query(),
        since: args.since.clone(),
        limit: args.limit.max(1),
        is_dry: args.dry_run,
    };
    let report = publish(&query, &context.session)?;
    let data = PublishJson::from(&report);
    let text = ui::render_data(args.output, &data, "deployments")
        .unwrap_or_else(|| ui::render_publish(&report, &context.ui.style_for(args.output)));
    context.ui.page_answer(&text, false)?;
    if report.deployments.is_empty() {
        context.ui.print_note("nothing to publish");
    }
    if report.left > 0 {
        let changes = if report.left == 1 { "change is" } else { "changes are" };
        context.ui.print_note(&format!("{} {changes} left to the next run", report.left));
    }
    Ok(ExitKind::Done)
}
