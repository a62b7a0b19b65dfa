//! `history`: lists what was deployed when, where, and by whom.

use crate::git::{Oid, Repository};
use crate::history::{Deployment, DeploymentKind, MERGE_TOLERANCE};
use crate::model::CellKey;
use crate::ops::changes::ChangeLister;
use crate::ops::completion_names::{self, CompletionNames};
use crate::ops::deployments::DeploymentHistory;
use crate::ops::deployments::filter::{DeploymentFilter, VersionFilter};
use crate::ops::deployments::recent::RecentQuery;
use crate::ops::deployments::selection::{CellSelection, SelectionQuery, WindowQuery};
use crate::ops::error::Failure;
use crate::ops::follow;
use crate::ops::live::{AppliedTimes, LiveSource};
use crate::ops::session::Session;
use crate::ops::state::{RepositoryState, RevisionSelector};
use crate::report::DeploymentReport;
use crate::report::json::HistoryJson;
use jiff::{SignedDuration, Timestamp};

/// The filters and limits of a history.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct HistoryQuery {
    /// Whole names of apps; none means all.
    pub apps: Vec<String>,
    pub selection: SelectionQuery,
    pub window: WindowQuery,
    /// A part of the name or the address of the author.
    pub author: Option<String>,
    /// A tag, a digest, the beginning of a commit id, or a pattern with `*`.
    pub version: Option<String>,
    /// None means all.
    pub kinds: Vec<DeploymentKind>,
    /// The number of deployments, newest first; 0 for all.
    pub limit: Option<usize>,
    /// The limit where none is given. A note tells that there are more.
    pub default_limit: Option<usize>,
    /// The witnesses that tell when deployments were applied.
    pub live: Option<LiveSource>,
    /// Only what is older than this place, for reading a history in pages.
    pub before: Option<HistoryCursor>,
    /// True to list the commits of the apps' sources that each deployment brought.
    pub changes: bool,
}

/// A place in a history: a deployment that was passed on. It stays where it is when new deployments
/// land.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HistoryCursor {
    /// The number of deployments that are older.
    older: usize,
    /// The commit of the deployment, which shows that the history is still the same.
    commit: Oid,
}

impl HistoryCursor {
    /// Parses the text of [`HistoryCursor`]'s `Display`.
    pub fn parse(text: &str) -> Option<Self> {
        let (older, commit) = text.split_once('-')?;
        let (older, commit) = (older.parse().ok()?, commit.parse().ok()?);
        Some(HistoryCursor { older, commit })
    }

    fn of(deployment: &Deployment<'_>, count: usize) -> Self {
        HistoryCursor { older: count - deployment.index - 1, commit: deployment.commit }
    }

    /// The number of deployments from the newest one to this place.
    ///
    /// # Errors
    /// When another history was read then.
    fn position(self, history: &DeploymentHistory<'_>) -> Result<usize, Failure> {
        let count = history.timeline.len();
        let is_same = |index: &usize| history.timeline.deployment(*index).commit == self.commit;
        let index = count.checked_sub(self.older + 1).filter(is_same);
        index.map(|index| index + 1).ok_or_else(|| {
            Failure::usage("the cursor is a place in another history than the present one")
                .hint("begin again without it; the history was rewritten, or is read differently")
        })
    }
}

impl std::fmt::Display for HistoryCursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.older, self.commit)
    }
}

/// The repository, branch and commit that a history was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryHead {
    pub repository: String,
    pub branch: Option<String>,
    pub revision: Option<String>,
    /// True where the clone has the whole history.
    pub is_complete: bool,
}

impl HistoryHead {
    /// The answer as JSON, without its deployments.
    pub fn to_json(&self) -> HistoryJson {
        HistoryJson {
            schema: "towpath.history/1",
            repository: self.repository.clone(),
            branch: self.branch.clone(),
            revision: self.revision.clone(),
            complete: self.is_complete,
            deployments: Vec::new(),
        }
    }
}

/// Deployments, newest first.
#[derive(Debug)]
pub struct HistoryReport {
    pub head: HistoryHead,
    pub deployments: Vec<DeploymentReport>,
}

/// A page of a history, and where the next one begins.
#[derive(Debug)]
pub struct HistoryPageReport {
    pub history: HistoryReport,
    /// `None` where the page ends with the oldest deployment.
    pub next: Option<HistoryCursor>,
}

