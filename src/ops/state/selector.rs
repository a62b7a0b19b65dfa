//! The revision that is asked for, and the snapshot it names.

use crate::git::{Repository, Snapshot, revision_or_time};
use crate::ops::error::Failure;
use crate::ops::session::Session;

/// Selects a state of the repository.
#[derive(Debug, Clone, Copy, Default)]
pub struct RevisionSelector<'a> {
    /// A revision or a time; `None` means the newest commit.
    pub at: Option<&'a str>,
    /// True for the files on disk instead of a commit.
    pub work_tree: bool,
    /// True where the revision may be newer than the branch in this clone. The index is then read
    /// but not written.
    pub is_ahead: bool,
    /// True where only the configuration in this state is used.
    pub is_alone: bool,
}

/// The snapshot that is selected.
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
