//! When controllers applied the deployments of a history, where they keep that.

use super::judgement::first_application;
use super::look::{LiveLook, LiveSource, LiveSubject};
use super::revisions::RevisionIndex;
use crate::git::{Oid, Repository};
use crate::live::AppliedRevision;
use crate::model::{CellKey, MappingEntry};
use crate::ops::deployments::DeploymentHistory;
use crate::ops::error::Failure;
use crate::ops::session::Session;
use crate::ops::state::RepositoryState;
use jiff::Timestamp;
use std::collections::HashMap;

/// A deployment may be applied this long after it landed, in seconds. Older ones are not compared
/// with the revisions that a controller keeps.
const LATEST: i64 = 30 * 24 * 3600;

/// The revisions that controllers applied, by cell.
pub struct AppliedTimes<'r> {
    revisions: HashMap<CellKey, Vec<AppliedRevision>>,
    commits: RevisionIndex<'r>,
}

impl<'r> AppliedTimes<'r> {
    /// Asks the witnesses of all cells. What they cannot see is told as a caution.
    ///
    /// # Errors
    /// When none is configured, or the snapshot cannot be read.
    pub fn load(
        source: &LiveSource,
        (session, repository): (&Session, &'r Repository),
        (state, history): (&RepositoryState, &DeploymentHistory<'_>),
    ) -> Result<Self, Failure> {
        let entries = &state.mapping.entries;
        let subject = LiveSubject::new(repository, state, history);
        let cells: Vec<CellKey> = entries.iter().map(MappingEntry::cell).collect();
        let look = LiveLook::take(subject, &cells, source, session)?;
        for warning in look.warnings() {
            session.caution(&warning.message);
        }
        let revisions: HashMap<CellKey, Vec<AppliedRevision>> =
            entries.iter().map(MappingEntry::cell).zip(look.applied_revisions(entries)).collect();
        if revisions.values().all(Vec::is_empty) {
            session.note("no witness keeps when it applied what; Argo CD does");
        }
        Ok(AppliedTimes { revisions, commits: RevisionIndex::new(repository) })
    }

    /// When a deployment that landed at a time was applied. Unknown where the controller has
    /// forgotten the revision before.
    pub fn find(&self, cell: &CellKey, commit: Oid, landed: i64) -> Option<Timestamp> {
        let revisions = self.revisions.get(cell)?;
        let oldest = revisions.iter().map(|one| one.time.as_second()).min()?;
        if landed < oldest - LATEST {
            return None;
        }
        let time =
            first_application(revisions, &|revision| self.commits.contains(revision, commit))?;
        (time.as_second() >= landed).then_some(time)
    }
}