/// A part of a history, passed on as soon as it is read.
#[derive(Debug)]
pub enum HistoryPart<'a> {
    Head(&'a HistoryHead),
    /// The next deployments, and the time that ages count from.
    Page(&'a [DeploymentReport], Timestamp),
    /// The end: all deployments have been passed on.
    End,
}

/// Receives the parts of a history.
pub type HistorySink<'a> = &'a mut dyn FnMut(HistoryPart<'_>) -> Result<(), Failure>;

/// The number of deployments that are passed on at a time. The first page is short, so that output
/// starts at once.
const PAGES: [usize; 2] = [40, 400];

/// Reads the whole answer.
///
/// # Errors
/// When the repository cannot be read, or a name is unknown.
pub fn history(query: &HistoryQuery, session: &Session) -> Result<HistoryReport, Failure> {
    let (mut head, mut deployments) = (None, Vec::new());
    read_history(query, session, &mut |part| {
        match part {
            HistoryPart::Head(read) => head = Some(read.clone()),
            HistoryPart::Page(page, _) => deployments.extend(page.iter().cloned()),
            HistoryPart::End => {}
        }
        Ok(())
    })?;
    let head = head.ok_or_else(|| Failure::failed("the history has no header"))?;
    Ok(HistoryReport { head, deployments })
}

/// Reads one page: at most `limit` deployments, from the newest one or from the cursor on.
///
/// # Errors
/// The errors of [`history`], and when the cursor belongs to another history.
pub fn read_page(query: &HistoryQuery, session: &Session) -> Result<HistoryPageReport, Failure> {
    let repository = session.open_repository()?;
    let state = load_state(session, &repository)?;
    let history = DeploymentHistory::load(session, &repository, &state, MERGE_TOLERANCE)?;
    let filter = query.to_filter((session, &repository), (&state, &history))?;
    let start = query.before.map(|cursor| cursor.position(&history)).transpose()?.unwrap_or(0);
    let count = history.timeline.len();
    let (limit, mut next) = (query.effective_limit(), None);
    let mut deployments = Vec::new();
    for deployment in history.timeline.deployments().skip(start) {
        let Some(report) = filter.deployment_report(&history, &deployment)? else { continue };
        if deployments.len() == limit {
            break;
        }
        next = Some(HistoryCursor::of(&deployment, count));
        deployments.push(report);
    }
    if deployments.len() < limit || next.is_some_and(|last| last.older == 0) {
        next = None;
    }
    if next.is_none() {
        history.tell_edge(session);
        history.tell_pulled(session, &repository, &state.settings.config);
    }
    let head = head_of((session, &repository), (&state, &history));
    Ok(HistoryPageReport { history: HistoryReport { head, deployments }, next })
}

fn head_of(
    (session, repository): (&Session, &Repository),
    (state, history): (&RepositoryState, &DeploymentHistory<'_>),
) -> HistoryHead {
    HistoryHead {
        repository: session.repository_name(repository),
        branch: state.branch.clone(),
        revision: state.commit.map(|commit| commit.to_string()),
        is_complete: history.is_complete(),
    }
}

/// Reads the answer page by page.
///
/// # Errors
/// The errors of [`history`], and the errors of the sink.
pub fn read_history(
    query: &HistoryQuery,
    session: &Session,
    sink: HistorySink<'_>,
) -> Result<(), Failure> {
    let repository = session.open_repository()?;
    let state = load_state(session, &repository)?;
    let history = match load_newest(query, session, &repository, &state)? {
        Some(part) => part,
        None => DeploymentHistory::load(session, &repository, &state, MERGE_TOLERANCE)?,
    };
    pass_on(query, (session, &repository), (&state, &history), sink)
}

/// Reads the answer, then passes on new deployments as they land, until the process is stopped or
/// the sink fails.
///
/// # Errors
/// The errors of [`read_history`].
pub fn follow_history(
    query: &HistoryQuery,
    every: SignedDuration,
    session: &Session,
    sink: HistorySink<'_>,
) -> Result<(), Failure> {
    let session = follow::fetching_session(session)?;
    let repository = session.open_repository()?;
    let state = load_state(&session, &repository)?;
    let history = DeploymentHistory::load(&session, &repository, &state, MERGE_TOLERANCE)?;
    pass_on(query, (&session, &repository), (&state, &history), sink)?;
    let observer: follow::DeploymentObserver<'_> = &mut |session, state, history, news| {
        let filter = query.to_filter((session, &repository), (state, history))?;
        let newest: Vec<Deployment<'_>> = history.timeline.deployments().take(news).collect();
        let page: Vec<DeploymentReport> = filter
            .deployment_reports(history, newest.into_iter().rev())
            .collect::<Result<_, _>>()?;
        sink(HistoryPart::Page(&page, session.now()))
    };
    follow::follow_deployments(&history, every, &session, observer)
}

fn load_state(session: &Session, repository: &Repository) -> Result<RepositoryState, Failure> {
    let state = RepositoryState::load(session, repository, RevisionSelector::default())?;
    state.note_assumption(session);
    let names = CompletionNames::from_mapping(&state.mapping);
    completion_names::store_names(session, repository, &names);
    Ok(state)
}

/// The newest part of the history, if it is enough for the answer.
fn load_newest<'r>(
    query: &HistoryQuery,
    session: &Session,
    repository: &'r Repository,
    state: &RepositoryState,
) -> Result<Option<DeploymentHistory<'r>>, Failure> {
    let needs_all = query.live.is_some()
        || query.window != WindowQuery::default()
        || query.author.is_some()
        || query.version.is_some()
        || !query.kinds.is_empty();
    let Some(count) = query.limit.filter(|limit| *limit > 0 && !needs_all) else {
        return Ok(None);
    };
    let config = &state.settings.config;
    let is_meant = |cell: &CellKey| query.selection.seems_to_select(&query.apps, cell, config);
    RecentQuery { count, is_meant: &is_meant }.load_history(session, repository, state)
}

