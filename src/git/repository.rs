//! Finds and opens a repository, whoever owns it, without running anything it configures.

use super::GitError;
use super::merge_preview::PreviewObjects;
use super::objects::ObjectReader;
use super::pack::PackSet;
use super::plain_files::check_plain_files;
use super::tree::TreeCache;
use git2::{ObjectType, Oid};
use std::cell::{OnceCell, RefCell};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

/// A git repository, opened for reading.
///
/// libgit2 opens the git directory itself, never the work tree. So a repository of another user or
/// on a read-only file system can be read, and no filter, hook or monitor in its config runs.
///
/// Replace refs and `info/grafts` are not honoured, because libgit2 ignores them.
pub struct Repository {
    inner: git2::Repository,
    /// The directory with `HEAD`; a linked worktree has its own.
    git_dir: PathBuf,
    /// The directory with `objects` and `refs`, shared by all linked worktrees.
    common_dir: PathBuf,
    work_tree: Option<PathBuf>,
    trees: TreeCache,
    packs: OnceCell<Arc<PackSet>>,
    /// The reader of this thread; walks have their own.
    objects: RefCell<Option<ObjectReader>>,
    /// Objects of previewed merges.
    imagined: RefCell<Option<PreviewObjects>>,
    /// The object folder of a push that a server hook is checking (quarantine).
    incoming: Option<PathBuf>,
}

/// A handle for opening the repository on another thread.
pub(crate) struct RepositoryHandle {
    git_dir: PathBuf,
    packs: Arc<PackSet>,
}

impl RepositoryHandle {
    /// Opens the repository, sharing its packs.
    ///
    /// # Errors
    /// As [`Repository::open`].
    pub fn open(&self) -> Result<Repository, GitError> {
        let repository = Repository::open(&self.git_dir)?;
        // A new repository has no packs set yet.
        drop(repository.packs.set(Arc::clone(&self.packs)));
        Ok(repository)
    }
}

impl Repository {
    /// Opens the repository that contains `path`: a work tree, a folder in one, a linked worktree
    /// or a bare repository.
    ///
    /// # Errors
    /// [`GitError::NoSuchPath`], [`GitError::NotARepository`], or [`GitError::Unsupported`] for
    /// formats that libgit2 cannot read.
    pub fn open(path: &Path) -> Result<Self, GitError> {
        git2::opts::strict_hash_verification(false);
        git2::opts::enable_caching(false);
        // `.` says nothing in a log or a bug report.
        let named = if path == Path::new(".") { path.canonicalize().ok() } else { None };
        let shown = named.as_deref().unwrap_or(path).display().to_string();
        if !path.exists() {
            return Err(GitError::NoSuchPath { path: shown });
        }
        let git_dir = git2::Repository::discover_path(path, std::iter::empty::<&Path>())
            .ok()
            .ok_or_else(|| GitError::NotARepository { path: shown.clone() })?;
        check_plain_files(&git_dir)?;
        let common_dir = common_dir(&git_dir);
        check_plain_files(&common_dir)?;
        let inner = git2::Repository::open_bare(&common_dir)
            .map_err(|error| unsupported_error(&shown, &error))?;
        let work_tree = work_tree(&git_dir);
        Ok(Repository {
            inner,
            git_dir,
            common_dir,
            work_tree,
            trees: TreeCache::default(),
            packs: OnceCell::new(),
            objects: RefCell::default(),
            imagined: RefCell::default(),
            incoming: None,
        })
    }

    /// Returns the directory with `HEAD`.
    pub fn git_dir(&self) -> &Path {
        &self.git_dir
    }

    /// Returns the directory shared by all linked worktrees.
    pub fn common_dir(&self) -> &Path {
        &self.common_dir
    }

    /// Returns the folder of the checked-out files; `None` for a bare repository.
    pub fn work_tree(&self) -> Option<&Path> {
        self.work_tree.as_deref()
    }

    /// Returns the object folder.
    pub(super) fn objects_dir(&self) -> PathBuf {
        self.common_dir.join("objects")
    }

