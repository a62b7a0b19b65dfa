//! `status`: reads which version of each app runs in which stage, and since when.

use crate::config::Config;
use crate::git::Repository;
use crate::git::revision_or_time::parse_time;
use crate::history::MERGE_TOLERANCE;
use crate::history::index::VersionArrival;
use crate::model::{GlobPatterns, Warning};
use crate::ops::completion_names::{self, CompletionNames};
use crate::ops::deployments::DeploymentHistory;
use crate::ops::deployments::selection::{KnownNames, SelectionQuery, full_name};
use crate::ops::error::Failure;
use crate::ops::follow::fetching_session;
use crate::ops::ledger;
use crate::ops::left_out::left_out_entries;
use crate::ops::live::{LiveLook, LiveSource, LiveSubject};
use crate::ops::session::Session;
use crate::ops::state::{RepositoryState, RevisionSelector};
use crate::report::{BroughtBy, Matrix, StatusEntry, StatusReport};
use jiff::{SignedDuration, Timestamp};
use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};
use std::thread;

/// The selection and options of a status.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StatusQuery {
    /// Names of apps, or patterns; none means all.
    pub apps: Vec<String>,
    pub selection: SelectionQuery,
    /// A revision or a time; `None` means the newest commit.
    pub at: Option<String>,
    /// True for the files on disk instead of a commit.
    pub work_tree: bool,
    /// True where the commits that brought the versions are not looked up.
    pub no_since: bool,
    /// True for only the apps that differ from the previous stage.
    pub differs: bool,
    pub order: StatusOrder,
    /// Where to look for what really runs; `None` not to look.
    pub live: Option<LiveSource>,
    /// True to find what the configuration does not show, too.
    pub all: bool,
    /// True where each break glass without a follow-up causes a caution.
    pub reminders: bool,
}

/// The order of apps.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum StatusOrder {
    /// By name.
    #[default]
    App,
    /// The newest arrival first.
    Age,
    /// By the last stage that runs the app, in the order of the pipeline.
    Stage,
}

/// The state, and the time that ages count from.
#[derive(Debug)]
pub struct StatusAnswer {
    pub report: StatusReport,
    /// Now, or the time that the query names.
    pub ages_at: Timestamp,
}

/// Reads which versions run where. Assumptions go to the notices of the session, and unreadable
/// files to the warnings of the report.
///
/// # Errors
/// When the repository or the state cannot be read, or a name is unknown.
pub fn status(query: &StatusQuery, session: &Session) -> Result<StatusAnswer, Failure> {
    let repository = session.open_repository()?;
    let selector = RevisionSelector {
        at: query.at.as_deref(),
        work_tree: query.work_tree,
        ..RevisionSelector::default()
    };
    let is_newest = query.at.is_none() && !query.work_tree;
    let (state, arrivals) = match is_newest {
        true => RepositoryState::load_with_arrivals(session, &repository)?,
        false => (RepositoryState::load(session, &repository, selector)?, None),
    };
    if query.at.is_none() {
        let names = CompletionNames::from_mapping(&state.mapping);
        completion_names::store_names(session, &repository, &names);
    }
    state.note_assumption(session);
    let mut report = build_report(&state, session, &repository);
    filter_status(&mut report, query, &state.settings.config, session)?;
    if query.differs {
        keep_differing(&mut report, session);
    }
    if !query.no_since {
        look_back(&mut report, (&state, arrivals), session, &repository, is_newest);
    }
    if let Some(source) = &query.live {
        add_live(&mut report, &state, source, (session, &repository))?;
    }
    if query.all {
        report.left_out = Some(left_out_entries(&state, session, &repository)?);
    }
    sort_apps(&mut report, query.order);
    let ages_at = reference_time(query, &state, session, &repository);
    if query.reminders && query.at.is_none() {
        ledger::warn_missing_follow_up(session, &repository, state.ledger_rules());
    }
    Ok(StatusAnswer { report, ages_at })
}

fn build_report(
    survey: &RepositoryState,
    session: &Session,
    repository: &Repository,
) -> StatusReport {
    let mut status = StatusReport::new(&survey.settings.config, survey.mapping.clone(), |entry| {
        survey.entry_origin(entry)
    });
    status.repository = session.repository_name(repository);
    status.branch.clone_from(&survey.branch);
    status.revision = survey.commit.map(|id| id.to_string());
    status.time = survey.time;
    status
}

/// Adds the commits that brought the shown versions. If the clone lacks history, the report gets a
/// warning instead.
fn look_back(
    status: &mut StatusReport,
    (survey, arrivals): (&RepositoryState, Option<Vec<VersionArrival>>),
    session: &Session,
    repository: &Repository,
    is_newest: bool,
) {
    let is_stored = arrivals.is_some();
    let found = match arrivals {
        Some(arrivals) => RepositoryState::load_arrivals(repository, arrivals),
        None => {
            let entries = status.occupants.iter().map(|occupant| occupant.entry.clone()).collect();
            survey.find_introducing_commits(session, repository, entries)
        }
    };
    let past = match found {
        Ok(past) => past,
        Err(error) => {
            let hint = error.hint().map(|hint| format!("; {hint}")).unwrap_or_default();
            let message = format!("cannot look up since when each version is there: {error}{hint}");
            status.warnings.push(Warning::general("no-history", message));
            return;
        }
    };
    // Only a status of everything answers every later one.
    let is_whole = status.occupants.len() == survey.mapping.entries.len();
    if is_newest
        && !is_stored
        && is_whole
        && let Err(error) = survey.store_arrivals(session, repository, &past)
    {
        session.detail(&format!("cannot store the status: {error}"));
    }
    for occupant in &mut status.occupants {
        let key = (occupant.entry.cell(), occupant.entry.version.clone());
        occupant.since = past.found.get(&key).map(BroughtBy::from);
    }
    let unknown = status.occupants.iter().filter(|occupant| occupant.since.is_none()).count();
    if past.shallow && unknown > 0 {
        let message = format!(
            "{unknown} versions are older than this shallow clone; `git fetch --unshallow` \
             fetches their commits"
        );
        status.warnings.push(Warning::general("shallow", message));
    } else if past.partial && unknown > 0 {
        let message = format!(
            "{unknown} versions are older than the contents in this partial clone; `git fetch \
             --refetch --no-filter` fetches the rest"
        );
        status.warnings.push(Warning::general("partial-clone", message));
    }
}

