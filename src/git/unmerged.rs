//! The commits of a branch that are not on its base, and what can be told of them.

use super::push::BranchPush;
use super::write::{NewCommit, Workspace};
use super::write_error::WriteError;
use super::{GitError, Oid};

/// A commit on a branch that is not on its base.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnmergedCommit {
    pub id: Oid,
    /// True if author and committer time are equal: neither amended nor rebased since.
    pub is_as_written: bool,
    pub parents: Vec<Oid>,
}

/// A file that a commit changes, with its old and new text. A missing file is an empty text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedText {
    pub path: String,
    pub before: String,
    pub after: String,
}

impl Workspace<'_> {
    /// Returns the commits reachable from `tip` but not from `base`, newest first, up to `limit`.
    ///
    /// # Errors
    /// When objects are missing.
    pub fn unmerged_commits(
        &self,
        tip: Oid,
        base: Oid,
        limit: usize,
    ) -> Result<Vec<UnmergedCommit>, WriteError> {
        let failed = |error: git2::Error| GitError::from_git2("a branch", &error);
        let git = self.repository.inner();
        let mut walk = git.revwalk().map_err(failed)?;
        walk.push(tip).and_then(|()| walk.hide(base)).map_err(failed)?;
        let all: Result<Vec<UnmergedCommit>, git2::Error> =
            walk.take(limit).map(|id| read_unmerged_commit(git, id?)).collect();
        Ok(all.map_err(failed)?)
    }

    /// True for a merge of two commits whose tree is what git makes of both by itself, such as a
    /// merge by the button "Update branch" of a forge. Nobody wrote anything in it.
    ///
    /// # Errors
    /// When objects are missing.
    pub fn is_plain_merge(&self, commit: &UnmergedCommit) -> Result<bool, WriteError> {
        let failed = |error: git2::Error| GitError::from_git2("a merge", &error);
        let [ours, theirs] = commit.parents.as_slice() else { return Ok(false) };
        let git = self.repository.inner();
        let tree = git.find_commit(commit.id).map_err(failed)?.tree_id();
        let (ours, theirs) =
            (git.find_commit(*ours).map_err(failed)?, git.find_commit(*theirs).map_err(failed)?);
        // Forges differ in whether they look for renames.
        for renames in [true, false] {
            let mut options = git2::MergeOptions::new();
            options.find_renames(renames);
            let mut index = git.merge_commits(&ours, &theirs, Some(&options)).map_err(failed)?;
            if !index.has_conflicts() && index.write_tree_to(git).map_err(failed)? == tree {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Returns the files that a commit with one parent changes; `None` if that are more than
    /// `limit`, or if they are no texts.
    ///
    /// # Errors
    /// When objects are missing.
    pub fn changed_texts(
        &self,
        commit: &UnmergedCommit,
        limit: usize,
    ) -> Result<Option<Vec<ChangedText>>, WriteError> {
        let failed = |error: git2::Error| GitError::from_git2("a commit", &error);
        let [parent] = commit.parents.as_slice() else { return Ok(None) };
        let git = self.repository.inner();
        let tree = |id: Oid| git.find_commit(id).and_then(|commit| commit.tree());
        let (old, new) = (tree(*parent).map_err(failed)?, tree(commit.id).map_err(failed)?);
        let diff = git.diff_tree_to_tree(Some(&old), Some(&new), None).map_err(failed)?;
        if diff.deltas().len() > limit {
            return Ok(None);
        }
        let text = |id: Oid| match id.is_zero() {
            true => Some(String::new()),
            false => String::from_utf8(git.find_blob(id).ok()?.content().to_vec()).ok(),
        };
        let changed = |delta: git2::DiffDelta<'_>| {
            let (old, new) = (delta.old_file(), delta.new_file());
            let is_mode_kept = old.id().is_zero() || new.id().is_zero() || old.mode() == new.mode();
            let path = new.path().filter(|_| is_mode_kept)?.to_str()?.to_owned();
            Some(ChangedText { path, before: text(old.id())?, after: text(new.id())? })
        };
        Ok(diff.deltas().map(changed).collect())
    }

    /// Writes a commit on top of `head`, for a branch that must not be replaced. It has the
    /// contents of `new`, and the parent of `new` as its second parent where `head` does not
    /// contain it.
    ///
    /// # Errors
    /// As [`Workspace::write_commit`].
    pub fn write_commit_on(&self, head: Oid, new: &NewCommit<'_>) -> Result<Oid, WriteError> {
        let failed = |error: git2::Error| GitError::from_git2("the new commit", &error);
        let tree = self.write_files_tree(new).map_err(failed)?;
        let parents = if self.contains_changes(head, new.parent)? {
            vec![head]
        } else {
            vec![head, new.parent]
        };
        self.commit_tree(tree, &parents, new.message, &self.author()?)
    }

    /// Returns the branches of `origin` whose names do not allow this branch to exist: git stores
    /// `a/b` in a folder `a`, so that `a` cannot be a branch as well.
    ///
    /// # Errors
    /// When the remote cannot be reached.
    pub fn branches_in_the_way(&self, branch: &str) -> Result<Vec<String>, WriteError> {
        let below = format!("{branch}/*");
        let mut names: Vec<&str> =
            branch.match_indices('/').map(|(end, _)| &branch[..end]).collect();
        names.push(&below);
        let there = self.remote_heads(&names)?.into_keys();
        // `ls-remote` matches the end of a name, too.
        let is_in_the_way = |name: &String| {
            branch.starts_with(&format!("{name}/")) || name.starts_with(&format!("{branch}/"))
        };
        Ok(there.filter(is_in_the_way).collect())
    }
}

impl BranchPush<'_> {
    /// True if the remote refused the push because it forbids to replace branches.
    pub fn is_replacing_forbidden(error: &WriteError) -> bool {
        let WriteError::Refused { message, .. } = error else { return false };
        let message = message.to_ascii_lowercase();
        let words = ["non-fast-forward", "fast forward", "force-push", "force push", "forced push"];
        words.iter().any(|word| message.contains(word))
    }
}

fn read_unmerged_commit(git: &git2::Repository, id: Oid) -> Result<UnmergedCommit, git2::Error> {
    let commit = git.find_commit(id)?;
    let is_as_written = commit.author().when() == commit.committer().when();
    Ok(UnmergedCommit { id: commit.id(), is_as_written, parents: commit.parent_ids().collect() })
}
