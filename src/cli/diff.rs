//! `towpath diff`: compares two stages, times or revisions.

use super::complete;
use super::context::CommandContext;
use super::exit::ExitKind;
use super::value_parsers::{REPORT_FORMATS, one_of};
use crate::history::AheadSide;
use crate::ops::diff::{DiffAnswer, DiffQuery, diff};
use crate::ops::error::Failure;
use crate::report::DiffReport;
use crate::report::json::DiffJson;
use crate::ui::{self, OutputFormat};
use clap::Args;
use clap_complete::engine::ArgValueCompleter;

const EXAMPLES: &str = "\
Examples:
  towpath diff staging prod                     show what a promotion to prod would change
  towpath diff prod@yesterday prod              show what changed in prod since yesterday
  towpath diff prod@'last monday' prod@v1.2
  towpath diff v1.1 v1.2                        compare two revisions, stage by stage
  towpath diff staging prod web --changes       list the commits between both
  towpath diff staging prod --exit-code -q      check whether prod is up to date

Exit codes:
  0  done
  1  failed
  2  wrong usage or configuration
  4  the two sides differ (only with --exit-code)";

/// Compare two stages, times or revisions
///
/// A and B are each a stage (`prod`), a stage at a time or revision (`prod@2026-08-01`,
/// `prod@v1.2`), or a time or revision alone, which means all stages. For every app that differs,
/// the output says which side is ahead and by how many deployments, as far as the history shows.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct DiffArgs {
    /// Stage, stage at a time or revision, or time or revision
    #[arg(value_name = "A", add = ArgValueCompleter::new(complete::stages))]
    left: String,

    /// Side to compare A with, written the same way
    #[arg(value_name = "B", add = ArgValueCompleter::new(complete::stages))]
    right: String,

    /// Only these apps, by name or pattern: `*` matches any text, `?` any character
    #[arg(value_name = "APP", conflicts_with = "app", add = ArgValueCompleter::new(complete::apps))]
    apps: Vec<String>,

    /// Only apps that match; `*` matches any text, `?` any character
    #[arg(long, value_name = "GLOB", value_delimiter = ',', add = ArgValueCompleter::new(complete::apps))]
    app: Vec<String>,

    /// List the commits of the apps' sources between both sides
    #[arg(long)]
    changes: bool,

    /// Exit with code 4 if the two sides differ
    #[arg(long)]
    exit_code: bool,

    /// Output format
    #[arg(short, long, value_name = "FORMAT", default_value = "table", value_parser = one_of(&REPORT_FORMATS))]
    output: OutputFormat,
}

/// Prints the differences, and their number on stderr.
pub fn run(args: &DiffArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    let (left, right) = (args.left.clone(), args.right.clone());
    check_changes_format(args.changes, args.output)?;
    let (apps, changes) = ([args.apps.clone(), args.app.clone()].concat(), args.changes);
    let answer = diff(&DiffQuery { left, right, apps, changes }, &context.session)?;
    let report = &answer.report;
    let text = match args.output {
        OutputFormat::Csv => ui::diff_csv(report),
        OutputFormat::Markdown => ui::diff_markdown(report),
        format => {
            let data = DiffJson::new(report, answer.repository.clone());
            ui::render_data(format, &data, "differences")
                .unwrap_or_else(|| ui::diff(report, &context.ui.style_for(format)))
        }
    };
    let is_table = matches!(args.output, OutputFormat::Table | OutputFormat::Wide);
    context.ui.page_answer(&text, args.output == OutputFormat::Wide)?;
    if is_table {
        context.ui.print_note(&summary_sentence(&answer));
    }
    context.ui.print_warnings(&report.warnings);
    let differs = args.exit_code && !report.differences.is_empty();
    Ok(if differs { ExitKind::Different } else { ExitKind::Done })
}

/// Refuses `--changes` with a format of one line for each answer.
pub fn check_changes_format(changes: bool, format: OutputFormat) -> Result<(), Failure> {
    if !(changes && matches!(format, OutputFormat::Csv | OutputFormat::Markdown)) {
        return Ok(());
    }
    let message = "CSV and Markdown have no place for the commits of --changes";
    Err(Failure::usage(message).hint("`--output json` has them"))
}

fn summary_sentence(answer: &DiffAnswer) -> String {
    let diff = &answer.report;
    let (left, right) = (&diff.left.text, &diff.right.text);
    let (differing, compared) = (diff.differences.len(), diff.compared);
    if differing == 0 {
        let apps = if compared == 1 { "app" } else { "apps" };
        return format!("{left} and {right} do not differ in {compared} {apps}");
    }
    let promotion = if answer.is_promotion { promotion_text(diff) } else { String::new() };
    format!("{differing} of {compared} differ{promotion}")
}

/// Counts the apps that a promotion would move forward or back in the stage on the right.
fn promotion_text(diff: &DiffReport) -> String {
    let count = |ahead: fn(&AheadSide) -> bool| {
        diff.differences.iter().filter(|difference| ahead(&difference.ahead)).count()
    };
    let forward = count(|ahead| matches!(ahead, AheadSide::Left(_)));
    let back = match count(|ahead| matches!(ahead, AheadSide::Right(_))) {
        0 => String::new(),
        back => format!(" and {back} back"),
    };
    format!("; a promotion to {} would move {forward} forward{back}", diff.right.text)
}
