//! `status`: reads which version of each app runs in which stage, and since when.

use crate::git::Repository;
use crate::git::revision_or_time::parse_time;
use crate::model::{GlobPatterns, Warning};
use crate::ops::completion_names::{self, CompletionNames};
use crate::ops::deployments::selection::SelectionQuery;
use crate::ops::error::Failure;
use crate::ops::ledger;
use crate::ops::session::Session;
use crate::ops::state::{RepositoryState, RevisionSelector};
use crate::ops::suggest::unknown_name;
use crate::report::{BroughtBy, StatusEntry, StatusReport};
use jiff::Timestamp;

/// The selection and options of a status.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StatusQuery {
    /// Whole names of apps; none means all.
    pub apps: Vec<String>,
    pub selection: SelectionQuery,
    /// A revision or a time; `None` means the newest commit.
    pub at: Option<String>,
    /// True for the files on disk instead of a commit.
    pub work_tree: bool,
    /// True where the commits that brought the versions are not looked up.
    pub no_since: bool,
    /// True where each break glass without a follow-up causes a caution.
    pub reminders: bool,
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
    let state = RepositoryState::load(session, &repository, selector)?;
    if query.at.is_none() {
        let names = CompletionNames::from_mapping(&state.mapping);
        completion_names::store_names(session, &repository, &names);
    }
    state.note_assumption(session);
    let mut report = build_report(&state, session, &repository);
    filter_status(&mut report, query, session)?;
    if !query.no_since {
        look_back(&mut report, &state, session, &repository);
    }
    let ages_at = reference_time(query, &state, session, &repository);
    if query.reminders && query.at.is_none() {
        ledger::warn_missing_follow_up(session, &repository, &state.settings.config);
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
    survey: &RepositoryState,
    session: &Session,
    repository: &Repository,
) {
    let entries = status.occupants.iter().map(|occupant| occupant.entry.clone()).collect();
    let past = match survey.find_introducing_commits(session, repository, entries) {
        Ok(past) => past,
        Err(error) => {
            let hint = error.hint().map(|hint| format!("; {hint}")).unwrap_or_default();
            let message = format!("cannot look up since when each version is there: {error}{hint}");
            status.warnings.push(Warning::general("no-history", message));
            return;
        }
    };
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

/// Keeps the apps and stages of the query. An unknown name is an error.
fn filter_status(
    status: &mut StatusReport,
    query: &StatusQuery,
    session: &Session,
) -> Result<(), Failure> {
    let apps: Vec<String> = status
        .occupants
        .iter()
        .flat_map(|occupant| app_names(occupant).map(str::to_owned))
        .collect();
    let names: Vec<String> =
        status.occupants.iter().map(|occupant| occupant.name.clone()).collect();
    let stages: Vec<String> = status.stages.iter().map(ToString::to_string).collect();
    for app in &query.apps {
        if !apps.contains(app) {
            return Err(unknown_name("app", app, &apps, &names));
        }
    }
    let (by_app, by_stage) =
        (GlobPatterns::new(&query.selection.apps), GlobPatterns::new(&query.selection.stages));
    for (kind, patterns, words, names) in
        [("app", &by_app, &apps, &names), ("stage", &by_stage, &stages, &stages)]
    {
        for pattern in patterns.unmatched_patterns(words) {
            if !pattern.contains(['*', '?']) {
                return Err(unknown_name(kind, pattern, words, names));
            }
            session.note(&format!("no {kind} matches `{pattern}`"));
        }
    }
    status.occupants.retain(|occupant| {
        let names = app_names(occupant);
        by_app.matches_any(names.clone())
            && (query.apps.is_empty() || names.clone().any(|n| query.apps.iter().any(|a| a == n)))
    });
    status.keep_stages(|stage| by_stage.matches_any([stage.as_str()]));
    Ok(())
}

/// The names that an app is known by.
fn app_names(occupant: &StatusEntry) -> impl Iterator<Item = &str> + Clone {
    let component = occupant.entry.component.as_deref();
    [Some(occupant.name.as_str()), Some(occupant.entry.app.as_str()), component]
        .into_iter()
        .flatten()
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
