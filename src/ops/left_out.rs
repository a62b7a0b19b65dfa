//! The versions that a state of a repository has, but that its configuration does not show.

use crate::discovery::{LeftOutReason, find_left_out};
use crate::git::{Repository, Snapshot};
use crate::ops::error::Failure;
use crate::ops::session::Session;
use crate::ops::state::RepositoryState;
use crate::report::LeftOutEntry;
use crate::source::{ParseCache, SnapshotReader};

/// Finds the versions that are not shown, and notes how many files were not looked at.
///
/// # Errors
/// When the state cannot be read.
pub fn left_out_entries(
    state: &RepositoryState,
    session: &Session,
    repository: &Repository,
) -> Result<Vec<LeftOutEntry>, Failure> {
    let snapshot = match state.commit {
        Some(commit) => Snapshot::of_commit(repository, commit)?,
        None => Snapshot::of_work_tree(repository)?,
    };
    let cache = ParseCache::default();
    let reader = SnapshotReader::new(&snapshot, &cache);
    let unsure = state.settings.assumed.as_ref().map(|proposal| &proposal.unsure);
    let found = find_left_out(&state.settings.config, unsure, &reader)
        .map_err(|error| Failure::failed(format!("the files cannot be listed: {error}")))?;
    if found.unread > 0 {
        session.note(&format!(
            "{} files that no source reads were not looked at, because they are too many",
            found.unread
        ));
    }
    let list = found.entries.into_iter().flat_map(|(reason, entries)| {
        let is_staged = reason == LeftOutReason::Uncertain;
        LeftOutEntry::list(entries, (reason.code(), reason.words()), is_staged)
    });
    Ok(list.collect())
}
