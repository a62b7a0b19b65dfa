//! Merges made of objects, without a checkout.

use super::write::{Workspace, WriteError};
use super::{GitError, Oid};

/// What becomes of two commits that are brought together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MergeOutcome {
    /// The base has it all already.
    Nothing,
    /// The head goes on from the base.
    Forward,
    /// A tree of both.
    Tree(Oid),
    /// Both have changed these files.
    Conflict(Vec<String>),
}

impl Workspace<'_> {
    /// Brings what is on `head` to `base`, as far as it goes. Nothing is written but trees.
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

    /// Writes the merge of two commits: `tree`, and both as parents.
    ///
    /// # Errors
    /// As [`Workspace::commit`].
    pub fn merge_commit(
        &self,
        tree: Oid,
        base: Oid,
        head: Oid,
        message: &str,
    ) -> Result<Oid, WriteError> {
        self.commit_tree(tree, &[base, head], message, &self.author()?)
    }

    /// Writes everything that `head` has as one commit on top of `base`. `tree` is what both are
    /// together; the head's own, where it goes on from the base.
    ///
    /// # Errors
    /// As [`Workspace::commit`].
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

    /// Is everything that `head` has in `base`?
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

/// The files in conflict, each once.
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
