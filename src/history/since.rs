//! Finds the mainline commit that introduced each cell's current version.

use super::pull_request_number;
use super::walk::{WalkOptions, find_introductions};
use crate::git::{GitError, GitIdentity, Oid, Repository, WalkEnd};
use crate::model::{CellKey, Version};
use crate::source::{Claim, ClaimReading};
use std::collections::{HashMap, HashSet};

/// The commit that introduced a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntroducingCommit {
    pub commit: Oid,
    /// Committer time in seconds since 1970, when it landed on the mainline.
    pub time: i64,
    pub author: GitIdentity,
    pub subject: String,
    pub pull_request: Option<u64>,
}

/// Introducing commits, and why the walk stopped.
#[derive(Debug)]
pub struct IntroducingCommits {
    /// Versions that are missing here are older than the history of this clone.
    pub found: HashMap<(CellKey, Version), IntroducingCommit>,
    pub stopped: WalkEnd,
    /// True if the clone lacks older contents of a file.
    pub is_partial: bool,
}

/// Finds the mainline commit that introduced the version of each of these cells. A version written
/// in several places counts from the first of them.
///
/// # Errors
/// [`GitError::MissingObject`] if a partial clone lacks a commit or tree.
pub fn find_introducing_commits<'a>(
    question: WalkOptions<'a>,
    tip: Vec<(Claim<'a>, ClaimReading)>,
    cells: &HashSet<CellKey>,
) -> Result<IntroducingCommits, GitError> {
    let found_in_walk = find_introductions(question, tip, |cell| cells.contains(cell))?;
    let mut found = HashMap::new();
    let mut known: HashMap<Oid, IntroducingCommit> = HashMap::new();
    for (wanted, (commit, _)) in found_in_walk.versions {
        let since = match known.get(&commit) {
            Some(since) => since.clone(),
            None => load_introducing_commit(question.repository, commit)?,
        };
        known.insert(commit, since.clone());
        found.insert(wanted, since);
    }
    let (stopped, is_partial) = (found_in_walk.stopped, found_in_walk.is_partial);
    Ok(IntroducingCommits { found, stopped, is_partial })
}

/// Loads the author, subject, time and pull request of a commit.
///
/// # Errors
/// [`GitError::MissingObject`].
pub fn load_introducing_commit(
    repository: &Repository,
    commit: Oid,
) -> Result<IntroducingCommit, GitError> {
    let info = repository.commit_info(commit)?;
    let pull_request = pull_request_number(&info.subject, &info.message);
    Ok(IntroducingCommit {
        commit,
        time: info.time,
        author: info.author,
        subject: info.subject,
        pull_request,
    })
}

#[cfg(test)]
#[path = "since_tests.rs"]
mod tests;
