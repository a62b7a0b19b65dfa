//! `towpath history`: what was deployed when, by whom.

use super::choice::{self, CellSelection};
use super::chronicle::DeploymentHistory;
use super::completion_cache::{self, CompletionNames};
use super::context::CommandContext;
use super::failure::{ExitKind, Failure};
use super::recent::RecentQuery;
use super::survey::{RepositoryState, RevisionSelector};
use super::wish::{DeploymentFilter, VersionFilter};
use super::{args, complete, follow, output};
use crate::git::Repository;
use crate::history::DeploymentKind;
use crate::model::CellKey;
use crate::report::DeploymentReport;
use crate::report::json::HistoryJson;
use crate::ui::{HistoryPrinter, OutputFormat, TimeFormat};
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap_complete::engine::ArgValueCompleter;
use jiff::SignedDuration;
use std::cell::RefCell;

const EXAMPLES: &str = "\
Examples:
  towpath history                               the newest deployments, of all apps
  towpath history publisher --stage prod -n 5   the last five of one app in one stage
  towpath history --since '2 hours ago'         what changed before the alarm?
  towpath history --since 2026-08-01 --until 2026-09-01 --kind rollback,skip
  towpath history --author alice --output csv > alice.csv
  towpath history --output jsonl | jq -r 'select(.lead_seconds > 86400) | .app'
  towpath history --follow                      new deployments, as they land

Exit codes:
  0  the answer was given
  1  it could not be read
  2  wrong usage or configuration";

/// The deployments a terminal is given unless it asks for more.
const ON_A_TERMINAL: usize = 50;

/// Show what was deployed when, where, and by whom.
///
/// Read from the first-parent history of the deployed branch, newest first: a deployment is a
/// mainline commit that changed which version a stage runs, at the time it landed there. Kinds:
/// deploy (a first stage), promote (a stage before has the version), rollback (back to an older
/// version of the same place), skip (a stage before has the app, but never had the version), add,
/// remove, image (only the image's name changed).
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct HistoryArgs {
    /// Only these apps
    #[arg(value_name = "APP", add = ArgValueCompleter::new(complete::apps))]
    apps: Vec<String>,

    #[command(flatten)]
    choice: choice::SelectionArgs,

    #[command(flatten)]
    window: choice::WindowArgs,

    /// Only by people whose name or address contains this
    #[arg(long, value_name = "TEXT")]
    author: Option<String>,

    /// Only of this version: a tag, a digest, the beginning of a commit id, or a pattern with `*`
    #[arg(long, value_name = "VERSION")]
    version: Option<String>,

    /// Only of these kinds
    #[arg(long, value_name = "KIND", value_delimiter = ',', value_parser = kind())]
    kind: Vec<DeploymentKind>,

    /// Only so many, the newest; 0 for all [default: 50 on a terminal, else all]
    #[arg(short = 'n', long = "limit", value_name = "COUNT")]
    limit: Option<usize>,

    /// Give dates and times (in UTC) instead of ages
    #[arg(long)]
    exact: bool,

    /// Go on with new deployments as they land, until stopped
    #[arg(short, long)]
    follow: bool,

    /// With --follow: look so often, such as `1m`
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = args::parse_duration, hide_short_help = true)]
    every: SignedDuration,

    /// How the answer is written
    #[arg(short, long, value_name = "FORMAT", default_value = "table", value_parser = output::one_of(&FORMATS))]
    output: OutputFormat,
}

const FORMATS: [OutputFormat; 5] = [
    OutputFormat::Table,
    OutputFormat::Json,
    OutputFormat::Jsonl,
    OutputFormat::Csv,
    OutputFormat::Markdown,
];

/// Deployments are looked up and printed so many at a time; the first page is short, so that
/// something is seen at once.
const PAGES: [usize; 2] = [40, 400];

fn kind() -> impl TypedValueParser<Value = DeploymentKind> {
    PossibleValuesParser::new(DeploymentKind::ALL.map(DeploymentKind::as_str)).map(|typed| {
        let found = DeploymentKind::ALL.into_iter().find(|kind| kind.as_str() == typed);
        found.expect("the parser takes no other words")
    })
}

/// Answers page by page, and says on stderr what was assumed and left out.
pub fn run(args: &HistoryArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    if args.follow && args.output == OutputFormat::Json {
        let failure = Failure::usage("--follow never ends, and a JSON document does");
        return Err(failure.hint("`--output jsonl` gives one object a line"));
    }
    let watching = if args.follow { Some(follow::fetching_context(context)?) } else { None };
    let context = watching.as_ref().unwrap_or(context);
    let repository = context.open_repository()?;
    let survey = RepositoryState::load(context, &repository, RevisionSelector::default())?;
    survey.print_assumption(context);
    completion_cache::store_names(
        context,
        &repository,
        &CompletionNames::from_mapping(&survey.mapping),
    );
    let chronicle = match load_newest(args, context, &repository, &survey)? {
        Some(part) => part,
        None => DeploymentHistory::load(context, &repository, &survey, choice::TOLERANCE)?,
    };
    let times = if args.exact { TimeFormat::Exact } else { TimeFormat::Ago };
    let scroll = RefCell::new(HistoryPrinter::new(args.output, times, &context.ui.out));
    let question = HistoryPrintRequest { args, context, repository: &repository, scroll: &scroll };
    question.print_history(&survey, &chronicle)?;
    if !args.follow {
        return Ok(ExitKind::Done);
    }
    follow::run(&chronicle, args.every, context, &|survey, chronicle, news| {
        question.go_on(survey, chronicle, news)
    })
}

