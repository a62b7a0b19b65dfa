//! Repeated reading: a session that fetches first, and a loop that waits for new deployments.

use super::deployments::DeploymentHistory;
use super::error::Failure;
use super::session::Session;
use super::state::{RepositoryState, RevisionSelector};
use crate::git::Oid;
use crate::history::MERGE_TOLERANCE;
use jiff::SignedDuration;
use std::collections::HashSet;
use std::thread;

/// Receives new deployments: the history, and the number of its newest deployments that are new.
pub type DeploymentObserver<'a> = &'a mut dyn FnMut(
    &Session,
    &RepositoryState,
    &DeploymentHistory<'_>,
    usize,
) -> Result<(), Failure>;

/// A session that reads the newest state of the origin. The cached copy of a URL is fetched each
/// time; in a clone, the session reads the fetched branch of `origin`.
///
/// # Errors
/// When the repository cannot be read.
pub fn fetching_session(session: &Session) -> Result<Session, Failure> {
    let mut fetching = session.clone();
    fetching.options.max_age = SignedDuration::ZERO;
    if session.url().is_none() {
        let repository = session.open_repository()?;
        fetch(session);
        let state = RepositoryState::load(session, &repository, RevisionSelector::default())?;
        let branch = state.branch.map(|branch| format!("origin/{branch}"));
        let branch = branch.filter(|name| repository.resolve_revision(name).is_ok());
        fetching.options.branch = branch.or(fetching.options.branch);
    }
    Ok(fetching)
}

/// Fetches at intervals and reports new deployments, until the process is stopped or the observer
/// fails.
///
/// # Errors
/// When the repository cannot be read, and the errors of the observer.
pub fn follow_deployments(
    first: &DeploymentHistory<'_>,
    every: SignedDuration,
    session: &Session,
    observer: DeploymentObserver<'_>,
) -> Result<(), Failure> {
    let mut known = commits(first);
    loop {
        thread::sleep(every.unsigned_abs());
        let session = session.at_current_time();
        fetch(&session);
        let repository = session.open_repository()?;
        let state = RepositoryState::load(&session, &repository, RevisionSelector::default())?;
        let history = DeploymentHistory::load(&session, &repository, &state, MERGE_TOLERANCE)?;
        let is_known = |commit: Oid| known.contains(&commit);
        let mut deployments = history.timeline.deployments();
        let old = deployments.position(|deployment| is_known(deployment.commit));
        let news = old.unwrap_or(history.timeline.len());
        if news > 0 {
            observer(&session, &state, &history, news)?;
            known = commits(&history);
        }
    }
}

/// Fetches from the origin of a clone. A failure is noted, and the next round tries again.
fn fetch(session: &Session) {
    if session.url().is_some() {
        return;
    }
    let fetched =
        session.open_repository().and_then(|repository| session.fetch_origin(&repository));
    if let Err(failure) = fetched {
        session.caution(&failure.message());
    }
}

fn commits(history: &DeploymentHistory<'_>) -> HashSet<Oid> {
    history.timeline.deployments().map(|deployment| deployment.commit).collect()
}
