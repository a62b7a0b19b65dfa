//! `towpath changes`: lists the commits between two versions of an app.

use super::complete;
use super::context::CommandContext;
use super::exit::ExitKind;
use super::value_parsers::{DATA_FORMATS, one_of, version};
use crate::ops::changes::{ChangesQuery, list_changes};
use crate::ops::error::Failure;
use crate::report::json::ChangesJson;
use crate::ui::{self, OutputFormat};
use clap::Args;
use clap_complete::engine::ArgValueCompleter;

const EXAMPLES: &str = "\
Examples:
  towpath changes web                          what the first stage has and the last one lacks
  towpath changes web --from prod --to staging
  towpath changes web --from v1.3.0 --to v1.4.0 -o json

Exit codes:
  0  done
  1  failed, such as a source repository that cannot be read
  2  wrong usage or configuration";

/// List the commits of an app's sources between two versions
///
/// The source repository is `source` under `apps` in towpath.yaml, else the label of the image. The
/// commits are read from a clone without files in the cache. With `path` under `apps`, only commits
/// that changed these folders are listed.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct ChangesArgs {
    /// App, or `app/component`
    #[arg(value_name = "APP", add = ArgValueCompleter::new(complete::apps))]
    app: String,

    /// Stage or version to start from [default: the last stage]
    #[arg(long, value_name = "STAGE|VERSION", value_parser = version, add = ArgValueCompleter::new(complete::stages))]
    from: Option<String>,

    /// Stage or version to end with [default: the first stage]
    #[arg(long, value_name = "STAGE|VERSION", value_parser = version, add = ArgValueCompleter::new(complete::stages))]
    to: Option<String>,

    /// Number of commits to list, newest first; 0 for all
    #[arg(short = 'n', long = "limit", value_name = "COUNT", default_value_t = 50)]
    limit: usize,

    /// Output format
    #[arg(short, long, value_name = "FORMAT", default_value = "table", value_parser = one_of(&DATA_FORMATS))]
    output: OutputFormat,
}

/// Prints the commits, and what was compared on stderr.
pub fn run(args: &ChangesArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    let query = ChangesQuery {
        app: args.app.clone(),
        from: args.from.clone(),
        to: args.to.clone(),
        limit: (args.limit > 0).then_some(args.limit),
    };
    let answer = list_changes(&query, &context.session)?;
    let data = ChangesJson::new(&answer.report, answer.repository.clone());
    let text = ui::render_data(args.output, &data, "commits")
        .unwrap_or_else(|| ui::changes(&answer.report, &context.ui.out));
    context.ui.page_answer(&text, false)?;
    if args.output == OutputFormat::Table {
        context.ui.print_note(&ui::changes_sentence(&answer.report));
    }
    Ok(ExitKind::Done)
}