    /// Returns the boundary commits of a shallow clone, whose parents it lacks. Empty for a full
    /// clone.
    pub fn shallow_commits(&self) -> Vec<Oid> {
        let text = std::fs::read_to_string(self.common_dir.join("shallow")).unwrap_or_default();
        text.lines().filter_map(|line| Oid::from_str(line.trim()).ok()).collect()
    }

    /// Returns the packs, opened on first use. Packs that appear later are found by libgit2.
    pub(super) fn packs(&self) -> Arc<PackSet> {
        Arc::clone(self.packs.get_or_init(|| Arc::new(PackSet::open(&self.objects_dir()))))
    }

    /// Returns the bytes of an object of this kind.
    ///
    /// # Errors
    /// [`GitError::MissingObject`] if it is missing or of another kind.
    pub(super) fn read_object(&self, id: Oid, kind: ObjectType) -> Result<Rc<[u8]>, GitError> {
        let found = self.with_objects(|objects| objects.read_object(id, kind));
        found.or_else(|error| self.read_elsewhere(id, kind).ok_or(error))
    }

    /// Returns the repository with the objects of a push that is not accepted yet, which git stores
    /// in a folder named by `GIT_QUARANTINE_PATH`.
    ///
    /// # Errors
    /// When libgit2 cannot add the folder.
    pub fn with_incoming(self, folder: &Path) -> Result<Self, GitError> {
        let failed = |error: git2::Error| GitError::from_git2("the pushed objects", &error);
        let shown = folder.to_str().ok_or_else(|| GitError::Unsupported {
            path: folder.display().to_string(),
            what: "a path that is not UTF-8".to_owned(),
        })?;
        self.inner.odb().and_then(|odb| odb.add_disk_alternate(shown)).map_err(failed)?;
        Ok(Repository { incoming: Some(folder.to_path_buf()), ..self })
    }

    /// Returns the folder of the pushed objects, if there is one.
    pub(super) fn incoming_objects(&self) -> Option<&Path> {
        self.incoming.as_deref()
    }

    /// Keeps the objects of a previewed merge readable.
    pub(super) fn keep_imagined(&self, imagined: PreviewObjects) {
        self.imagined.replace(Some(imagined));
    }

    /// Reads an object of a previewed merge or of a push.
    fn read_elsewhere(&self, id: Oid, kind: ObjectType) -> Option<Rc<[u8]>> {
        let incoming = || {
            self.incoming.as_ref()?;
            let odb = self.inner.odb().ok()?;
            let object = odb.read(id).ok().filter(|object| object.kind() == kind)?;
            Some(Rc::from(object.data()))
        };
        let imagined = self.imagined.borrow();
        imagined.as_ref().and_then(|imagined| imagined.read_object(id, kind)).or_else(incoming)
    }

    /// Returns the bytes of a blob, or its length if that exceeds `limit`.
    ///
    /// # Errors
    /// As [`Repository::read_object`].
    pub(super) fn read_blob(
        &self,
        id: Oid,
        limit: usize,
    ) -> Result<Result<Rc<[u8]>, usize>, GitError> {
        let found = self.with_objects(|objects| {
            if let Some(bytes) = objects.read_packed(id, ObjectType::Blob) {
                return Ok(if bytes.len() > limit { Err(bytes.len()) } else { Ok(bytes) });
            }
            match objects.object_length(id) {
                Some(length) if length > limit => Ok(Err(length)),
                _ => objects.read_object(id, ObjectType::Blob).map(Ok),
            }
        });
        let elsewhere = |error| {
            let bytes = self.read_elsewhere(id, ObjectType::Blob).ok_or(error)?;
            Ok(if bytes.len() > limit { Err(bytes.len()) } else { Ok(bytes) })
        };
        found.or_else(elsewhere)
    }