/// Passes the deployments on page by page, and notes what was left out.
fn pass_on(
    query: &HistoryQuery,
    (session, repository): (&Session, &Repository),
    (state, history): (&RepositoryState, &DeploymentHistory<'_>),
    sink: HistorySink<'_>,
) -> Result<(), Failure> {
    let filter = query.to_filter((session, repository), (state, history))?;
    sink(HistoryPart::Head(&head_of((session, repository), (state, history))))?;
    let (config, entries) = (&state.settings.config, &state.mapping.entries);
    let lister = ChangeLister::new(repository, config, entries, session);
    let limit = query.effective_limit();
    let live = query.live.as_ref();
    let live =
        live.map(|source| AppliedTimes::load(source, (session, repository), (state, history)));
    let live = live.transpose()?;
    let all = history.timeline.deployments();
    let mut reports = filter.deployment_reports(history, all).peekable();
    let mut room = limit;
    let mut pages = PAGES.into_iter().chain(std::iter::repeat(PAGES[PAGES.len() - 1]));
    while room > 0 && reports.peek().is_some() {
        let size = pages.next().unwrap_or(1).min(room);
        let mut page: Vec<DeploymentReport> =
            reports.by_ref().take(size).collect::<Result<_, _>>()?;
        if query.changes {
            lister.add_to_deployments(&mut page);
        }
        if let Some(live) = &live {
            page.iter_mut().for_each(|report| add_applied(report, live));
        }
        room -= page.len();
        sink(HistoryPart::Page(&page, session.now()))?;
    }
    sink(HistoryPart::End)?;
    let more = reports.peek().is_some();
    if more && query.limit.is_none() {
        session.note(&format!("showing the newest {limit}; `-n 0` shows all"));
    } else if room == limit {
        session.note("no deployment matches");
        drop(reports);
        note_older(session, filter, history)?;
    }
    if !more {
        history.tell_edge(session);
        history.tell_pulled(session, repository, &state.settings.config);
    }
    Ok(())
}

/// Adds when a deployment was applied.
fn add_applied(report: &mut DeploymentReport, live: &AppliedTimes<'_>) {
    let Ok(commit) = report.commit.parse::<Oid>() else { return };
    report.applied = live.find(&report.cell, commit, report.time.as_second());
}

/// Says when the newest deployment before the period was, if there is one.
fn note_older(
    session: &Session,
    filter: DeploymentFilter<'_>,
    history: &DeploymentHistory<'_>,
) -> Result<(), Failure> {
    if filter.since.is_none() {
        return Ok(());
    }
    let wider = DeploymentFilter { since: None, ..filter };
    let newest = wider.deployment_reports(history, history.timeline.deployments()).next();
    if let Some(newest) = newest.transpose()? {
        let day = newest.time.strftime("%Y-%m-%d");
        session.hint(&format!("the newest one before was on {day}; `--since {day}` shows it"));
    }
    Ok(())
}

impl HistoryQuery {
    /// The filter of the query, for the history of a state.
    ///
    /// # Errors
    /// When a name or a time is unknown.
    pub(super) fn to_filter(
        &self,
        (session, repository): (&Session, &Repository),
        (state, history): (&RepositoryState, &DeploymentHistory<'_>),
    ) -> Result<DeploymentFilter<'_>, Failure> {
        let (since, until) = self.window.resolve(session, repository)?;
        let version = self.version.as_ref();
        Ok(DeploymentFilter {
            choice: CellSelection::new(&self.apps, &self.selection, session, state, history)?,
            since,
            until,
            kinds: &self.kinds,
            version: version.map(|text| VersionFilter::new(text, &history.timeline)),
            author: self.author.as_ref().map(|author| author.to_lowercase()),
        })
    }

    fn effective_limit(&self) -> usize {
        let limit = self.limit.or(self.default_limit);
        limit.filter(|limit| *limit > 0).unwrap_or(usize::MAX)
    }
}
