//! Reads and parses files of a snapshot once, and remembers who looked at what.

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

/// The cache is emptied when it holds trees of this many bytes of text: few files are read twice,
/// and those soon after each other.
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
    /// What was built of the commit read last.
    builds: RefCell<Option<CommitBuilds>>,
    last_stamp: Cell<EssenceStamp>,
    /// The same for readers that are asked for versions only.
    version_builds: RefCell<Option<CommitBuilds>>,
}

/// The builds of a commit.
type CommitBuilds = (Oid, Rc<kustomize::BuildCache>);

impl ParseCache {
    /// The builds of a commit, shared by all who read it; those of a work tree, which may change, are
    /// not.
    fn commit_builds(&self, commit: Option<Oid>) -> Rc<kustomize::BuildCache> {
        commit.map(|commit| builds_of(&self.builds, commit, Rc::default)).unwrap_or_default()
    }

    /// Is it known what was built of this commit?
    pub fn has_builds_of(&self, commit: Oid) -> bool {
        self.builds.borrow().as_ref().is_some_and(|(of, _)| *of == commit)
    }

    /// As `builds`, for versions only: builds with borrowed places are not for others, but those with
    /// the right places will do here.
    fn version_builds(&self, commit: Option<Oid>) -> Rc<kustomize::BuildCache> {
        let exact = |commit| self.builds.borrow_mut().take_if(|(of, _)| *of == commit);
        let new = |commit| exact(commit).map(|(_, builds)| builds).unwrap_or_default();
        commit
            .map(|commit| builds_of(&self.version_builds, commit, || new(commit)))
            .unwrap_or_default()
    }

    /// Says that the snapshot `to`, read next for versions only, differs from `from`, the one read
    /// last, in exactly these paths of files. What was built of `from` stays as far as it holds.
    ///
    /// Returns the directories that were read as claims and may have changed, with all that was told
    /// before and not read again left out. `None` when nothing is kept: of another commit, or when a
    /// reader of `from` still lives. Then everything is read anew.
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

    /// A stamp that nothing bears yet.
    pub(super) fn next_stamp(&self) -> EssenceStamp {
        self.last_stamp.set(self.last_stamp.get() + 1);
        self.last_stamp.get()
    }

    /// Counts a text that is about to be kept.
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

/// How a path of a file differs from one snapshot to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileChangeKind {
    Added,
    Removed,
    /// Its contents or its kind.
    Modified,
}

fn builds_of(
    slot: &RefCell<Option<CommitBuilds>>,
    commit: Oid,
    new: impl FnOnce() -> Rc<kustomize::BuildCache>,
) -> Rc<kustomize::BuildCache> {
    let mut known = slot.borrow_mut();
    match &*known {
        Some((of, builds)) if *of == commit => Rc::clone(builds),
        _ => Rc::clone(&known.insert((commit, new())).1),
    }
}

/// A snapshot through which sources read. It keeps the paths that were looked at (found or not), so
/// that a later change of one of them is known to matter, and warns once about each unreadable file.
pub struct SnapshotReader<'a> {
    snapshot: &'a Snapshot<'a>,
    pub(super) cache: &'a ParseCache,
    /// Directories of this snapshot that were built.
    pub(super) kustomize: Rc<kustomize::BuildCache>,
    pub(super) touched: RefCell<AccessLog>,
    /// The path that was looked up last, and what is there.
    last: RefCell<(String, Option<SnapshotFile>)>,
    warnings: RefCell<BTreeMap<String, Warning>>,
    /// Is it asked for versions only?
    pub(super) of_versions: bool,
    /// Every warning in the order it was given, also those about files that had one.
    log: RefCell<Vec<Warning>>,
}

impl<'a> SnapshotReader<'a> {
    /// A reader over one snapshot.
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

    /// A reader that is asked for versions only: lines and spans may be those of another revision,
    /// where nothing else has changed (see [`Cache::moved`]).
    pub fn of_versions(snapshot: &'a Snapshot<'a>, cache: &'a ParseCache) -> Self {
        let reader =
            SnapshotReader::with_builds(snapshot, cache, cache.version_builds(snapshot.commit()));
        SnapshotReader { of_versions: true, ..reader }
    }