    /// Returns the bytes of a tree, from the cache if possible.
    ///
    /// # Errors
    /// As [`Repository::read_object`].
    pub(super) fn read_tree(&self, id: Oid) -> Result<Rc<[u8]>, GitError> {
        if let Some(known) = self.trees.get_tree(id) {
            return Ok(known);
        }
        let bytes = self.read_object(id, ObjectType::Tree)?;
        self.trees.insert_tree(id, &bytes);
        Ok(bytes)
    }

    fn with_objects<T>(
        &self,
        ask: impl FnOnce(&mut ObjectReader) -> Result<T, GitError>,
    ) -> Result<T, GitError> {
        let mut objects = self.objects.borrow_mut();
        match &mut *objects {
            Some(open) => ask(open),
            closed => ask(closed.insert(ObjectReader::open(&self.objects_dir(), self.packs())?)),
        }
    }

    /// Returns a handle for opening the repository on another thread.
    pub(crate) fn handle(&self) -> RepositoryHandle {
        RepositoryHandle { git_dir: self.git_dir.clone(), packs: self.packs() }
    }

    /// Returns libgit2's handle, for the other files of this folder.
    pub(super) fn inner(&self) -> &git2::Repository {
        &self.inner
    }

    /// Returns the branch that `HEAD` names, or `None` if it is detached.
    pub fn head_branch(&self) -> Option<String> {
        let head = std::fs::read_to_string(self.git_dir.join("HEAD")).ok()?;
        head.trim().strip_prefix("ref: refs/heads/").map(str::to_owned)
    }

    /// Returns the commit that `HEAD` points to.
    ///
    /// # Errors
    /// [`GitError::Empty`] or [`GitError::Unborn`] before the first commit.
    pub fn head_commit(&self) -> Result<Oid, GitError> {
        match self.head_branch() {
            Some(branch) => {
                self.resolve_revision(&format!("refs/heads/{branch}")).ok().ok_or_else(|| {
                    let empty = self.inner.references().is_ok_and(|mut all| all.next().is_none());
                    match empty {
                        true => GitError::Empty,
                        false => GitError::Unborn { branch, known: self.branch_names() },
                    }
                })
            }
            None => {
                let head = std::fs::read_to_string(self.git_dir.join("HEAD")).unwrap_or_default();
                self.resolve_revision(head.trim())
            }
        }
    }
}

impl Repository {
    /// Returns the URL of `origin`, without credentials.
    pub fn origin_url(&self) -> Option<String> {
        let origin = self.inner.find_remote("origin").ok()?;
        origin.url().ok().map(super::url::redact_credentials)
    }
}

/// Returns the main git directory. A linked worktree names it in a file `commondir`.
fn common_dir(git_dir: &Path) -> PathBuf {
    match std::fs::read_to_string(git_dir.join("commondir")) {
        Ok(relative) => git_dir.join(relative.trim()),
        Err(_) => git_dir.to_path_buf(),
    }
}

/// Returns the work tree of a git directory: its parent, or the one a linked worktree names in
/// `gitdir`.
fn work_tree(git_dir: &Path) -> Option<PathBuf> {
    if let Ok(link) = std::fs::read_to_string(git_dir.join("gitdir")) {
        return Path::new(link.trim()).parent().map(Path::to_path_buf);
    }
    let named_git = git_dir.file_name().is_some_and(|name| name == ".git");
    named_git.then(|| git_dir.parent().map(Path::to_path_buf)).flatten()
}

fn unsupported_error(path: &str, error: &git2::Error) -> GitError {
    let message = error.message();
    let what = if message.contains("objectformat") || message.contains("sha256") {
        "SHA-256 object names".to_owned()
    } else if message.contains("refstorage") || message.contains("reftable") {
        "the reftable format".to_owned()
    } else if message.contains("unsupported extension")
        || message.contains("unsupported repository")
    {
        message.to_owned()
    } else {
        return GitError::from_git2(format!("`{path}`"), error);
    };
    GitError::Unsupported { path: path.to_owned(), what }
}

#[cfg(test)]
#[path = "repository_tests.rs"]
mod tests;
