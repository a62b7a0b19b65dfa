//! Per-thread object reader. Packs and loose objects are read here; libgit2 reads the rest (loose
//! objects of alternates, damaged packs and packs of other formats).

use super::GitError;
use super::commit::CommitHead;
use super::loose::LooseLookup;
use super::pack::{PackReader, PackSet};
use git2::{ObjectType, Odb, Oid};
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Reads before libgit2's database is reopened. libgit2 maps whole packs and never unmaps what it
/// has touched, so a long walk would keep the whole pack in memory; a new database starts with
/// nothing mapped.
const READS_PER_DATABASE: usize = 6_000;

/// Reads objects as raw bytes.
pub(super) struct ObjectReader {
    packs: PackReader,
    directory: String,
    /// Opened on first use.
    odb: Option<Odb<'static>>,
    reads: usize,
}

/// Number of different spellings of the object folder's path. libgit2 shares packs, windows and
/// delta caches per path, behind locks; two threads that use two spellings do not wait for each
/// other (measured: half the wall time). The plain path is used by the
/// [`Repository`](super::Repository).
const SPELLINGS: usize = 16;

/// The next spelling to use.
static NEXT: AtomicUsize = AtomicUsize::new(0);

impl ObjectReader {
    pub fn open(directory: &Path, packs: Arc<PackSet>) -> Result<Self, GitError> {
        let plain = directory.to_str().ok_or_else(|| GitError::Unsupported {
            path: directory.display().to_string(),
            what: "a path that is not UTF-8".to_owned(),
        })?;
        let spelling = NEXT.fetch_add(1, Ordering::Relaxed) % SPELLINGS;
        let directory = format!("{plain}{}", "/.".repeat(1 + spelling));
        Ok(ObjectReader { packs: PackReader::new(packs), directory, odb: None, reads: 0 })
    }

    /// Returns the fields of a commit that a walk needs.
    pub fn read_commit_head(&mut self, id: Oid) -> Result<CommitHead, GitError> {
        if let Some(head) =
            self.packs.read_front(id, ObjectType::Commit).and_then(CommitHead::of_front)
        {
            return Ok(head);
        }
        let bytes = self.read_object(id, ObjectType::Commit)?;
        CommitHead::parse(&bytes).ok_or_else(|| GitError::BrokenObject { id: id.to_string() })
    }

    /// Returns the bytes of an object of this kind.
    pub fn read_object(&mut self, id: Oid, kind: ObjectType) -> Result<Rc<[u8]>, GitError> {
        let missing = || GitError::MissingObject { id: id.to_string() };
        if let Some((_, bytes)) = self.packs.read_object(id).filter(|(found, _)| *found == kind) {
            return Ok(bytes);
        }
        match LooseLookup::open(Path::new(&self.directory), id) {
            LooseLookup::Found(opened) if opened.kind == kind => {
                opened.contents().map(Rc::from).ok_or_else(missing)
            }
            LooseLookup::Found(_) | LooseLookup::Damaged => Err(missing()),
            LooseLookup::Absent if self.packs.is_spoiled(id) => Err(missing()),
            LooseLookup::Absent => {
                let object =
                    self.open_fallback()?.read(id).ok().filter(|object| object.kind() == kind);
                object.map(|object| object.data().into()).ok_or_else(missing)
            }
        }
    }

    /// Returns the length of an object that is not in a readable pack, without reading it whole.
    pub fn object_length(&mut self, id: Oid) -> Option<usize> {
        match LooseLookup::open(Path::new(&self.directory), id) {
            LooseLookup::Found(opened) => Some(opened.length),
            LooseLookup::Damaged => None,
            LooseLookup::Absent if self.packs.is_spoiled(id) => None,
            LooseLookup::Absent => {
                self.open_fallback().ok()?.read_header(id).ok().map(|(length, _)| length)
            }
        }
    }

    /// Returns an object stored in a readable pack.
    pub fn read_packed(&mut self, id: Oid, kind: ObjectType) -> Option<Rc<[u8]>> {
        self.packs.read_object(id).filter(|(found, _)| *found == kind).map(|(_, bytes)| bytes)
    }

    fn open_fallback(&mut self) -> Result<&Odb<'static>, GitError> {
        self.reads += 1;
        if self.reads > READS_PER_DATABASE {
            self.reads = 0;
            // Drop the old one first, or libgit2 hands its open packs to the new one.
            self.odb = None;
        }
        match &mut self.odb {
            Some(odb) => Ok(odb),
            closed => Ok(closed.insert(open_database(&self.directory)?)),
        }
    }
}

fn open_database(directory: &str) -> Result<Odb<'static>, GitError> {
    let failed = |error: git2::Error| GitError::from_git2("the object database", &error);
    if !Path::new(directory).is_dir() {
        return Err(GitError::NotARepository { path: directory.to_owned() });
    }
    let odb = Odb::new().map_err(failed)?;
    odb.add_disk_alternate(directory).map_err(failed)?;
    Ok(odb)
}
