//! `towpath metrics`: the four DORA figures, from the repository alone.

use super::choice::{self, CellSelection};
use super::chronicle::DeploymentHistory;
use super::context::CommandContext;
use super::failure::{ExitKind, Failure};
use super::survey::{RepositoryState, RevisionSelector};
use super::{args, output};
use crate::git::Repository;
use crate::history::{self, TimeWindow};
use crate::report::json::MetricsJson;
use crate::report::{MetricsReport, to_timestamp};
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
    choice: choice::SelectionArgs,

    #[command(flatten)]
    window: choice::WindowArgs,

    /// A version may come to the stage before this much later: merges overtake each other
    #[arg(long, value_name = "TIME", default_value = "10m", value_parser = args::parse_duration)]
    tolerance: SignedDuration,

    /// How the answer is written
    #[arg(short, long, value_name = "FORMAT", default_value = "table", value_parser = output::one_of(&FORMATS))]
    output: OutputFormat,
}

const FORMATS: [OutputFormat; 4] =
    [OutputFormat::Table, OutputFormat::Json, OutputFormat::Csv, OutputFormat::Markdown];

/// How far back it is counted unless said.
const DAYS: i64 = 90;
const DAY: i64 = 24 * 60 * 60;

/// Answers, and says on stderr how it was counted.
pub fn run(args: &MetricsArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    let repository = context.open_repository()?;
    let survey = RepositoryState::load(context, &repository, RevisionSelector::default())?;
    survey.print_assumption(context);
    let window = resolve_window(args, context, &repository)?;
    let tolerance = args.tolerance.as_secs();
    let mut chronicle = DeploymentHistory::load(context, &repository, &survey, tolerance)?;
    let comparison = chronicle.compare_stages(&survey.settings.config, tolerance);
    let choice = CellSelection::new(&[], &args.choice, context, &survey, &chronicle)?;
    let metrics = history::compute_metrics(&chronicle.timeline, &comparison, window, &|slot| {
        choice.contains(slot)
    });
    let (since, until) = (to_timestamp(window.since), to_timestamp(window.until));
    let measured = MetricsReport { metrics, since, until, weeks: window.weeks(), tolerance };
    let complete = chronicle.is_complete();
    let text = match args.output {
        OutputFormat::Json => ui::to_json(&MetricsJson::new(
            &measured,
            context.shown_repository(&repository),
            complete,
        )),
        OutputFormat::Csv => ui::metrics_csv(&measured),
        OutputFormat::Markdown => ui::metrics_markdown(&measured),
        _ if measured.metrics.overall.deployments == 0 => String::new(),
        _ => ui::metrics(&measured, &context.ui.out),
    };
    context.ui.write_answer(&text)?;
    print_summary(&measured, context);
    chronicle.tell_edge(context);
    Ok(ExitKind::Done)
}

fn resolve_window(
    args: &MetricsArgs,
    context: &CommandContext,
    repository: &Repository,
) -> Result<TimeWindow, Failure> {
    let moment = |text: &Option<String>| {
        text.as_ref().map(|text| choice::resolve_seconds(text, context, repository)).transpose()
    };
    let now = context.now().as_second();
    let until = moment(&args.window.until)?.unwrap_or(now);
    let since = moment(&args.window.since)?.unwrap_or(until - DAYS * DAY);
    if since >= until {
        let failure = Failure::usage("the time to count in ends before it begins");
        return Err(
            failure.hint("--since has to be earlier than --until, which is now unless said")
        );
    }
    Ok(TimeWindow { since, until })
}

/// What was counted, and the rules that were applied.
fn print_summary(measured: &MetricsReport, context: &CommandContext) {
    let day = |time: jiff::Timestamp| time.to_zoned(jiff::tz::TimeZone::UTC).date();
    let (since, until) = (day(measured.since), day(measured.until));
    if measured.metrics.overall.deployments == 0 {
        return context.ui.print_note(&format!("nothing was deployed from {since} to {until}"));
    }
    let tolerance = ui::format_duration(measured.tolerance);
    context.ui.print_note(&format!(
        "from {since} to {until}; what came to the stage before up to {tolerance} later was only overtaken (--tolerance)"
    ));
    for pair in measured.metrics.pairs.iter().filter(|pair| !pair.comparable) {
        context.ui.print_caution(&ui::describe_incomparable(pair));
    }
}
