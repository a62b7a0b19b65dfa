//! `towpath status`: shows what runs where.

use super::complete;
use super::context::CommandContext;
use super::exit::ExitKind;
use super::live::live_source;
use super::value_parsers::{one_of, parse_interval};
use crate::ops::deployments::selection::SelectionQuery;
use crate::ops::error::Failure;
use crate::ops::status::{StatusAnswer, StatusOrder, StatusQuery, status, watch_status};
use crate::report::{Matrix, StatusReport};
use crate::ui::{self, AppDetail, MatrixForm, OutputFormat, TerminalStyle};
use clap::{Args, ValueEnum, ValueHint};
use clap_complete::engine::ArgValueCompleter;
use jiff::SignedDuration;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  towpath status                           show every app, stage by stage
  towpath status publisher                 show where each version of one app runs
  towpath status publisher --locations     show its files, lines and commits
  towpath status --differs --sort age      show what is not promoted yet, newest first
  towpath status --stage 'prod*' --targets show each cluster of the production stages
  towpath status --all                     list what is pinned but not shown, and why
  towpath status --at v1.2                 show the state at a Git tag
  towpath status --at '3 days ago'         show the state three days ago
  towpath status --output json | jq '.entries[] | select(.stage == \"prod\") | .tag'
  towpath status --live                    show what the clusters really run, too
  towpath status --wide                    show a column for each stage, in a pager
  towpath status --watch=30                show the state every 30 seconds
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
/// share one cell, and components of an app that agree share one row. If the stages do not fit side
/// by side, each line is a version of an app, newest first, with the stages that run it.
///
/// With APP, the command shows where each version of that app runs, since when and by whom. With
/// --locations, or if there is only one place, it shows everything: image, tag, digest, each file
/// and line, and the commit that brought the version.
///
/// The command reads Git objects of the deployed branch. Uncommitted changes do not affect the
/// answer, unless you pass --worktree.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct StatusArgs {
    /// Apps to show, or patterns such as `web-*`
    #[arg(value_name = "APP", add = ArgValueCompleter::new(complete::apps))]
    apps: Vec<String>,

    /// Only apps that match; `*` matches any text, `?` any character
    #[arg(long, value_name = "GLOB", value_delimiter = ',', add = ArgValueCompleter::new(complete::apps))]
    app: Vec<String>,

    /// Only stages that match
    #[arg(long, value_name = "GLOB", value_delimiter = ',', add = ArgValueCompleter::new(complete::stages))]
    stage: Vec<String>,

    /// Only apps that differ from the previous stage
    #[arg(long)]
    differs: bool,

    /// Order of the apps
    #[arg(
        long,
        value_name = "KEY",
        default_value = "app",
        value_enum,
        hide_possible_values = true
    )]
    #[arg(
        help = "Order of the apps: `app` (by name), `age` (newest first) or `stage` (by the last one)"
    )]
    sort: SortKey,

    /// Show the state at a revision or time, such as `v1.2`, `2026-05-05T10:00` or `3 days ago`
    ///
    /// Ages count from that time.
    #[arg(long, value_name = "REV|TIME", conflicts_with = "worktree")]
    at: Option<String>,

    /// Read the files on disk instead of a commit
    #[arg(long)]
    worktree: bool,

    /// Also list the versions that are not shown, with the reason
    ///
    /// These are versions in files that name no stage, or that no source of towpath.yaml reads, and
    /// values that only look like a version.
    #[arg(long, conflicts_with_all = ["apps", "watch"])]
    all: bool,

    /// Show a column for each target (cluster, region)
    #[arg(long)]
    targets: bool,

    /// With APP: show each place in full, with file, line and commit
    #[arg(long, requires = "apps")]
    locations: bool,

    /// Show a column for each stage, even if they are wider than the terminal
    #[arg(long)]
    wide: bool,

    /// Do not look up the age of each version
    #[arg(long)]
    no_since: bool,

    /// Also ask the witnesses of `live` in towpath.yaml what runs, or take it from a snapshot
    ///
    /// Ages then say since when that is so.
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true)]
    #[arg(value_hint = ValueHint::FilePath, conflicts_with_all = ["at", "worktree"])]
    live: Option<Option<PathBuf>>,

    /// Fetch and show the state again at intervals, until stopped
    #[arg(long, value_name = "DURATION", num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "10", value_parser = parse_interval)]
    #[arg(conflicts_with_all = ["at", "worktree"])]
    watch: Option<SignedDuration>,

    /// Exit with code 4 if stages differ
    #[arg(long, conflicts_with = "watch")]
    exit_code: bool,

    /// Output format
    #[arg(short, long, value_name = "FORMAT", default_value = "table", value_parser = one_of(&FORMATS))]
    output: OutputFormat,
}

/// Order of the apps in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum SortKey {
    App,
    Age,
    Stage,
}

const FORMATS: [OutputFormat; 8] = [
    OutputFormat::Table,
    OutputFormat::Wide,
    OutputFormat::Name,
    OutputFormat::Json,
    OutputFormat::Jsonl,
    OutputFormat::Yaml,
    OutputFormat::Csv,
    OutputFormat::Markdown,
];

/// Clears the screen, and puts the cursor at its start.
const CLEAR: &str = "\x1b[H\x1b[2J";

