//! The files of a repository at one revision, or on disk. Symbolic links are followed only on
//! request, and never out of the repository.

use super::commit::CommitHead;
use super::diff::{self, PathScope, TreeDiff};
use super::disk_files::{disk_file, list_disk, no_links};
use super::path::{folder_of, resolve};
use super::snapshot_file::{FileKind, MAX_FILE_BYTES, ReadError, SnapshotFile};
use super::symlinks::SymlinkMap;
use super::tree::{MAX_DEPTH, MODE_TREE, entry_named, parse_entries};
use super::{GitError, Repository};
use git2::{ObjectType, Oid};
use std::cell::RefCell;
use std::collections::HashMap;
use std::path::PathBuf;
use std::rc::Rc;

/// Directories with tree objects larger than this (some 400 entries) are looked up through an
/// index.
const INDEXED_TREE_BYTES: usize = 16 << 10;

/// Number of listed files after which links are no longer followed: each may lead to the whole
/// repository.
const MAX_FOLLOWED: usize = 200_000;

/// The files of one commit, read from git objects, or the files of the work tree.
pub struct Snapshot<'r> {
    origin: SnapshotOrigin,
    repository: &'r Repository,
    /// Mode and id of each name, for large trees.
    indexes: RefCell<HashMap<Oid, TreeIndex>>,
    /// Replaced contents, by path.
    replaced: HashMap<String, (Oid, Rc<[u8]>)>,
    links: SymlinkMap,
}

/// Mode and id by name.
type TreeIndex = HashMap<Box<[u8]>, (u32, Oid)>;

#[derive(Clone)]
enum SnapshotOrigin {
    Commit { commit: Oid, tree: Oid, time: i64 },
    Disk { top: PathBuf },
}

impl<'r> Snapshot<'r> {
    /// Opens the files of a commit.
    ///
    /// # Errors
    /// When the commit or its root tree is missing.
    pub fn of_commit(repository: &'r Repository, commit: Oid) -> Result<Self, GitError> {
        let bytes = repository.read_object(commit, ObjectType::Commit)?;
        let head = CommitHead::parse(&bytes)
            .ok_or_else(|| GitError::BrokenObject { id: commit.to_string() })?;
        repository.read_tree(head.tree)?;
        Ok(Snapshot::of_tree(repository, commit, head.tree, head.time))
    }

    /// Creates the snapshot of a commit whose root tree is known.
    pub(super) fn of_tree(repository: &'r Repository, commit: Oid, tree: Oid, time: i64) -> Self {
        Snapshot::new(SnapshotOrigin::Commit { commit, tree, time }, repository)
    }

    fn new(origin: SnapshotOrigin, repository: &'r Repository) -> Self {
        Snapshot {
            origin,
            repository,
            indexes: RefCell::default(),
            replaced: HashMap::new(),
            links: SymlinkMap::default(),
        }
    }

    /// Returns a copy with empty caches.
    fn reopen_plain(&self) -> Self {
        let (replaced, links) = (self.replaced.clone(), self.links.clone());
        Snapshot { replaced, links, ..Snapshot::new(self.origin.clone(), self.repository) }
    }

    /// Opens the files on disk.
    ///
    /// # Errors
    /// [`GitError::NoWorkTree`] for a bare repository.
    pub fn of_work_tree(repository: &'r Repository) -> Result<Self, GitError> {
        let top = repository.work_tree().ok_or_else(|| GitError::NoWorkTree {
            path: repository.git_dir().display().to_string(),
        })?;
        Ok(Snapshot::new(SnapshotOrigin::Disk { top: top.to_path_buf() }, repository))
    }

    /// Returns the snapshot with the contents of existing files replaced. Nothing is written; used
    /// to read the result of an edit before it is made.
    ///
    /// # Errors
    /// When the repository's objects cannot be opened again.
    pub fn with_files(
        &self,
        files: impl IntoIterator<Item = (String, Vec<u8>)>,
    ) -> Result<Self, GitError> {
        let mut out = self.reopen_plain();
        for (path, contents) in files {
            let id = Oid::hash_object(ObjectType::Blob, &contents)
                .map_err(|error| GitError::from_git2("the new contents of a file", &error))?;
            out.replaced.insert(path, (id, contents.into()));
        }
        Ok(out)
    }

    /// Returns the snapshot with these links followed. For commits only.
    #[must_use]
    pub fn with_links(&self, links: SymlinkMap) -> Self {
        Snapshot { links, ..self.reopen_plain() }
    }

