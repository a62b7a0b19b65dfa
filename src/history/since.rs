//! Since when each slot runs what it runs: the mainline commit that put the version there.

use super::pull_request_number;
use super::walk::{Question, arrivals};
use crate::git::{GitError, Oid, Person, Repository, Stopped};
use crate::model::{SlotKey, Version};
use crate::source::{Claim, Reading};
use std::collections::{HashMap, HashSet};

/// The commit that put a version where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Since {
    pub commit: Oid,
    /// The committer time, in seconds since 1970: when it landed on the mainline.
    pub time: i64,
    pub author: Person,
    pub subject: String,
    pub pull_request: Option<u64>,
}

/// The answers, and why there are no more.
#[derive(Debug)]
pub struct Arrivals {
    /// An entry without an answer is older than what is in this clone.
    pub found: HashMap<(SlotKey, Version), Since>,
    pub stopped: Stopped,
}

/// Finds, for each of these slots, the mainline commit that put its version there. A version that is
/// written in several places is there since the first of them.
///
/// # Errors
/// [`GitError::MissingObject`] where a partial clone lacks a commit or tree.
pub fn since<'a>(
    question: Question<'a>,
    tip: Vec<(Claim<'a>, Reading)>,
    slots: &HashSet<SlotKey>,
) -> Result<Arrivals, GitError> {
    let (arrivals, stopped) = arrivals(question, tip, |slot| slots.contains(slot))?;
    let mut found = HashMap::new();
    let mut known: HashMap<Oid, Since> = HashMap::new();
    for (wanted, (commit, _)) in arrivals {
        let since = match known.get(&commit) {
            Some(since) => since.clone(),
            None => describe(question.repository, commit)?,
        };
        known.insert(commit, since.clone());
        found.insert(wanted, since);
    }
    Ok(Arrivals { found, stopped })
}

/// What a commit says of the versions it brought.
///
/// # Errors
/// [`GitError::MissingObject`].
pub fn describe(repository: &Repository, commit: Oid) -> Result<Since, GitError> {
    let info = repository.commit_info(commit)?;
    let pull_request = pull_request_number(&info.subject, &info.message);
    Ok(Since { commit, time: info.time, author: info.author, subject: info.subject, pull_request })
}

#[cfg(test)]
#[path = "since_tests.rs"]
mod tests;
