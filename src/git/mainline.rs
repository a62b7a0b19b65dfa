//! The mainline: the first-parent chain from a tip, commit by commit.
//!
//! Replace refs and `info/grafts` are not honoured, because libgit2 ignores them.

use super::commit::CommitInfo;
use super::objects::ObjectReader;
use super::{GitError, Repository};
use git2::{ObjectType, Oid};

/// A visitor's decision to continue or stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WalkControl {
    Continue,
    Stop,
}

/// Why a walk ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WalkEnd {
    /// The visitor stopped, or the walk reached its end commit.
    Done,
    /// Reached the root commit.
    Root,
    /// Reached this commit, where a shallow clone ends; its changes are unknown.
    Shallow(Oid),
}

impl Repository {
    /// Returns the newest commit on the first-parent chain from `tip` for which `matches` returns
    /// true, given its id and committer time.
    ///
    /// # Errors
    /// [`GitError::MissingObject`] where the clone lacks a commit.
    pub fn find_on_mainline(
        &self,
        tip: Oid,
        mut matches: impl FnMut(Oid, i64) -> bool,
    ) -> Result<Option<Oid>, GitError> {
        let shallow = self.shallow_commits();
        let mut objects = ObjectReader::open(&self.objects_dir(), self.packs())?;
        let mut next = Some(tip);
        while let Some(id) = next {
            let head = objects.read_commit_head(id)?;
            if matches(id, head.time) {
                return Ok(Some(id));
            }
            next = head.parent.filter(|_| !shallow.contains(&id));
        }
        Ok(None)
    }

    /// Returns author, committer and message of a commit.
    ///
    /// # Errors
    /// [`GitError::MissingObject`].
    pub fn commit_info(&self, id: Oid) -> Result<CommitInfo, GitError> {
        let bytes = self.read_object(id, ObjectType::Commit)?;
        Ok(CommitInfo::parse(id, &bytes))
    }
}
