//! `towpath history`: lists what was deployed when, where, and by whom.

use super::complete;
use super::context::CommandContext;
use super::diff::check_changes_format;
use super::exit::ExitKind;
use super::live::live_source;
use super::selection_args::{DeploymentFilterArgs, SelectionArgs, WindowArgs};
use super::value_parsers::{REPORT_FORMATS, one_of, parse_duration};
use crate::ops::error::Failure;
use crate::ops::history::{HistoryPart, HistoryQuery, follow_history, read_history};
use crate::ui::{AnswerWriter, HistoryPrinter, OutputFormat, TimeFormat};
use clap::{Args, ValueHint};
use clap_complete::engine::ArgValueCompleter;
use jiff::SignedDuration;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  towpath history                               list the newest deployments of all apps
  towpath history publisher --stage prod -n 5   list the last five of one app in one stage
  towpath history --since '2 hours ago'         show what changed before the alarm
  towpath history --since 2026-08-01 --until 2026-09-01 --kind rollback,skip
  towpath history --author alice --output csv > alice.csv
  towpath history --output jsonl | jq -r 'select(.lead_seconds > 86400) | .app'
  towpath history --follow                      print new deployments as they land

Exit codes:
  0  done
  1  failed
  2  wrong usage or configuration";

/// The default number of deployments on a terminal.
const ON_A_TERMINAL: usize = 50;

/// Show what was deployed when, where, and by whom
///
/// Lists deployments, newest first. A deployment is a commit in the first-parent history of the
/// deployed branch that changed which version a stage runs, at the time it landed there.
///
/// Kinds: deploy (to a first stage), promote (the previous stage has or had the version), rollback
/// (back to an older version in the same stage), skip (the previous stage never had the version),
/// add, remove, image (only the name of the image changed).
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct HistoryArgs {
    /// Only these apps, by name or pattern: `*` matches any text, `?` any character
    #[arg(value_name = "APP", add = ArgValueCompleter::new(complete::apps))]
    apps: Vec<String>,

    #[command(flatten)]
    choice: SelectionArgs,

    #[command(flatten)]
    window: WindowArgs,

    #[command(flatten)]
    filter: DeploymentFilterArgs,

    /// Number of deployments to show, newest first; 0 for all [default: 50 on a terminal, else all]
    #[arg(short = 'n', long = "limit", value_name = "COUNT")]
    limit: Option<usize>,

    /// List the commits of the app's sources that each deployment brought
    #[arg(long, conflicts_with = "follow")]
    changes: bool,

    /// Also tell when each deployment was applied, as far as the witnesses of `live` know
    ///
    /// Argo CD keeps its last ten. A snapshot in a file may be named instead.
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true)]
    #[arg(value_hint = ValueHint::FilePath, conflicts_with = "follow")]
    live: Option<Option<PathBuf>>,

    /// Show dates and times (UTC) instead of ages
    #[arg(long)]
    exact: bool,

    /// Keep printing new deployments as they land, until stopped
    #[arg(short, long)]
    follow: bool,

    /// With --follow: interval between checks
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = parse_duration, hide_short_help = true)]
    every: SignedDuration,

    /// Output format
    #[arg(short, long, value_name = "FORMAT", default_value = "table", value_parser = one_of(&REPORT_FORMATS))]
    output: OutputFormat,
}

/// Prints the deployments page by page.
pub fn run(args: &HistoryArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    if args.follow && matches!(args.output, OutputFormat::Json | OutputFormat::Yaml) {
        let failure = Failure::usage("--follow never ends, so it cannot print one document");
        return Err(failure.hint("`--output jsonl` prints one object per line"));
    }
    check_changes_format(args.changes, args.output)?;
    let query = args.to_query(context);
    let times = if args.exact { TimeFormat::Exact } else { TimeFormat::Ago };
    let style = context.ui.style_for(args.output);
    let mut printer =
        HistoryPrinter::new(args.output, times, &style).with_live(args.live.is_some());
    // The pager starts with the first text, so that progress is drawn before.
    let mut writer: Option<AnswerWriter> = None;
    let is_wide = args.output == OutputFormat::Wide;
    let mut print = |part: HistoryPart<'_>| {
        let text = match part {
            HistoryPart::Head(head) => printer.render_start(&head.to_json()),
            HistoryPart::Page(page, now) => printer.render_page(page, now),
            HistoryPart::End => printer.render_end(),
        };
        if args.follow || text.is_empty() {
            return Ok(context.ui.write_part(&text)?);
        }
        Ok(writer.get_or_insert_with(|| context.ui.open_answer(is_wide)).write_part(&text)?)
    };
    if args.follow {
        follow_history(&query, args.every, &context.session, &mut print)?;
    } else {
        read_history(&query, &context.session, &mut print)?;
    }
    Ok(ExitKind::Done)
}

impl HistoryArgs {
    fn to_query(&self, context: &CommandContext) -> HistoryQuery {
        let is_table = matches!(self.output, OutputFormat::Table | OutputFormat::Wide);
        let scrolls_away = is_table && context.environment.stdout_is_terminal;
        let query = HistoryQuery {
            apps: self.apps.clone(),
            selection: self.choice.to_query(),
            window: self.window.to_query(),
            limit: self.limit,
            changes: self.changes,
            live: self.live.as_ref().map(|file| live_source(file.as_deref(), context)),
            default_limit: scrolls_away.then_some(ON_A_TERMINAL),
            ..HistoryQuery::default()
        };
        self.filter.add_to(query)
    }
}
