//! The revision that is asked for, and the snapshot it names.

use crate::git::{Repository, Snapshot, revision_or_time};
use crate::ops::error::Failure;
use crate::ops::session::Session;

/// Which state of the repository is meant.
#[derive(Debug, Clone, Copy, Default)]
pub struct RevisionSelector<'a> {
    /// A revision or a time; the newest commit if not said.
    pub at: Option<&'a str>,
    /// The files on disk instead of a commit.
    pub work_tree: bool,
    /// What is named is newer than what this clone has: an index helps, and is left as it is.
    pub is_ahead: bool,
    /// Nothing but its own configuration counts.
    pub is_alone: bool,
}

/// The state that is meant.
///
/// # Errors
/// When there is no such state.
pub fn open_snapshot<'r>(
    session: &Session,
    repository: &'r Repository,
    when: RevisionSelector<'_>,
    branch: Option<&str>,
) -> Result<Snapshot<'r>, Failure> {
    if when.work_tree {
        return Ok(Snapshot::of_work_tree(repository)?);
    }
    let tip = match branch {
        Some(branch) => session.branch_tip(repository, branch)?,
        None => repository.head_commit()?,
    };
    let commit = match when.at {
        Some(at) => revision_or_time::resolve_at(repository, tip, at, session.local_time())?,
        None => tip,
    };
    Ok(Snapshot::of_commit(repository, commit)?)
}