    /// Returns the commit, or `None` for the work tree and for a snapshot with replaced contents or
    /// followed links.
    pub fn commit(&self) -> Option<Oid> {
        match &self.origin {
            SnapshotOrigin::Commit { commit, .. }
                if self.replaced.is_empty() && self.links.is_empty() =>
            {
                Some(*commit)
            }
            _ => None,
        }
    }

    /// Returns the committer time of the commit, in seconds since 1970; `None` for the work tree.
    pub fn time(&self) -> Option<i64> {
        match &self.origin {
            SnapshotOrigin::Commit { time, .. } => Some(*time),
            SnapshotOrigin::Disk { .. } => None,
        }
    }

    /// Returns all differences to a later state.
    ///
    /// # Errors
    /// When trees are missing.
    pub fn differences_to(&self, later: &Snapshot<'_>) -> Result<TreeDiff, GitError> {
        diff::diff_trees_fully(
            self.repository,
            self.top_tree(),
            later.top_tree(),
            &PathScope::whole(),
        )
    }

    /// Returns the root tree; `None` for the work tree.
    fn top_tree(&self) -> Option<Oid> {
        match &self.origin {
            SnapshotOrigin::Commit { tree, .. } => Some(*tree),
            SnapshotOrigin::Disk { .. } => None,
        }
    }

    /// Returns every file below a directory (`""` for all), in git's order, including links and
    /// submodules. Names that are not UTF-8 are left out.
    ///
    /// # Errors
    /// [`ReadError`] when a directory cannot be read; a missing directory is empty.
    pub fn files_under(&self, directory: &str) -> Result<Vec<SnapshotFile>, ReadError> {
        let mut out = Vec::new();
        match &self.origin {
            SnapshotOrigin::Commit { tree, .. } => match self.find_entry(directory) {
                None if !directory.is_empty() => {}
                Some((mode, id)) if mode != MODE_TREE => {
                    out.push(SnapshotFile::of_entry(directory.to_owned(), mode, id))
                }
                found => {
                    self.list_tree(found.map_or(*tree, |(_, id)| id), directory, 0, &mut out)?;
                    self.follow_links(&mut out)?;
                }
            },
            SnapshotOrigin::Disk { top } => list_disk(top, directory, 0, &mut out)?,
        }
        Ok(out)
    }

    /// Returns the file at a path, without reading it; `None` for a directory.
    pub fn find_file(&self, path: &str) -> Option<SnapshotFile> {
        let found = match &self.origin {
            SnapshotOrigin::Commit { .. } => {
                let (mode, id) = self.find_entry(path)?;
                (mode != MODE_TREE).then(|| SnapshotFile::of_entry(path.to_owned(), mode, id))
            }
            SnapshotOrigin::Disk { top } => disk_file(top, path),
        };
        match self.replaced.get(path) {
            Some((id, _)) => found.map(|file| SnapshotFile { id: *id, ..file }),
            None => found,
        }
    }

    /// True if `path` is a directory.
    pub fn is_directory(&self, path: &str) -> bool {
        match &self.origin {
            SnapshotOrigin::Commit { .. } => {
                path.is_empty() || self.find_entry(path).is_some_and(|(mode, _)| mode == MODE_TREE)
            }
            SnapshotOrigin::Disk { top } => no_links(top, path) && top.join(path).is_dir(),
        }
    }

    /// Returns the contents of a file.
    ///
    /// # Errors
    /// [`ReadError`] with the reason.
    pub fn read_file(&self, file: &SnapshotFile) -> Result<Vec<u8>, ReadError> {
        match file.kind {
            FileKind::Symlink => return Err(ReadError::Symlink),
            FileKind::Submodule => return Err(ReadError::Submodule),
            FileKind::File => {}
        }
        if let Some((_, contents)) = self.replaced.get(&file.path) {
            return Ok(contents.to_vec());
        }
        match &self.origin {
            SnapshotOrigin::Commit { .. } => {
                match self.repository.read_blob(file.id, MAX_FILE_BYTES) {
                    Ok(Ok(bytes)) => Ok(bytes.to_vec()),
                    Ok(Err(bytes)) => Err(ReadError::TooLarge { bytes }),
                    Err(_) => Err(ReadError::MissingObject { id: file.id }),
                }
            }
            SnapshotOrigin::Disk { top } => {
                let path = top.join(&file.path);
                let bytes = std::fs::metadata(&path)
                    .map_or(0, |m| usize::try_from(m.len()).unwrap_or(usize::MAX));
                if bytes > MAX_FILE_BYTES {
                    return Err(ReadError::TooLarge { bytes });
                }
                std::fs::read(&path).map_err(|error| ReadError::Io(error.to_string()))
            }
        }
    }

