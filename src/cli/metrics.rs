//! `towpath metrics`: deployment frequency, lead time, failure rate and time to restore.

use super::context::CommandContext;
use super::exit::ExitKind;
use super::selection_args::{SelectionArgs, WindowArgs};
use super::value_parsers::{one_of, parse_duration};
use crate::model::format_duration;
use crate::ops::error::Failure;
use crate::ops::metrics::{MetricsQuery, metrics};
use crate::report::MetricsReport;
use crate::report::json::MetricsJson;
use crate::ui::{self, OutputFormat};
use clap::Args;
use jiff::SignedDuration;

const EXAMPLES: &str = "\
Examples:
  towpath metrics                              the last 90 days
  towpath metrics --since 2026-01-01 --stage prod
  towpath metrics --since 1970-01-01           from the beginning
  towpath metrics --app 'pay*' --output markdown
  towpath metrics --output json | jq '.stages[] | {stage, deployments_per_week}'

Exit codes:
  0  the answer was given
  1  it could not be read
  2  wrong usage or configuration";

/// Show how often is deployed, how long it takes, how often it fails, and for how long.
///
/// The four DORA figures, per app and stage and over all: deployments (commits that changed what
/// runs; twins in one commit count once), lead time (from the landing in the stage before to the
/// landing here), change failure rate (rollbacks, against all other deployments) and time to restore
/// (from the landing of what was rolled back to the rollback). Below, from stage to stage: how many
/// changes had been in the stage before.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct MetricsArgs {
    #[command(flatten)]
    choice: SelectionArgs,

    #[command(flatten)]
    window: WindowArgs,

    /// A version may come to the stage before this much later: merges overtake each other
    #[arg(long, value_name = "TIME", default_value = "10m", value_parser = parse_duration)]
    tolerance: SignedDuration,

    /// How the answer is written
    #[arg(short, long, value_name = "FORMAT", default_value = "table", value_parser = one_of(&FORMATS))]
    output: OutputFormat,
}

const FORMATS: [OutputFormat; 4] =
    [OutputFormat::Table, OutputFormat::Json, OutputFormat::Csv, OutputFormat::Markdown];

/// Prints the figures, and on stderr what was counted.
pub fn run(args: &MetricsArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    let query = MetricsQuery {
        selection: args.choice.to_query(),
        window: args.window.to_query(),
        tolerance: args.tolerance.as_secs(),
    };
    let answer = metrics(&query, &context.session)?;
    let report = &answer.report;
    let text = match args.output {
        OutputFormat::Json => {
            ui::to_json(&MetricsJson::new(report, answer.repository, answer.is_complete))
        }
        OutputFormat::Csv => ui::metrics_csv(report),
        OutputFormat::Markdown => ui::metrics_markdown(report),
        _ if report.metrics.overall.deployments == 0 => String::new(),
        _ => ui::metrics(report, &context.ui.out),
    };
    context.ui.write_answer(&text)?;
    print_summary(report, context);
    Ok(ExitKind::Done)
}

/// What was counted, and the rules that were applied.
fn print_summary(measured: &MetricsReport, context: &CommandContext) {
    let day = |time: jiff::Timestamp| time.to_zoned(jiff::tz::TimeZone::UTC).date();
    let (since, until) = (day(measured.since), day(measured.until));
    if measured.metrics.overall.deployments == 0 {
        return context.ui.print_note(&format!("nothing was deployed from {since} to {until}"));
    }
    let tolerance = format_duration(measured.tolerance);
    context.ui.print_note(&format!(
        "from {since} to {until}; what came to the stage before up to {tolerance} later was only overtaken (--tolerance)"
    ));
    for pair in measured.metrics.pairs.iter().filter(|pair| !pair.comparable) {
        context.ui.print_caution(&ui::describe_incomparable(pair));
    }
}