/// The newest part of the past, where that is enough to answer.
fn load_newest<'r>(
    args: &HistoryArgs,
    context: &CommandContext,
    repository: &'r Repository,
    survey: &RepositoryState,
) -> Result<Option<DeploymentHistory<'r>>, Failure> {
    let narrowed =
        args.window.since.is_some() || args.window.until.is_some() || args.author.is_some();
    let whole = narrowed || args.follow || args.version.is_some() || !args.kind.is_empty();
    let Some(count) = args.limit.filter(|limit| *limit > 0 && !whole) else { return Ok(None) };
    let config = &survey.settings.config;
    let is_meant = |slot: &CellKey| args.choice.seems_to_mean(&args.apps, slot, config);
    RecentQuery { count, is_meant: &is_meant }.load_history(context, repository, survey)
}

/// What is asked, and how the answer is printed.
struct HistoryPrintRequest<'a> {
    args: &'a HistoryArgs,
    context: &'a CommandContext,
    repository: &'a Repository,
    scroll: &'a RefCell<HistoryPrinter>,
}

impl HistoryPrintRequest<'_> {
    fn print_history(
        &self,
        survey: &RepositoryState,
        chronicle: &DeploymentHistory<'_>,
    ) -> Result<(), Failure> {
        let filter = self.build_filter(survey, chronicle)?;
        let ui = &self.context.ui;
        ui.write_part(&self.scroll.borrow().render_start(&self.json_head(survey, chronicle)))?;
        let limit = self.limit();
        let mut changes =
            filter.deployment_reports(chronicle, chronicle.timeline.deployments()).peekable();
        let mut room = limit;
        let mut pages = PAGES.into_iter().chain(std::iter::repeat(PAGES[PAGES.len() - 1]));
        while room > 0 && changes.peek().is_some() {
            let page: Vec<DeploymentReport> = changes
                .by_ref()
                .take(pages.next().unwrap_or(1).min(room))
                .collect::<Result<_, _>>()?;
            room -= page.len();
            ui.write_part(&self.scroll.borrow_mut().render_page(&page, self.context.now()))?;
        }
        ui.write_part(self.scroll.borrow().render_end())?;
        let more = changes.peek().is_some();
        if more && self.args.limit.is_none() {
            ui.print_note(&format!("the newest {limit}; `-n 0` shows all"));
        } else if room == limit {
            ui.print_note("no deployment fits");
        }
        if !more {
            chronicle.tell_edge(self.context);
        }
        Ok(())
    }

    /// Prints the newest deployments, oldest first, as they came.
    fn go_on(
        &self,
        survey: &RepositoryState,
        chronicle: &DeploymentHistory<'_>,
        news: usize,
    ) -> Result<(), Failure> {
        let filter = self.build_filter(survey, chronicle)?;
        let newest = chronicle.timeline.deployments().take(news).collect::<Vec<_>>();
        let changes: Vec<DeploymentReport> = filter
            .deployment_reports(chronicle, newest.into_iter().rev())
            .collect::<Result<_, _>>()?;
        Ok(self
            .context
            .ui
            .write_part(&self.scroll.borrow_mut().render_page(&changes, self.context.now()))?)
    }

    fn build_filter(
        &self,
        survey: &RepositoryState,
        chronicle: &DeploymentHistory<'_>,
    ) -> Result<DeploymentFilter<'_>, Failure> {
        let args = self.args;
        let moment = |text: &Option<String>| {
            text.as_ref()
                .map(|text| choice::resolve_seconds(text, self.context, self.repository))
                .transpose()
        };
        Ok(DeploymentFilter {
            choice: CellSelection::new(&args.apps, &args.choice, self.context, survey, chronicle)?,
            since: moment(&args.window.since)?,
            until: moment(&args.window.until)?,
            kinds: &args.kind,
            version: args
                .version
                .as_ref()
                .map(|text| VersionFilter::new(text, &chronicle.timeline)),
            author: args.author.as_ref().map(|author| author.to_lowercase()),
        })
    }

    fn limit(&self) -> usize {
        let environment = &self.context.environment;
        let scrolls_away =
            self.args.output == OutputFormat::Table && environment.stdout_is_terminal;
        match self.args.limit {
            Some(0) => usize::MAX,
            Some(limit) => limit,
            None if scrolls_away => ON_A_TERMINAL,
            None => usize::MAX,
        }
    }

    fn json_head(
        &self,
        survey: &RepositoryState,
        chronicle: &DeploymentHistory<'_>,
    ) -> HistoryJson {
        HistoryJson {
            schema: "towpath.history/1",
            repository: self.context.shown_repository(self.repository),
            branch: survey.branch.clone(),
            revision: survey.commit.map(|commit| commit.to_string()),
            complete: chronicle.is_complete(),
            deployments: Vec::new(),
        }
    }
}