    /// Returns the path that a symbolic link leads to; `None` if it is no link, or leads out of the
    /// repository.
    pub fn link_target(&self, path: &str) -> Option<String> {
        let link = self.find_file(path).filter(|file| file.kind == FileKind::Symlink)?;
        let text = match &self.origin {
            SnapshotOrigin::Commit { .. } => {
                let bytes = self.repository.read_blob(link.id, MAX_FILE_BYTES).ok()?.ok()?;
                String::from_utf8(bytes.to_vec()).ok()?
            }
            SnapshotOrigin::Disk { top } => {
                std::fs::read_link(top.join(path)).ok()?.to_str()?.to_owned()
            }
        };
        resolve(folder_of(path), &text)
    }

    fn tree_bytes(&self, id: Oid) -> Option<Rc<[u8]>> {
        matches!(self.origin, SnapshotOrigin::Commit { .. })
            .then(|| self.repository.read_tree(id).ok())
            .flatten()
    }

    /// Replaces followed links by the files they lead to. Links inside a followed folder stay
    /// links.
    fn follow_links(&self, files: &mut Vec<SnapshotFile>) -> Result<(), ReadError> {
        if self.links.is_empty() {
            return Ok(());
        }
        let is_followed = |file: &SnapshotFile| {
            file.kind == FileKind::Symlink && self.links.resolve_path(&file.path).is_some()
        };
        let (links, others): (Vec<SnapshotFile>, Vec<SnapshotFile>) =
            std::mem::take(files).into_iter().partition(is_followed);
        *files = others;
        for link in links {
            match self.find_entry(&link.path) {
                Some((MODE_TREE, id)) if files.len() < MAX_FOLLOWED => {
                    self.list_tree(id, &link.path, 0, files)?
                }
                Some((mode, id)) if mode != MODE_TREE => {
                    files.push(SnapshotFile::of_entry(link.path, mode, id))
                }
                _ => files.push(link),
            }
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(())
    }

    fn find_entry(&self, path: &str) -> Option<(u32, Oid)> {
        let SnapshotOrigin::Commit { tree, .. } = &self.origin else { return None };
        let real = self.links.resolve_path(path);
        let path = real.as_deref().unwrap_or(path);
        let mut at = (MODE_TREE, *tree);
        for part in path.split('/').filter(|part| !part.is_empty()) {
            if at.0 != MODE_TREE {
                return None;
            }
            // The bytes of a large tree are not kept, so its index is asked first.
            let name = part.as_bytes();
            let known = self.indexes.borrow().get(&at.1).map(|index| index.get(name).copied());
            at = match known {
                Some(found) => found?,
                None => self.find_in_tree(at.1, &self.tree_bytes(at.1)?, name)?,
            };
        }
        Some(at)
    }

    /// Finds a name in a tree. Large trees are indexed, since each of a hundred thousand files may
    /// be looked up.
    fn find_in_tree(&self, id: Oid, bytes: &[u8], name: &[u8]) -> Option<(u32, Oid)> {
        if bytes.len() < INDEXED_TREE_BYTES {
            return entry_named(bytes, name);
        }
        let mut indexes = self.indexes.borrow_mut();
        let index = indexes.entry(id).or_insert_with(|| {
            // The first of duplicate names counts, as in a small tree.
            let mut index = TreeIndex::new();
            parse_entries(bytes).for_each(|entry| {
                index.entry(Box::from(entry.name)).or_insert((entry.mode, entry.id));
            });
            index
        });
        index.get(name).copied()
    }

    fn list_tree(
        &self,
        id: Oid,
        directory: &str,
        depth: usize,
        out: &mut Vec<SnapshotFile>,
    ) -> Result<(), ReadError> {
        let bytes = self.tree_bytes(id).ok_or(ReadError::MissingObject { id })?;
        for entry in parse_entries(&bytes) {
            let Ok(name) = std::str::from_utf8(entry.name) else { continue };
            let path =
                if directory.is_empty() { name.to_owned() } else { format!("{directory}/{name}") };
            if entry.mode != MODE_TREE {
                out.push(SnapshotFile::of_entry(path, entry.mode, entry.id));
            } else if depth < MAX_DEPTH {
                self.list_tree(entry.id, &path, depth + 1, out)?;
            }
        }
        Ok(())
    }
}