    /// How many warnings were given so far, and those given since some earlier count.
    pub(super) fn warned_since(&self, count: usize) -> (usize, Vec<Warning>) {
        let log = self.log.borrow();
        (log.len(), log.get(count..).unwrap_or_default().to_vec())
    }

    /// The snapshot.
    pub fn snapshot(&self) -> &'a Snapshot<'a> {
        self.snapshot
    }

    /// The paths looked at since the last call.
    pub fn take_touched(&self) -> AccessLog {
        std::mem::take(&mut self.touched.borrow_mut())
    }

    /// Goes on with paths that were taken before.
    pub(super) fn resume_touched(&self, touched: AccessLog) {
        *self.touched.borrow_mut() = touched;
    }

    /// Says that these paths were looked at, though what was found there is remembered.
    pub(super) fn record_access(&self, paths: &Rc<AccessLog>) {
        self.touched.borrow_mut().add_shared(Rc::clone(paths));
    }

    /// The warnings so far, one per file.
    pub fn warnings(&self) -> Vec<Warning> {
        self.warnings.borrow().values().cloned().collect()
    }

    /// Adds a warning about a file, unless it has one.
    pub fn add_warning(&self, warning: Warning) {
        let key = warning.path.clone().unwrap_or_else(|| warning.message.clone());
        self.log.borrow_mut().push(warning.clone());
        self.warnings.borrow_mut().entry(key).or_insert(warning);
    }

    /// The file at a path, if there is one.
    pub fn find_file(&self, path: &str) -> Option<SnapshotFile> {
        let file = self.found_last(path).unwrap_or_else(|| {
            let file = self.snapshot.find_file(path);
            self.last.replace((path.to_owned(), file.clone()));
            file
        });
        self.touched.borrow_mut().insert(path, PathLookup::from(file.as_ref()));
        file
    }

    /// A file is asked for several times on end: is it there, what does it speak of, what is in it.
    fn found_last(&self, path: &str) -> Option<Option<SnapshotFile>> {
        let last = self.last.borrow();
        (last.0 == path && !path.is_empty()).then(|| last.1.clone())
    }

    /// Is there a directory at this path?
    pub fn is_directory(&self, path: &str) -> bool {
        let is = self.snapshot.is_directory(path);
        self.touched
            .borrow_mut()
            .insert(path, if is { PathLookup::Directory } else { PathLookup::Nothing });
        is
    }

    /// Is there a plain file at this path?
    pub fn file_exists(&self, path: &str) -> bool {
        self.find_file(path).is_some_and(|file| file.kind == FileKind::File)
    }

    /// The text of a file, without a byte order mark's influence on offsets (it stays in the text).
    /// `None` with a warning when it cannot be read.
    pub fn read_text(&self, path: &str) -> Option<Rc<str>> {
        let found =
            self.find_file(path).ok_or(ReadError::NotFound).and_then(|file| self.load_text(&file));
        found.map_err(|error| self.add_warning(unreadable_warning(path, &error))).ok()
    }

    /// The text of a file and its id, if it can be read.
    pub(super) fn text_and_id(&self, path: &str) -> Option<(Oid, Rc<str>)> {
        let file = self.find_file(path)?;
        Some((file.id, self.load_text(&file).ok()?))
    }

    /// The documents of a YAML or JSON file. `None` with a warning when it is neither.
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

    /// As [`Reader::yaml`], but says why not instead of warning.
    ///
    /// # Errors
    /// [`Unparsed`].
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

    /// The leaves of a YAML or JSON file. `None` with a warning when it is neither.
    pub fn read_leaves(&self, path: &str) -> Option<Rc<Vec<Leaf>>> {
        let stream = self.read_yaml(path)?;
        let id = self.snapshot.find_file(path)?.id;
        let mut cache = self.cache.leaves.borrow_mut();
        Some(Rc::clone(cache.entry(id).or_insert_with(|| Rc::new(leaf::of_yaml(&stream)))))
    }

    /// As [`Reader::leaves`], but a template that is no YAML is read line by line, as far as that goes.
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

/// Why a file gave no YAML.
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

/// Does a text contain template markers of Go, Helm, Jinja or ERB?
pub fn is_template(text: &str) -> bool {
    ["{{", "{%", "<%"].iter().any(|marker| text.contains(marker))
}
