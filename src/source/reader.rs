//! Reads and parses files of a snapshot once, and records all accesses.

use super::access_log::{AccessLog, PathLookup};
use super::by_document::DocumentCache;
use super::essence_cache::EssenceStamp;
use super::kustomize;
use super::leaf::{self, Leaf};
use super::template_scan;
use crate::git::{FileKind, Oid, ReadError, Snapshot, SnapshotFile};
use crate::model::Warning;
use crate::yaml;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

/// Bytes of text after which the cache is cleared: few files are read twice, and then soon after
/// each other.
const CACHED_BYTES: usize = 256 << 10;

/// Parsed files by blob id, so that equal files are parsed once, also across revisions.
#[derive(Default)]
pub struct ParseCache {
    bytes: Cell<usize>,
    texts: RefCell<HashMap<Oid, Result<Rc<str>, ReadError>>>,
    yaml: RefCell<HashMap<Oid, Result<Rc<yaml::YamlStream>, yaml::YamlError>>>,
    leaves: RefCell<HashMap<Oid, Rc<Vec<Leaf>>>>,
    pub(super) documents: DocumentCache,
    pub(super) kustomize: kustomize::KustomizeFileCache,
    /// Builds of the commit read last.
    builds: RefCell<Option<CommitBuilds>>,
    last_stamp: Cell<EssenceStamp>,
    /// Like `builds`, for readers that need versions only.
    version_builds: RefCell<Option<CommitBuilds>>,
}

/// The builds of a commit.
type CommitBuilds = (Oid, Rc<kustomize::BuildCache>);

impl ParseCache {
    /// Returns the builds of a commit, shared by all its readers. A work tree may change, so its
    /// builds are not shared.
    fn commit_builds(&self, commit: Option<Oid>) -> Rc<kustomize::BuildCache> {
        commit.map(|commit| builds_of(&self.builds, commit, Rc::default)).unwrap_or_default()
    }

    /// True if builds of this commit are cached.
    pub fn has_builds_of(&self, commit: Oid) -> bool {
        self.builds.borrow().as_ref().is_some_and(|(of, _)| *of == commit)
    }

    /// Like `commit_builds`, for versions only. Such builds may have outdated lines and must not be
    /// used elsewhere, but exact builds can be used here.
    fn version_builds(&self, commit: Option<Oid>) -> Rc<kustomize::BuildCache> {
        let exact = |commit| self.builds.borrow_mut().take_if(|(of, _)| *of == commit);
        let new = |commit| exact(commit).map(|(_, builds)| builds).unwrap_or_default();
        commit
            .map(|commit| builds_of(&self.version_builds, commit, || new(commit)))
            .unwrap_or_default()
    }

    /// Announces that the snapshot `to`, read next for versions only, differs from `from`, read
    /// last, in exactly these files. Builds of `from` that are still valid are kept.
    ///
    /// Returns the directories that were read as claims and may have changed, except those reported
    /// earlier and not read since. `None` if nothing is cached for `from` or one of its readers
    /// still exists; then everything must be read again.
    pub fn apply_changes<'p>(
        &self,
        from: Oid,
        to: Oid,
        changes: impl IntoIterator<Item = (&'p str, FileChangeKind)>,
    ) -> Option<Vec<Rc<str>>> {
        let (of, mut builds) = self.version_builds.take()?;
        let affected =
            Rc::get_mut(&mut builds).filter(|_| of == from)?.mark_stale(changes, &self.kustomize);
        self.version_builds.replace(Some((to, builds)));
        Some(affected)
    }

    /// Returns a new, unused stamp.
    pub(super) fn next_stamp(&self) -> EssenceStamp {
        self.last_stamp.set(self.last_stamp.get() + 1);
        self.last_stamp.get()
    }

    /// Accounts for a text to be cached, clearing the cache if it is full.
    fn make_room(&self, bytes: usize) {
        let held = self.bytes.get() + bytes;
        if held <= CACHED_BYTES {
            self.bytes.set(held);
            return;
        }
        self.bytes.set(bytes);
        self.texts.borrow_mut().clear();
        self.yaml.borrow_mut().clear();
        self.leaves.borrow_mut().clear();
    }
}

/// The kind of change of a file between two snapshots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileChangeKind {
    Added,
    Removed,
    /// Its contents or kind changed.
    Modified,
}

fn builds_of(
    cell: &RefCell<Option<CommitBuilds>>,
    commit: Oid,
    new: impl FnOnce() -> Rc<kustomize::BuildCache>,
) -> Rc<kustomize::BuildCache> {
    let mut known = cell.borrow_mut();
    match &*known {
        Some((of, builds)) if *of == commit => Rc::clone(builds),
        _ => Rc::clone(&known.insert((commit, new())).1),
    }
}

