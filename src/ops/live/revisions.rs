//! Revisions as controllers write them, and the commits that they contain.

use crate::git::{Oid, Repository};
use std::cell::RefCell;
use std::collections::HashMap;

/// Tells which revisions contain which commits. Each pair is looked up once.
pub struct RevisionIndex<'r> {
    repository: &'r Repository,
    known: RefCell<HashMap<(Oid, Oid), Option<bool>>>,
}

impl<'r> RevisionIndex<'r> {
    pub fn new(repository: &'r Repository) -> Self {
        RevisionIndex { repository, known: RefCell::default() }
    }

    /// Whether a revision, as a controller writes it, contains a commit. `None` where the clone
    /// cannot tell, or the revision is no commit.
    pub fn contains(&self, revision: &str, commit: Oid) -> Option<bool> {
        let revision = revision_commit(revision)?;
        let mut known = self.known.borrow_mut();
        let find = || self.repository.has_ancestor(revision, commit);
        *known.entry((revision, commit)).or_insert_with(find)
    }
}

/// The commit in a revision as controllers write it: `main@sha1:COMMIT`.
fn revision_commit(revision: &str) -> Option<Oid> {
    let hex = revision.rsplit([':', '/', '@']).next().filter(|hex| hex.len() == 40)?;
    hex.parse().ok()
}
