//! `towpath status`: what runs where.

use super::complete;
use super::context::CommandContext;
use super::exit::ExitKind;
use super::value_parsers::one_of;
use crate::ops::deployments::selection::SelectionQuery;
use crate::ops::error::Failure;
use crate::ops::status::{StatusAnswer, StatusQuery, status};
use crate::report::Matrix;
use crate::ui::{self, OutputFormat};
use clap::Args;
use clap_complete::engine::ArgValueCompleter;

const EXAMPLES: &str = "\
Examples:
  towpath status                           every app, stage by stage
  towpath status publisher                 one app in full
  towpath status --stage 'prod*' --targets each cluster of the production stages
  towpath status --at v1.2                 as it was at a tag
  towpath status --at '3 days ago'         as it was then
  towpath status --output json | jq '.entries[] | select(.stage == \"prod\") | .tag'
  towpath status --exit-code --quiet       is everything promoted?

Exit codes:
  0  the answer was given
  1  it could not be read
  2  wrong usage or configuration
  4  stages differ (only with --exit-code)";

/// Show which version of which app runs in which stage.
///
/// Apps go down, stages across in pipeline order. A cell that differs from the stage before bears a
/// sign. Where the places of one stage (clusters, regions) agree, they are one cell. With an app,
/// shows everything about it: image, tag, digest, each file and line, and the commit behind it.
///
/// Everything is read from git objects of the deployed branch; a dirty work tree changes nothing.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct StatusArgs {
    /// Show these apps in full
    #[arg(value_name = "APP", add = ArgValueCompleter::new(complete::apps))]
    apps: Vec<String>,

    /// Only apps that fit; `*` and `?` stand for any text and any character
    #[arg(long, value_name = "GLOB", value_delimiter = ',', add = ArgValueCompleter::new(complete::apps))]
    app: Vec<String>,

    /// Only stages that fit
    #[arg(long, value_name = "GLOB", value_delimiter = ',', add = ArgValueCompleter::new(complete::stages))]
    stage: Vec<String>,

    /// As it was at a revision or a time, with ages counted from there: `v1.2`, `2026-05-05T10:00`, `3 days ago`
    #[arg(long, value_name = "REV|TIME", conflicts_with = "worktree")]
    at: Option<String>,

    /// Read the files on disk instead of a commit
    #[arg(long)]
    worktree: bool,

    /// Give each target (cluster, region) a column of its own
    #[arg(long)]
    targets: bool,

    /// Do not look up since when each version is there
    #[arg(long)]
    no_since: bool,

    /// End with 4 when stages differ
    #[arg(long)]
    exit_code: bool,

    /// How the answer is written
    #[arg(short, long, value_name = "FORMAT", default_value = "table", value_parser = one_of(&FORMATS))]
    output: OutputFormat,
}

const FORMATS: [OutputFormat; 5] = [
    OutputFormat::Table,
    OutputFormat::Json,
    OutputFormat::Yaml,
    OutputFormat::Csv,
    OutputFormat::Markdown,
];

/// Prints the matrix, and on stderr what was assumed and left out.
pub fn run(args: &StatusArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    let answer = status(&args.to_query(), &context.session)?;
    let stacked = Matrix::new(&answer.report, false);
    context.ui.write_answer(&render_status(&answer, &stacked, args, context))?;
    if args.output == OutputFormat::Table && args.apps.is_empty() {
        print_summary(&stacked, context);
    }
    context.ui.print_warnings(&answer.report.warnings);
    let differs = args.exit_code && stacked.differing_rows() > 0;
    Ok(if differs { ExitKind::Different } else { ExitKind::Done })
}

impl StatusArgs {
    fn to_query(&self) -> StatusQuery {
        StatusQuery {
            apps: self.apps.clone(),
            selection: SelectionQuery { apps: self.app.clone(), stages: self.stage.clone() },
            at: self.at.clone(),
            work_tree: self.worktree,
            no_since: self.no_since,
            reminders: self.output == OutputFormat::Table,
        }
    }
}

fn render_status(
    answer: &StatusAnswer,
    stacked: &Matrix,
    args: &StatusArgs,
    context: &CommandContext,
) -> String {
    let (style, report, now) = (&context.ui.out, &answer.report, answer.ages_at);
    if args.output == OutputFormat::Table && !args.apps.is_empty() {
        return ui::app_in_full(report, style, now);
    }
    if args.output == OutputFormat::Table && stacked.rows.is_empty() {
        return String::new();
    }
    if args.targets {
        ui::status_as(args.output, report, &Matrix::new(report, true), style, now)
    } else {
        ui::status_as(args.output, report, stacked, style, now)
    }
}

/// What the sign means, and how often it stands there.
fn print_summary(matrix: &Matrix, context: &CommandContext) {
    let (rows, differing) = (matrix.rows.len(), matrix.differing_rows());
    if differing > 0 {
        let sign = context.ui.err.difference_sign();
        context.ui.print_note(&format!(
            "{sign} differs from the stage before, in {differing} of {rows} rows"
        ));
    }
}
