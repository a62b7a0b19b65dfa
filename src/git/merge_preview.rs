//! What a merge would bring, worked out in memory. Nothing is written, and no hook or driver runs.

use super::snapshot::Snapshot;
use super::{GitError, Oid, Repository};
use git2::{MergeOptions, ObjectType};
use std::rc::Rc;

/// What would stand on a branch if something were merged into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MergePreview {
    /// The branch has it all already.
    Nothing,
    /// The two have no commit in common.
    Unrelated,
    /// Both have changed these files.
    Conflict(Vec<String>),
    /// It goes on from the branch, so this commit would be the new state.
    Forward(Oid),
    /// A tree of both, which is only in memory.
    Tree(Oid),
}

/// The objects of merges that were only thought of.
pub(super) struct PreviewObjects(git2::Repository);

impl PreviewObjects {
    /// A second handle, whose new objects stay in memory.
    fn open(repository: &Repository) -> Result<Self, git2::Error> {
        let git = git2::Repository::open_bare(repository.common_dir())?;
        // Higher than the backends on disk, so that it takes what is written.
        let odb = git.odb()?;
        odb.add_new_mempack_backend(1_000)?;
        if let Some(folder) = repository.incoming_objects().and_then(|folder| folder.to_str()) {
            odb.add_disk_alternate(folder)?;
        }
        drop(odb);
        Ok(PreviewObjects(git))
    }

    /// The bytes of an object that was thought of.
    pub fn read_object(&self, id: Oid, kind: ObjectType) -> Option<Rc<[u8]>> {
        let odb = self.0.odb().ok()?;
        let object = odb.read(id).ok().filter(|object| object.kind() == kind)?;
        Some(object.data().into())
    }
}

impl Repository {
    /// What merging `head` into `base` would bring. Renames are looked for only where it would be a
    /// conflict otherwise.
    ///
    /// # Errors
    /// When objects are missing.
    pub fn preview_merge(&self, base: Oid, head: Oid) -> Result<MergePreview, GitError> {
        let failed = |error: git2::Error| GitError::from_git2("a merge", &error);
        // A shallow clone knows the names of commits that it lacks.
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
        Ok(merged)
    }

    /// A shallow clone lacks what comes before.
    fn shallow_error(&self) -> Option<GitError> {
        let edges =
            self.shallow_commits().into_iter().filter_map(|edge| self.commit_parents(edge).ok());
        let id = edges
            .flatten()
            .find(|parent| self.read_object(*parent, ObjectType::Commit).is_err())?;
        Some(GitError::MissingObject { id: id.to_string() })
    }

    /// The files of a tree that was thought of, as if a commit of that name and time had it.
    ///
    /// # Errors
    /// When there is no such tree.
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
