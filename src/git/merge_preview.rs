//! Previews merges in memory. Nothing is written, and no hook or driver runs.

use super::snapshot::Snapshot;
use super::{GitError, Oid, Repository};
use git2::{MergeOptions, ObjectType};
use std::rc::Rc;

/// Result of a previewed merge into a branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MergePreview {
    /// The branch already contains the head.
    Nothing,
    /// The two have no common ancestor.
    Unrelated,
    /// The files in conflict.
    Conflict(Vec<String>),
    /// Fast-forward: this commit would be the branch's new tip.
    Forward(Oid),
    /// The merged tree, which exists only in memory.
    Tree(Oid),
    /// Both sides changed these files, and git merges them differently, or cannot be asked.
    Uncertain(Vec<String>),
}

/// Whether git may be asked for its own result of a merge. It needs a temporary folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MergeWitness {
    Git,
    Nobody,
}

/// The objects of previewed merges.
pub(super) struct PreviewObjects(git2::Repository);

impl PreviewObjects {
    /// Opens a second handle whose new objects stay in memory.
    fn open(repository: &Repository) -> Result<Self, git2::Error> {
        let git = git2::Repository::open_bare(repository.common_dir())?;
        // A higher priority than the backends on disk, so that writes go to memory.
        let odb = git.odb()?;
        odb.add_new_mempack_backend(1_000)?;
        if let Some(folder) = repository.incoming_objects().and_then(|folder| folder.to_str()) {
            odb.add_disk_alternate(folder)?;
        }
        drop(odb);
        Ok(PreviewObjects(git))
    }

    /// Returns the bytes of an in-memory object.
    pub fn read_object(&self, id: Oid, kind: ObjectType) -> Option<Rc<[u8]>> {
        let odb = self.0.odb().ok()?;
        let object = odb.read(id).ok().filter(|object| object.kind() == kind)?;
        Some(object.data().into())
    }
}

impl Repository {
    /// Previews merging `head` into `base`. Rename detection runs only if the merge conflicts
    /// without it. Where the sides meet, git itself must come to the same result.
    ///
    /// # Errors
    /// When objects are missing.
    pub fn preview_merge(
        &self,
        base: Oid,
        head: Oid,
        witness: MergeWitness,
    ) -> Result<MergePreview, GitError> {
        let failed = |error: git2::Error| GitError::from_git2("a merge", &error);
        // A shallow clone lists parents whose objects it lacks.
        for commit in [base, head] {
            self.read_object(commit, ObjectType::Commit)?;
        }
        let fork = match self.inner().merge_base(base, head) {
            Ok(fork) => fork,
            Err(error) if error.code() == git2::ErrorCode::NotFound => {
                return Ok(MergePreview::Unrelated);
            }
            Err(error) => return Err(self.shallow_error().unwrap_or_else(|| failed(error))),
        };
        if fork == head {
            return Ok(MergePreview::Nothing);
        }
        if fork == base {
            return Ok(MergePreview::Forward(head));
        }
        let imagined = PreviewObjects::open(self).map_err(failed)?;
        let merged = merge_in_memory(&imagined.0, base, head).map_err(failed)?;
        self.keep_imagined(imagined);
        let MergePreview::Tree(tree) = merged else { return Ok(merged) };
        let entangled = self.find_entangled_paths(fork, base, head)?;
        let has_same_tree =
            || witness == MergeWitness::Git && self.merge_as_git_does(base, head) == Some(tree);
        if entangled.is_empty() || has_same_tree() {
            return Ok(merged);
        }
        Ok(MergePreview::Uncertain(entangled))
    }

    /// Returns the error for a parent that a shallow clone lacks.
    fn shallow_error(&self) -> Option<GitError> {
        let edges =
            self.shallow_commits().into_iter().filter_map(|edge| self.commit_parents(edge).ok());
        let id = edges
            .flatten()
            .find(|parent| self.read_object(*parent, ObjectType::Commit).is_err())?;
        Some(GitError::MissingObject { id: id.to_string() })
    }

    /// Returns a snapshot of an in-memory tree. It reports `tree` as its commit id, and `time`.
    ///
    /// # Errors
    /// When the tree does not exist.
    pub fn snapshot_of_tree(&self, tree: Oid, time: i64) -> Result<Snapshot<'_>, GitError> {
        self.read_tree(tree)?;
        Ok(Snapshot::of_tree(self, tree, tree, time))
    }
}

fn merge_in_memory(
    git: &git2::Repository,
    base: Oid,
    head: Oid,
) -> Result<MergePreview, git2::Error> {
    let (ours, theirs) = (git.find_commit(base)?, git.find_commit(head)?);
    let merge = |renames: bool| {
        let mut options = MergeOptions::new();
        git.merge_commits(&ours, &theirs, Some(options.find_renames(renames)))
    };
    let mut index = merge(false)?;
    if index.has_conflicts() {
        index = merge(true)?;
    }
    if index.has_conflicts() {
        return Ok(MergePreview::Conflict(super::merge::conflicting_files(&index)?));
    }
    Ok(MergePreview::Tree(index.write_tree_to(git)?))
}

#[cfg(test)]
#[path = "merge_preview_tests.rs"]
mod tests;
