//! `towpath status`: shows what runs where.

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
  towpath status                           show every app, stage by stage
  towpath status publisher                 show one app in full
  towpath status --stage 'prod*' --targets show each cluster of the production stages
  towpath status --at v1.2                 show the state at a Git tag
  towpath status --at '3 days ago'         show the state three days ago
  towpath status --output json | jq '.entries[] | select(.stage == \"prod\") | .tag'
  towpath status --exit-code --quiet       check whether everything is promoted

Exit codes:
  0  done
  1  failed
  2  wrong usage or configuration
  4  stages differ (only with --exit-code)";

/// Show which version of each app runs in which stage
///
/// Rows are apps. Columns are stages, in pipeline order. A mark shows a version that differs from
/// the previous stage. If all targets of a stage (clusters, regions) run the same version, they
/// share one cell. With APP, the command shows everything about that app: image, tag, digest, each
/// file and line, and the commit that brought the version.
///
/// The command reads Git objects of the deployed branch. Uncommitted changes do not affect the
/// answer, unless you pass --worktree.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct StatusArgs {
    /// Apps to show in full
    #[arg(value_name = "APP", add = ArgValueCompleter::new(complete::apps))]
    apps: Vec<String>,

    /// Only apps that match; `*` matches any text, `?` any character
    #[arg(long, value_name = "GLOB", value_delimiter = ',', add = ArgValueCompleter::new(complete::apps))]
    app: Vec<String>,

    /// Only stages that match
    #[arg(long, value_name = "GLOB", value_delimiter = ',', add = ArgValueCompleter::new(complete::stages))]
    stage: Vec<String>,

    /// Show the state at a revision or time, such as `v1.2`, `2026-05-05T10:00` or `3 days ago`
    ///
    /// Ages count from that time.
    #[arg(long, value_name = "REV|TIME", conflicts_with = "worktree")]
    at: Option<String>,

    /// Read the files on disk instead of a commit
    #[arg(long)]
    worktree: bool,

    /// Show a column for each target (cluster, region)
    #[arg(long)]
    targets: bool,

    /// Do not look up the age of each version
    #[arg(long)]
    no_since: bool,

    /// Exit with code 4 if stages differ
    #[arg(long)]
    exit_code: bool,

    /// Output format
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

/// Prints the matrix, and a summary and warnings on stderr.
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

/// Prints the meaning of the mark and the number of rows with it.
fn print_summary(matrix: &Matrix, context: &CommandContext) {
    let (rows, differing) = (matrix.rows.len(), matrix.differing_rows());
    if differing > 0 {
        let sign = context.ui.err.difference_sign();
        context.ui.print_note(&format!(
            "{sign} differs from the previous stage, in {differing} of {rows} rows"
        ));
    }
}
