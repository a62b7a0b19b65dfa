//! Flags of deploying commits, kept in the cache folder between audits.

use crate::git::{Oid, Repository};
use crate::history::index::CacheFile;
use crate::history::{CommitFlagCache, CommitFlags};
use crate::ops::deployments::DeploymentHistory;
use crate::ops::session::Session;
use crate::ops::state::index_location;
use std::cell::RefCell;

/// The flags of commits, from the cache or from the repository.
pub struct CommitFlagStore {
    shelf: Option<CacheFile>,
    marks: RefCell<CommitFlagCache>,
}

impl CommitFlagStore {
    /// Loads the cached flags. An unusable cache is ignored, and the flags are read again.
    pub fn load(session: &Session, repository: &Repository) -> Self {
        let shelf = index_location::of_commits(session, repository);
        let kept = shelf.as_ref().and_then(|shelf| shelf.read().ok().flatten());
        CommitFlagStore { shelf, marks: RefCell::new(kept.unwrap_or_default()) }
    }

    /// The flags of a commit; `None` where the clone lacks it.
    pub fn flags_of(&self, commit: Oid, chronicle: &DeploymentHistory<'_>) -> Option<CommitFlags> {
        if let Some(known) = self.marks.borrow().get(commit) {
            return Some(known);
        }
        let mark = CommitFlags::from(&*chronicle.commit_details(commit).ok()?);
        self.marks.borrow_mut().insert(commit, mark);
        Some(mark)
    }

    /// Stores new flags, unless nothing may be written. A failure is only a detail.
    pub fn store(&self, session: &Session) {
        let shelf = self.shelf.as_ref().filter(|_| session.writable_cache().is_some());
        let news = || self.marks.borrow().merged_if_changed();
        if let Some(Err(error)) = shelf.and_then(|shelf| Some(shelf.write(&news()?))) {
            session.detail(&format!("cannot cache the commit details: {error}"));
        }
    }
}
