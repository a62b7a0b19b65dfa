//! `metrics`: computes deployment frequency, lead time, failure rate and time to restore.

use crate::git::{Oid, Repository};
use crate::history::{self, Deployment, Metrics, TimeWindow};
use crate::model::{AppName, CellKey, StageName};
use crate::ops::deployments::DeploymentHistory;
use crate::ops::deployments::selection::{CellSelection, SelectionQuery, WindowQuery};
use crate::ops::error::Failure;
use crate::ops::live::{AppliedTimes, LiveSource};
use crate::ops::session::Session;
use crate::ops::state::{RepositoryState, RevisionSelector};
use crate::report::{MetricsReport, to_timestamp};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// The default period, in days.
const DAYS: i64 = 90;

const DAY: i64 = 24 * 60 * 60;

/// The scope of the figures.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MetricsQuery {
    pub selection: SelectionQuery,
    /// The period; by default the last 90 days.
    pub window: WindowQuery,
    /// The number of seconds by which merges may overtake each other.
    pub tolerance: i64,
    /// The witnesses that tell when deployments were applied.
    pub live: Option<LiveSource>,
}

/// The figures, and the repository that they are from.
pub struct MetricsAnswer {
    pub report: MetricsReport,
    pub repository: String,
    /// True where the clone has the whole history.
    pub is_complete: bool,
    /// The newest selected deployment before the end of the period.
    pub last: Option<Timestamp>,
}

/// Computes the figures. Gaps in the clone and assumptions go to the notices of the session.
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
    let accepts = |cell: &CellKey| choice.contains(cell);
    let mut metrics = history::compute_metrics(&chronicle.timeline, &comparison, window, &accepts);
    if let Some(source) = &query.live {
        let live = AppliedTimes::load(source, (session, &repository), (&survey, &chronicle))?;
        add_applied(&mut metrics, &chronicle, window, &|cell| accepts(cell), &live);
    }
    let mut selected = chronicle.timeline.deployments().filter(|one| accepts(one.cell));
    let last = selected.find(|one| one.time < window.until).map(|one| to_timestamp(one.time));
    drop(selected);
    let (since, until) = (to_timestamp(window.since), to_timestamp(window.until));
    let report = MetricsReport { metrics, since, until, weeks: window.weeks(), tolerance };
    chronicle.tell_edge(session);
    chronicle.tell_pulled(session, &repository, &survey.settings.config);
    let repository = session.repository_name(&repository);
    Ok(MetricsAnswer { report, repository, is_complete: chronicle.is_complete(), last })
}

/// A deployment, and the seconds until it was applied.
type AppliedDeployment<'t> = (Deployment<'t>, i64);

/// Adds when the deployments of a period were applied, each once: what one commit deployed of an
/// app is applied with its last cell.
fn add_applied(
    metrics: &mut Metrics,
    history: &DeploymentHistory<'_>,
    window: TimeWindow,
    accepts: &dyn Fn(&CellKey) -> bool,
    live: &AppliedTimes<'_>,
) {
    let mut last: BTreeMap<(Oid, &AppName, &StageName), Option<AppliedDeployment<'_>>> =
        BTreeMap::new();
    let meant = history.timeline.deployments().filter(|one| {
        (window.since..window.until).contains(&one.time) && one.to.is_some() && accepts(one.cell)
    });
    for one in meant {
        let found = live.find(one.cell, one.commit, one.time);
        let delay = found.map(|applied| (one, applied.as_second() - one.time));
        let key = (one.commit, &one.cell.app, &one.cell.stage);
        last.entry(key)
            // Unknown for one cell is unknown for all.
            .and_modify(|known| {
                *known = known.zip(delay).map(|(a, b)| if a.1 >= b.1 { a } else { b });
            })
            .or_insert(delay);
    }
    for (deployment, delay) in last.into_values().flatten() {
        metrics.add_applied(&deployment, delay);
    }
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
