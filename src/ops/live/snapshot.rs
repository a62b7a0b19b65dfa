//! `live snapshot`: everything that the witnesses saw, for those without access and for later.

use super::look::{LiveLook, LiveSource, LiveSubject};
use crate::history::MERGE_TOLERANCE;
use crate::live::LiveSnapshot;
use crate::model::MappingEntry;
use crate::ops::deployments::DeploymentHistory;
use crate::ops::error::Failure;
use crate::ops::session::Session;
use crate::ops::state::{RepositoryState, RevisionSelector};

/// Where to look.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SnapshotQuery {
    pub source: LiveSource,
}

/// Asks the witnesses of all cells. A witness without an answer is told as a caution.
///
/// # Errors
/// When no witness is configured, or none answers.
pub fn take_snapshot(query: &SnapshotQuery, session: &Session) -> Result<LiveSnapshot, Failure> {
    let repository = session.open_repository()?;
    let state = RepositoryState::load(session, &repository, RevisionSelector::default())?;
    let history = DeploymentHistory::load(session, &repository, &state, MERGE_TOLERANCE)?;
    let subject = LiveSubject::new(&repository, &state, &history);
    let cells: Vec<_> = state.mapping.entries.iter().map(MappingEntry::cell).collect();
    let look = LiveLook::take(subject, &cells, &query.source, session)?;
    let warnings = look.warnings();
    for warning in &warnings {
        session.caution(&warning.message);
    }
    let snapshot = look.into_snapshot(session.now());
    let is_failed = warnings.iter().any(|warning| warning.code == "live-failed");
    if is_failed && snapshot.objects.is_empty() {
        return Err(Failure::failed("no witness has answered, so there is no snapshot"));
    }
    Ok(snapshot)
}
