//! Merges computed from objects, without a checkout.

use super::write::Workspace;
use super::write_error::WriteError;
use super::{GitError, Oid};

/// Result of merging two commits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MergeOutcome {
    /// The base already contains the head.
    Nothing,
    /// Fast-forward: the head contains the base.
    Forward,
    /// The merged tree.
    Tree(Oid),
    /// The files in conflict.
    Conflict(Vec<String>),
}

impl Workspace<'_> {
    /// Merges `head` into `base`. Only trees are written.
    ///
    /// # Errors
    /// When objects are missing.
    pub fn merge_heads(&self, base: Oid, head: Oid) -> Result<MergeOutcome, WriteError> {
        let failed = |error: git2::Error| GitError::from_git2("a merge", &error);
        let git = self.repository.inner();
        let fork = git.merge_base(base, head).ok();
        if fork == Some(head) {
            return Ok(MergeOutcome::Nothing);
        }
        if fork == Some(base) {
            return Ok(MergeOutcome::Forward);
        }
        let (ours, theirs) =
            (git.find_commit(base).map_err(failed)?, git.find_commit(head).map_err(failed)?);
        let mut index = git.merge_commits(&ours, &theirs, None).map_err(failed)?;
        if index.has_conflicts() {
            return Ok(MergeOutcome::Conflict(conflicting_files(&index).map_err(failed)?));
        }
        Ok(MergeOutcome::Tree(index.write_tree_to(git).map_err(failed)?))
    }

    /// Writes a merge commit with `tree` and both parents.
    ///
    /// # Errors
    /// As [`Workspace::write_commit`].
    pub fn merge_commit(
        &self,
        tree: Oid,
        base: Oid,
        head: Oid,
        message: &str,
    ) -> Result<Oid, WriteError> {
        self.commit_tree(tree, &[base, head], message, &self.author()?)
    }

    /// Writes the changes of `head` as one commit on top of `base`. `tree` is the merged tree;
    /// `None` takes the tree of `head`, for a fast-forward.
    ///
    /// # Errors
    /// As [`Workspace::write_commit`].
    pub fn squash_commits(
        &self,
        tree: Option<Oid>,
        base: Oid,
        head: Oid,
        message: &str,
    ) -> Result<Oid, WriteError> {
        let own = || self.repository.inner().find_commit(head).map(|commit| commit.tree_id());
        let tree =
            tree.map_or_else(own, Ok).map_err(|error| GitError::from_git2("a merge", &error))?;
        self.commit_tree(tree, &[base], message, &self.author()?)
    }

    /// Returns whether `base` contains the commit `head`.
    ///
    /// # Errors
    /// When objects are missing.
    pub fn contains_changes(&self, base: Oid, head: Oid) -> Result<bool, WriteError> {
        let found = if base == head {
            Ok(true)
        } else {
            self.repository.inner().graph_descendant_of(base, head)
        };
        Ok(found.map_err(|error| GitError::from_git2("a branch", &error))?)
    }
}

/// Returns the files in conflict, sorted, each once.
pub(super) fn conflicting_files(index: &git2::Index) -> Result<Vec<String>, git2::Error> {
    let mut out = Vec::new();
    for conflict in index.conflicts()? {
        let conflict = conflict?;
        let entry = conflict.our.or(conflict.their).or(conflict.ancestor);
        out.extend(entry.map(|entry| String::from_utf8_lossy(&entry.path).into_owned()));
    }
    out.sort();
    out.dedup();
    Ok(out)
}

#[cfg(test)]
#[path = "merge_tests.rs"]
mod tests;