/// Adds what the witnesses see of each shown version.
fn add_live(
    report: &mut StatusReport,
    state: &RepositoryState,
    source: &LiveSource,
    (session, repository): (&Session, &Repository),
) -> Result<(), Failure> {
    let history = DeploymentHistory::load(session, repository, state, MERGE_TOLERANCE)?;
    let subject = LiveSubject::new(repository, state, &history);
    let cells: Vec<_> = report.occupants.iter().map(|occupant| occupant.entry.cell()).collect();
    let look = LiveLook::take(subject, &cells, source, session)?;
    let shown = report.occupants.iter().map(|one| (one.name.as_str(), &one.entry));
    let answers = look.answers(shown);
    report.warnings.extend(look.warnings());
    for (occupant, answer) in report.occupants.iter_mut().zip(answers) {
        occupant.live = Some(answer);
    }
    Ok(())
}

/// Keeps the apps and stages of the query. An unknown name is an error.
fn filter_status(
    status: &mut StatusReport,
    query: &StatusQuery,
    config: &Config,
    session: &Session,
) -> Result<(), Failure> {
    let apps: Vec<String> = status.occupants.iter().flat_map(app_names).collect();
    let names: Vec<String> =
        status.occupants.iter().map(|occupant| occupant.name.clone()).collect();
    let stages: Vec<String> = status.stages.iter().map(ToString::to_string).collect();
    let by_stage: Vec<String> =
        query.selection.stages.iter().map(|word| full_name(word, config)).collect();
    let named = GlobPatterns::new(&query.apps);
    let (by_app, by_stage) =
        (GlobPatterns::new(&query.selection.apps), GlobPatterns::new(&by_stage));
    let known = KnownNames { words: &apps, apps: &names, stages: &stages, config };
    known.check_patterns([&named, &by_app], &by_stage, session)?;
    status.occupants.retain(|occupant| {
        let names = app_names(occupant);
        let names = names.iter().map(String::as_str);
        by_app.matches_any(names.clone()) && named.matches_any(names)
    });
    status.keep_stages(|stage| by_stage.matches_any([stage.as_str()]));
    Ok(())
}

/// Keeps the apps that differ from the previous stage, and says so if there are none.
fn keep_differing(status: &mut StatusReport, session: &Session) {
    let matrix = Matrix::new(status, false);
    let differing = matrix.rows.iter().filter(|row| row.cells.iter().any(|cell| cell.differs));
    let names: BTreeSet<&str> = differing.map(|row| row.name.as_str()).collect();
    if names.is_empty() {
        session.note(match matrix.is_ordered {
            true => "no app differs from the previous stage",
            false => "no stage comes after another, so no app differs from a previous stage",
        });
    }
    status.occupants.retain(|occupant| names.contains(occupant.name.as_str()));
}

/// Sorts the apps; the places of an app stay together.
fn sort_apps(status: &mut StatusReport, order: StatusOrder) {
    let key = |name: &str| {
        let places = || status.occupants.iter().filter(|occupant| occupant.name == name);
        let newest = || places().filter_map(|place| Some(place.since.as_ref()?.time)).max();
        let last = || places().map(|place| status.position(&place.entry.stage)).max();
        match order {
            StatusOrder::App => (None, None),
            StatusOrder::Age => (Some(Reverse(newest())), None),
            StatusOrder::Stage => (None, last()),
        }
    };
    let names: BTreeSet<&str> =
        status.occupants.iter().map(|occupant| occupant.name.as_str()).collect();
    let keys: HashMap<String, _> =
        names.into_iter().map(|name| (name.to_owned(), key(name))).collect();
    status.occupants.sort_by_key(|occupant| keys[&occupant.name]);
}

/// Reads the status again and again, with the newest state of the origin, until the observer fails.
///
/// # Errors
/// The errors of [`status`], and those of the observer.
pub fn watch_status(
    query: &StatusQuery,
    every: SignedDuration,
    session: &Session,
    observer: &mut dyn FnMut(&StatusAnswer) -> Result<(), Failure>,
) -> Result<(), Failure> {
    loop {
        let fetching = fetching_session(&session.at_current_time())?;
        observer(&status(query, &fetching)?)?;
        thread::sleep(every.unsigned_abs());
    }
}

/// The names that an app is known by.
fn app_names(occupant: &StatusEntry) -> Vec<String> {
    let cell = occupant.entry.cell();
    let own = [occupant.name.clone(), cell.app.to_string()];
    let whole = cell.full_name();
    own.into_iter().chain(cell.component).chain(whole).collect()
}

/// The time that ages count from: now, or that of `--at`.
fn reference_time(
    query: &StatusQuery,
    survey: &RepositoryState,
    session: &Session,
    repository: &Repository,
) -> Timestamp {
    let Some(at) = &query.at else { return session.now() };
    let named = if repository.resolve_revision(at).is_ok() {
        survey.time
    } else {
        parse_time(at, session.local_time())
    };
    named.unwrap_or_else(|| session.now())
}