/// Prints the matrix, and a summary and warnings on stderr.
pub fn run(args: &StatusArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    args.check_format()?;
    let query = args.to_query(context);
    if let Some(every) = args.watch {
        let mut show = |answer: &StatusAnswer| {
            let rendered = render_answer(answer, args, context);
            let clear = if context.environment.stdout_is_terminal { CLEAR } else { "" };
            context.ui.write_part(&format!("{clear}{}", rendered.text))?;
            print_notes(answer, &rendered, args, context);
            Ok(())
        };
        watch_status(&query, every, &context.session, &mut show)?;
        return Ok(ExitKind::Done);
    }
    let answer = status(&query, &context.session)?;
    let rendered = render_answer(&answer, args, context);
    context.ui.page_answer(&rendered.text, args.is_wide())?;
    print_notes(&answer, &rendered, args, context);
    let differs = args.exit_code && Matrix::new(&answer.report, false).differing_rows() > 0;
    Ok(if differs { ExitKind::Different } else { ExitKind::Done })
}

impl StatusArgs {
    fn to_query(&self, context: &CommandContext) -> StatusQuery {
        StatusQuery {
            apps: self.apps.clone(),
            selection: SelectionQuery { apps: self.app.clone(), stages: self.stage.clone() },
            at: self.at.clone(),
            work_tree: self.worktree,
            no_since: self.no_since,
            differs: self.differs,
            all: self.all,
            live: self.live.as_ref().map(|file| live_source(file.as_deref(), context)),
            order: match self.sort {
                SortKey::App => StatusOrder::App,
                SortKey::Age => StatusOrder::Age,
                SortKey::Stage => StatusOrder::Stage,
            },
            reminders: self.is_for_people(),
        }
    }

    /// Refuses formats that have no place for versions that are not shown.
    fn check_format(&self) -> Result<(), Failure> {
        let fits = matches!(self.output, OutputFormat::Json | OutputFormat::Yaml);
        if self.all && !fits && !self.is_for_people() {
            return Err(Failure::usage("--all is shown as `table`, `wide`, `json` or `yaml`"));
        }
        Ok(())
    }

    /// True for formats that are shown with a summary and hints.
    fn is_for_people(&self) -> bool {
        matches!(self.output, OutputFormat::Table | OutputFormat::Wide)
    }

    fn is_wide(&self) -> bool {
        self.wide || self.output == OutputFormat::Wide
    }
}

/// The text of an answer, and what a person should know about it.
struct RenderedStatus {
    text: String,
    notes: Vec<String>,
}

fn render_answer(
    answer: &StatusAnswer,
    args: &StatusArgs,
    context: &CommandContext,
) -> RenderedStatus {
    let (report, now) = (&answer.report, answer.ages_at);
    let style = if args.is_wide() { context.ui.out.unlimited() } else { context.ui.out.clone() };
    if !args.is_for_people() {
        let layout = Matrix::new(report, args.targets);
        let text = ui::status_as(args.output, report, &layout, &style, now);
        return RenderedStatus { text, notes: Vec::new() };
    }
    let left_out = render_left_out(report, &style);
    if report.occupants.is_empty() {
        return RenderedStatus { text: left_out, notes: Vec::new() };
    }
    if !args.apps.is_empty() {
        return render_apps(answer, args, &style);
    }
    let mut matrix = Matrix::new(report, args.targets).fold_components();
    let empty = matrix.take_empty_columns();
    let (text, form) = ui::matrix(&matrix, &style, now);
    let mut notes: Vec<String> = live_notes(report, context);
    let (rows, differing) = (matrix.rows.len(), matrix.differing_rows());
    if differing > 0 {
        let sign = context.ui.err.difference_sign();
        notes
            .push(format!("{sign} differs from the previous stage, in {differing} of {rows} rows"));
    }
    if !empty.is_empty() {
        let names: Vec<&str> = empty.iter().map(|column| column.stage.as_str()).collect();
        notes.push(format!("no version in {}", names.join(", ")));
    }
    match form {
        MatrixForm::Columns => {}
        MatrixForm::WithoutAges => notes.push("ages do not fit; `--wide` shows them".into()),
        MatrixForm::Versions => notes.push(format!(
            "one line per version; `--wide` shows a column for each of the {} stages",
            matrix.columns.len()
        )),
    }
    let gap = if left_out.is_empty() { "" } else { "\n" };
    RenderedStatus { text: format!("{text}{gap}{left_out}"), notes }
}

/// The versions that are not shown, if they were asked for.
fn render_left_out(report: &StatusReport, style: &TerminalStyle) -> String {
    match report.left_out.as_deref() {
        Some(entries) if !entries.is_empty() => ui::left_out(entries, style),
        _ => String::new(),
    }
}

/// What the signs of the witnesses mean.
fn live_notes(report: &StatusReport, context: &CommandContext) -> Vec<String> {
    let cells = report.occupants.iter().filter_map(|occupant| occupant.live.as_ref());
    ui::live_legend(cells, &context.ui.err).into_iter().collect()
}

fn render_apps(answer: &StatusAnswer, args: &StatusArgs, style: &TerminalStyle) -> RenderedStatus {
    let report = &answer.report;
    let detail = if args.locations { AppDetail::Locations } else { AppDetail::Folded };
    let is_folded = report.occupants.windows(2).any(|pair| pair[0].name == pair[1].name);
    let notes = match detail {
        AppDetail::Folded if is_folded => {
            vec!["`--locations` shows the file, line and commit of each place".to_owned()]
        }
        _ => Vec::new(),
    };
    RenderedStatus { text: ui::apps(report, detail, style, answer.ages_at), notes }
}

fn print_notes(
    answer: &StatusAnswer,
    rendered: &RenderedStatus,
    args: &StatusArgs,
    context: &CommandContext,
) {
    if args.is_for_people() {
        rendered.notes.iter().for_each(|note| context.ui.print_note(note));
    }
    context.ui.print_warnings(&answer.report.warnings);
}
