//! The mainline: the first-parent chain from a tip, commit by commit.
//!
//! Replace refs and `info/grafts` are not honoured, because libgit2 does not: the commits are those
//! that were written.

use super::commit::CommitInfo;
use super::objects::ObjectReader;
use super::{GitError, Repository};
use git2::{ObjectType, Oid};

/// What a visitor wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WalkControl {
    Continue,
    Stop,
}

/// Why a walk ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WalkEnd {
    /// The visitor had enough, or the commit was met before which the walk was to end.
    Done,
    /// After the first commit of all.
    Root,
    /// At this commit a shallow clone ends; what it changed is unknown.
    Shallow(Oid),
}

impl Repository {
    /// The newest commit on the first-parent chain from `tip` that `matches` by id and committer time.
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

    /// People and message of a commit.
    ///
    /// # Errors
    /// [`GitError::MissingObject`].
    pub fn commit_info(&self, id: Oid) -> Result<CommitInfo, GitError> {
        let bytes = self.read_object(id, ObjectType::Commit)?;
        Ok(CommitInfo::parse(id, &bytes))
    }
}