/// A snapshot as seen by sources. It records the paths that were looked up (found or not), so that
/// later changes of them are known to matter, and warns once about each unreadable file.
pub struct SnapshotReader<'a> {
    snapshot: &'a Snapshot<'a>,
    pub(super) cache: &'a ParseCache,
    /// Built directories of this snapshot.
    pub(super) kustomize: Rc<kustomize::BuildCache>,
    pub(super) touched: RefCell<AccessLog>,
    /// The last path looked up, and the result.
    last: RefCell<(String, Option<SnapshotFile>)>,
    warnings: RefCell<BTreeMap<String, Warning>>,
    /// True if only versions are needed.
    pub(super) of_versions: bool,
    /// All warnings in order, including further ones about the same file.
    log: RefCell<Vec<Warning>>,
}

impl<'a> SnapshotReader<'a> {
    /// Creates a reader of a snapshot.
    pub fn new(snapshot: &'a Snapshot<'a>, cache: &'a ParseCache) -> Self {
        SnapshotReader::with_builds(snapshot, cache, cache.commit_builds(snapshot.commit()))
    }

    fn with_builds(
        snapshot: &'a Snapshot<'a>,
        cache: &'a ParseCache,
        kustomize: Rc<kustomize::BuildCache>,
    ) -> Self {
        SnapshotReader {
            snapshot,
            cache,
            kustomize,
            touched: RefCell::default(),
            last: RefCell::default(),
            warnings: RefCell::default(),
            of_versions: false,
            log: RefCell::default(),
        }
    }

    /// Creates a reader for versions only: lines and spans may be those of another revision if
    /// nothing else changed (see [`ParseCache::apply_changes`]).
    pub fn of_versions(snapshot: &'a Snapshot<'a>, cache: &'a ParseCache) -> Self {
        let reader =
            SnapshotReader::with_builds(snapshot, cache, cache.version_builds(snapshot.commit()));
        SnapshotReader { of_versions: true, ..reader }
    }

    /// Returns the number of warnings so far, and those after the first `count`.
    pub(super) fn warned_since(&self, count: usize) -> (usize, Vec<Warning>) {
        let log = self.log.borrow();
        (log.len(), log.get(count..).unwrap_or_default().to_vec())
    }

    /// Returns the snapshot.
    pub fn snapshot(&self) -> &'a Snapshot<'a> {
        self.snapshot
    }

    /// Returns the paths accessed since the last call.
    pub fn take_touched(&self) -> AccessLog {
        std::mem::take(&mut self.touched.borrow_mut())
    }

    /// Restores paths that were taken before.
    pub(super) fn resume_touched(&self, touched: AccessLog) {
        *self.touched.borrow_mut() = touched;
    }

    /// Records these paths as accessed, although the result comes from a cache.
    pub(super) fn record_access(&self, paths: &Rc<AccessLog>) {
        self.touched.borrow_mut().add_shared(Rc::clone(paths));
    }

    /// Returns the warnings so far, one per file.
    pub fn warnings(&self) -> Vec<Warning> {
        self.warnings.borrow().values().cloned().collect()
    }

    /// Adds a warning about a file, unless it has one.
    pub fn add_warning(&self, warning: Warning) {
        let key = warning.path.clone().unwrap_or_else(|| warning.message.clone());
        self.log.borrow_mut().push(warning.clone());
        self.warnings.borrow_mut().entry(key).or_insert(warning);
    }

    /// Returns the file at a path, if there is one.
    pub fn find_file(&self, path: &str) -> Option<SnapshotFile> {
        let file = self.found_last(path).unwrap_or_else(|| {
            let file = self.snapshot.find_file(path);
            self.last.replace((path.to_owned(), file.clone()));
            file
        });
        self.touched.borrow_mut().insert(path, PathLookup::from(file.as_ref()));
        file
    }

    /// Returns the cached result for the last path: the same file is often looked up several times
    /// in a row.
    fn found_last(&self, path: &str) -> Option<Option<SnapshotFile>> {
        let last = self.last.borrow();
        (last.0 == path && !path.is_empty()).then(|| last.1.clone())
    }

    /// True if there is a directory at this path.
    pub fn is_directory(&self, path: &str) -> bool {
        let is = self.snapshot.is_directory(path);
        self.touched
            .borrow_mut()
            .insert(path, if is { PathLookup::Directory } else { PathLookup::Nothing });
        is
    }

    /// True if there is a regular file at this path.
    pub fn file_exists(&self, path: &str) -> bool {
        self.find_file(path).is_some_and(|file| file.kind == FileKind::File)
    }

    /// Returns the text of a file, including any byte order mark, so that offsets are those in the
    /// file. `None` with a warning if it cannot be read.
    pub fn read_text(&self, path: &str) -> Option<Rc<str>> {
        let found =
            self.find_file(path).ok_or(ReadError::NotFound).and_then(|file| self.load_text(&file));
        found.map_err(|error| self.add_warning(unreadable_warning(path, &error))).ok()
    }

