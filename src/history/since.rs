//! Since when each slot runs what it runs: the mainline commit that put the version there.

use super::pull_request_number;
use super::walk::{WalkOptions, find_introductions};
use crate::git::{GitError, GitIdentity, Oid, Repository, WalkEnd};
use crate::model::{CellKey, Version};
use crate::source::{Claim, ClaimReading};
use std::collections::{HashMap, HashSet};

/// The commit that put a version where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntroducingCommit {
    pub commit: Oid,
    /// The committer time, in seconds since 1970: when it landed on the mainline.
    pub time: i64,
    pub author: GitIdentity,
    pub subject: String,
    pub pull_request: Option<u64>,
}

/// The answers, and why there are no more.
#[derive(Debug)]
pub struct IntroducingCommits {
    /// An entry without an answer is older than what is in this clone.
    pub found: HashMap<(CellKey, Version), IntroducingCommit>,
    pub stopped: WalkEnd,
}

/// Finds, for each of these slots, the mainline commit that put its version there. A version that is
/// written in several places is there since the first of them.
///
/// # Errors
/// [`GitError::MissingObject`] where a partial clone lacks a commit or tree.
pub fn find_introducing_commits<'a>(
    question: WalkOptions<'a>,
    tip: Vec<(Claim<'a>, ClaimReading)>,
    slots: &HashSet<CellKey>,
) -> Result<IntroducingCommits, GitError> {
    let (arrivals, stopped) = find_introductions(question, tip, |slot| slots.contains(slot))?;
    let mut found = HashMap::new();
    let mut known: HashMap<Oid, IntroducingCommit> = HashMap::new();
    for (wanted, (commit, _)) in arrivals {
        let since = match known.get(&commit) {
            Some(since) => since.clone(),
            None => load_introducing_commit(question.repository, commit)?,
        };
        known.insert(commit, since.clone());
        found.insert(wanted, since);
    }
    Ok(IntroducingCommits { found, stopped })
}

/// What a commit says of the versions it brought.
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
