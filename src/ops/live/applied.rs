//! When controllers applied the deployments of a history, where they keep that.

use super::judgement::first_application;
use super::look::{LiveLook, LiveSource, LiveSubject};
use crate::git::{Oid, Repository};
use crate::live::AppliedRevision;
use crate::model::{CellKey, MappingEntry};
use crate::ops::deployments::DeploymentHistory;
use crate::ops::error::Failure;
use crate::ops::session::Session;
use crate::ops::state::RepositoryState;
use jiff::Timestamp;
use std::cell::RefCell;
use std::collections::HashMap;

/// A deployment may be applied this long after it landed, in seconds. Older ones are not compared
/// with the revisions that a controller keeps.
const LATEST: i64 = 30 * 24 * 3600;

/// The revisions that controllers applied, by cell.
pub struct AppliedTimes<'r> {
    repository: &'r Repository,
    revisions: HashMap<CellKey, Vec<AppliedRevision>>,
    covers: RefCell<HashMap<(Oid, Oid), Option<bool>>>,
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
        let subject = LiveSubject {
            repository,
            config: &state.settings.config,
            timeline: &history.timeline,
            entries,
            until: None,
        };
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
        Ok(AppliedTimes { repository, revisions, covers: RefCell::default() })
    }

    /// When a deployment that landed at a time was applied. Unknown where the controller has
    /// forgotten the revision before.
    pub fn find(&self, cell: &CellKey, commit: Oid, landed: i64) -> Option<Timestamp> {
        let revisions = self.revisions.get(cell)?;
        let oldest = revisions.iter().map(|one| one.time.as_second()).min()?;
        if landed < oldest - LATEST {
            return None;
        }
        let time = first_application(revisions, &|revision| self.has(revision, commit))?;
        (time.as_second() >= landed).then_some(time)
    }

    fn has(&self, revision: &str, commit: Oid) -> Option<bool> {
        let revision = revision_commit(revision)?;
        let mut known = self.covers.borrow_mut();
        let find = || self.repository.has_ancestor(revision, commit);
        *known.entry((revision, commit)).or_insert_with(find)
    }
}

/// The commit in a revision as controllers write it: `main@sha1:COMMIT`.
pub(super) fn revision_commit(revision: &str) -> Option<Oid> {
    let hex = revision.rsplit([':', '/', '@']).next().filter(|hex| hex.len() == 40)?;
    hex.parse().ok()
}
