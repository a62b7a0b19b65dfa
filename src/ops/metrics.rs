//! `metrics`: deployment frequency, lead time, failure rate and time to restore.

use crate::git::Repository;
use crate::history::{self, TimeWindow};
use crate::ops::deployments::DeploymentHistory;
use crate::ops::deployments::selection::{CellSelection, SelectionQuery, WindowQuery};
use crate::ops::error::Failure;
use crate::ops::session::Session;
use crate::ops::state::{RepositoryState, RevisionSelector};
use crate::report::{MetricsReport, to_timestamp};

/// How far back it is counted unless said.
const DAYS: i64 = 90;

const DAY: i64 = 24 * 60 * 60;

/// What is counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MetricsQuery {
    pub selection: SelectionQuery,
    /// The last 90 days unless given.
    pub window: WindowQuery,
    /// The number of seconds by which merges may overtake each other.
    pub tolerance: i64,
}

/// The figures, and what they were counted in.
pub struct MetricsAnswer {
    pub report: MetricsReport,
    pub repository: String,
    /// Nothing is missing in this clone.
    pub is_complete: bool,
}

/// Counts deployments. What clones lack and what was assumed goes to the session's notices.
///
/// # Errors
/// When the window is wrong, a name is unknown, or the clone lacks objects.
pub fn metrics(query: &MetricsQuery, session: &Session) -> Result<MetricsAnswer, Failure> {
    let repository = session.open_repository()?;
    let survey = RepositoryState::load(session, &repository, RevisionSelector::default())?;
    survey.note_assumption(session);
    let window = resolve_window(&query.window, session, &repository)?;
    let tolerance = query.tolerance;
    let mut chronicle = DeploymentHistory::load(session, &repository, &survey, tolerance)?;
    let comparison = chronicle.compare_stages(&survey.settings.config, tolerance);
    let choice = CellSelection::new(&[], &query.selection, session, &survey, &chronicle)?;
    let accepts = |cell: &crate::model::CellKey| choice.contains(cell);
    let metrics = history::compute_metrics(&chronicle.timeline, &comparison, window, &accepts);
    let (since, until) = (to_timestamp(window.since), to_timestamp(window.until));
    let report = MetricsReport { metrics, since, until, weeks: window.weeks(), tolerance };
    chronicle.tell_edge(session);
    let repository = session.repository_name(&repository);
    Ok(MetricsAnswer { report, repository, is_complete: chronicle.is_complete() })
}

fn resolve_window(
    window: &WindowQuery,
    session: &Session,
    repository: &Repository,
) -> Result<TimeWindow, Failure> {
    let (since, until) = window.resolve(session, repository)?;
    let until = until.unwrap_or_else(|| session.now().as_second());
    let since = since.unwrap_or(until - DAYS * DAY);
    if since >= until {
        let failure = Failure::usage("the period ends before it begins");
        return Err(failure.hint("--since must be earlier than --until (default: now)"));
    }
    Ok(TimeWindow { since, until })
}