    /// Returns id and text of a file, if it can be read.
    pub(super) fn text_and_id(&self, path: &str) -> Option<(Oid, Rc<str>)> {
        let file = self.find_file(path)?;
        Some((file.id, self.load_text(&file).ok()?))
    }

    /// Returns the documents of a YAML or JSON file. `None` with a warning if it is invalid.
    pub fn read_yaml(&self, path: &str) -> Option<Rc<yaml::YamlStream>> {
        match self.try_yaml(path) {
            Ok(stream) => Some(stream),
            Err(YamlReadError::Read(error)) => {
                self.add_warning(unreadable_warning(path, &error));
                None
            }
            Err(YamlReadError::Yaml(error, templated)) => {
                self.add_warning(not_yaml(path, &error, templated));
                None
            }
        }
    }

    /// Like [`SnapshotReader::read_yaml`], but returns the error instead of warning.
    ///
    /// # Errors
    /// [`YamlReadError`].
    pub fn try_yaml(&self, path: &str) -> Result<Rc<yaml::YamlStream>, YamlReadError> {
        let file = self.find_file(path).ok_or(YamlReadError::Read(ReadError::NotFound))?;
        let text = self.load_text(&file).map_err(YamlReadError::Read)?;
        if let Some(known) = self.cache.yaml.borrow().get(&file.id) {
            return known.clone().map_err(|error| YamlReadError::Yaml(error, is_template(&text)));
        }
        let parsed = yaml::parse(&text).map(Rc::new);
        self.cache.yaml.borrow_mut().insert(file.id, parsed.clone());
        parsed.map_err(|error| YamlReadError::Yaml(error, is_template(&text)))
    }

    /// Returns the leaves of a YAML or JSON file. `None` with a warning if it is invalid.
    pub fn read_leaves(&self, path: &str) -> Option<Rc<Vec<Leaf>>> {
        let stream = self.read_yaml(path)?;
        let id = self.snapshot.find_file(path)?.id;
        let mut cache = self.cache.leaves.borrow_mut();
        Some(Rc::clone(cache.entry(id).or_insert_with(|| Rc::new(leaf::of_yaml(&stream)))))
    }

    /// Like [`SnapshotReader::read_leaves`], but a template that is not valid YAML is scanned line
    /// by line.
    pub fn leaves_or_scan(&self, path: &str) -> Option<Rc<Vec<Leaf>>> {
        if let Err(YamlReadError::Yaml(_, true)) = self.try_yaml(path) {
            let id = self.snapshot.find_file(path)?.id;
            if let Some(known) = self.cache.leaves.borrow().get(&id) {
                return Some(Rc::clone(known));
            }
            let scanned = Rc::new(template_scan::scan_leaves(&self.read_text(path)?));
            self.cache.leaves.borrow_mut().insert(id, Rc::clone(&scanned));
            return Some(scanned);
        }
        self.read_leaves(path)
    }

    fn load_text(&self, file: &SnapshotFile) -> Result<Rc<str>, ReadError> {
        let plain = file.kind == FileKind::File;
        if plain && let Some(known) = self.cache.texts.borrow().get(&file.id) {
            return known.clone();
        }
        let loaded: Result<Rc<str>, ReadError> =
            self.snapshot.read_file(file).and_then(|bytes| match String::from_utf8(bytes) {
                Ok(text) => Ok(Rc::from(text)),
                Err(_) => Err(ReadError::NotText),
            });
        if plain {
            self.cache.make_room(loaded.as_ref().map_or(0, |text| text.len()));
            self.cache.texts.borrow_mut().insert(file.id, loaded.clone());
        }
        loaded
    }
}

/// Why a file could not be read as YAML.
#[derive(Debug, Clone)]
pub enum YamlReadError {
    Read(ReadError),
    /// The error, and whether the file looks like a template.
    Yaml(yaml::YamlError, bool),
}

pub(super) fn unreadable_warning(path: &str, error: &ReadError) -> Warning {
    let code = match error {
        ReadError::NotFound => "not-found",
        ReadError::Symlink => "symlink",
        ReadError::Submodule => "submodule",
        ReadError::TooLarge { .. } => "too-large",
        ReadError::MissingObject { .. } => "missing-object",
        ReadError::NotText => "not-text",
        ReadError::Io(_) => "unreadable",
    };
    Warning::for_file(code, path, format!("cannot be read: {error}"))
}

pub(super) fn not_yaml(path: &str, error: &yaml::YamlError, templated: bool) -> Warning {
    let why = if templated { "a template, not YAML" } else { "not valid YAML" };
    Warning::for_file("not-yaml", path, format!("is {why}: {error}"))
}

/// True if a text contains template markers of Go, Helm, Jinja or ERB.
pub fn is_template(text: &str) -> bool {
    ["{{", "{%", "<%"].iter().any(|marker| text.contains(marker))
}
