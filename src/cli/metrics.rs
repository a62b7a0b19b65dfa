//! `towpath metrics`: shows deployment frequency, lead time, failure rate and time to restore.

use super::context::CommandContext;
use super::exit::ExitKind;
use super::live::live_source;
use super::selection_args::{AppSelectionArgs, WindowArgs};
use super::value_parsers::{REPORT_FORMATS, one_of, parse_duration};
use crate::model::format_duration;
use crate::ops::error::Failure;
use crate::ops::metrics::{MetricsQuery, metrics};
use crate::report::MetricsReport;
use crate::report::json::MetricsJson;
use crate::ui::{self, OutputFormat};
use clap::{Args, ValueHint};
use jiff::SignedDuration;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  towpath metrics                              measure the last 90 days
  towpath metrics --since 2026-01-01 --stage prod
  towpath metrics --since 1970-01-01           measure the whole history
  towpath metrics 'pay*' --output markdown
  towpath metrics --output json | jq '.stages[] | {stage, deployments_per_week}'

Exit codes:
  0  done
  1  failed
  2  wrong usage or configuration";

/// Show deployment frequency, lead time, failure rate and time to restore (DORA)
///
/// Computes the four DORA figures per app and stage, and overall. Deployments are commits that
/// changed what runs; several images or targets of an app in one commit count once. Lead time runs
/// from the landing in the previous stage to the landing in this one. Change failure rate compares
/// rollbacks with all other deployments. Time to restore runs from the landing of a version that
/// was rolled back to the rollback.
///
/// Below the figures, the command shows for each pair of stages how many versions had been in the
/// previous stage.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct MetricsArgs {
    #[command(flatten)]
    choice: AppSelectionArgs,

    #[command(flatten)]
    window: WindowArgs,

    /// How much later a version may reach the previous stage, as merges can overtake each other
    #[arg(long, value_name = "DURATION", default_value = "10m", value_parser = parse_duration)]
    tolerance: SignedDuration,

    /// Also tell how long it takes until a version runs, as far as the witnesses of `live` know
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true)]
    #[arg(value_hint = ValueHint::FilePath)]
    live: Option<Option<PathBuf>>,

    /// Output format
    #[arg(short, long, value_name = "FORMAT", default_value = "table", value_parser = one_of(&REPORT_FORMATS))]
    output: OutputFormat,
}

/// Prints the figures, and the period and rules on stderr.
pub fn run(args: &MetricsArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    let query = MetricsQuery {
        selection: args.choice.to_query(),
        window: args.window.to_query(),
        tolerance: args.tolerance.as_secs(),
        live: args.live.as_ref().map(|file| live_source(file.as_deref(), context)),
    };
    let answer = metrics(&query, &context.session)?;
    let report = &answer.report;
    let text = match args.output {
        OutputFormat::Csv => ui::metrics_csv(report),
        OutputFormat::Markdown => ui::metrics_markdown(report),
        format => {
            let data = MetricsJson::new(report, answer.repository, answer.is_complete);
            ui::render_data(format, &data, "").unwrap_or_else(|| {
                match report.metrics.overall.deployments {
                    0 => String::new(),
                    _ => ui::metrics(report, &context.ui.style_for(format)),
                }
            })
        }
    };
    context.ui.page_answer(&text, args.output == OutputFormat::Wide)?;
    print_summary(report, answer.last, context);
    Ok(ExitKind::Done)
}

/// Prints the period that was measured, the tolerance, and the incomparable stages.
fn print_summary(
    measured: &MetricsReport,
    last: Option<jiff::Timestamp>,
    context: &CommandContext,
) {
    let day = |time: jiff::Timestamp| time.to_zoned(jiff::tz::TimeZone::UTC).date();
    let (since, until) = (day(measured.since), day(measured.until));
    if measured.metrics.overall.deployments == 0 {
        context.ui.print_note(&format!("nothing was deployed from {since} to {until}"));
        match last {
            Some(last) => context.ui.print_hint(&format!(
                "the last deployment before was on {}; `towpath metrics --since {}` shows the \
                 90 days before it",
                day(last),
                day(last - jiff::SignedDuration::from_hours(90 * 24)),
            )),
            None => context.ui.print_note("nothing was deployed before, either"),
        }
        return;
    }
    let tolerance = format_duration(measured.tolerance);
    context.ui.print_note(&format!(
        "from {since} to {until}; a version may reach the previous stage up to {tolerance} later \
         (--tolerance)"
    ));
    for pair in measured.metrics.pairs.iter().filter(|pair| !pair.comparable) {
        context.ui.print_caution(&ui::describe_incomparable(pair));
    }
}
