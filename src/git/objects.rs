//! An object database of its own for each thread that walks: packs are read here, the rest (loose
//! objects, alternates, what is damaged) by libgit2.

use super::GitError;
use super::commit::CommitHead;
use super::pack::{PackReader, Packs};
use git2::{ObjectType, Odb, Oid};
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

/// How often one database may be read from before it is opened anew. libgit2 maps whole packs and
/// never unmaps what it has touched, so a long walk would keep the whole pack in memory; a new
/// database starts with nothing mapped.
const READS_PER_DATABASE: usize = 6_000;

/// Reads commits and trees as raw bytes.
pub(super) struct Objects {
    packs: PackReader,
    directory: String,
    /// Opened when first needed.
    odb: Option<Odb<'static>>,
    reads: usize,
}

/// How a thread names the object folder. libgit2 shares packs, windows and delta caches per path,
/// behind locks; two threads that use two spellings of one path do not wait for each other
/// (measured: half the wall time; `examples/mainline.rs` shows when that stops being so).
#[derive(Debug, Clone, Copy)]
pub(super) enum Spelling {
    /// For the thread that reads the chain of commits.
    Chain,
    /// For the thread that compares trees.
    Trees,
}

impl Spelling {
    /// Neither is the plain path, which the [`Repository`](super::Repository) itself has open.
    fn suffix(self) -> &'static str {
        match self {
            Spelling::Chain => "/.",
            Spelling::Trees => "/./.",
        }
    }
}

impl Objects {
    pub fn open(directory: &Path, packs: Arc<Packs>, spelling: Spelling) -> Result<Self, GitError> {
        let plain = directory.to_str().ok_or_else(|| GitError::Unsupported {
            path: directory.display().to_string(),
            what: "a path that is not UTF-8".to_owned(),
        })?;
        let directory = format!("{plain}{}", spelling.suffix());
        Ok(Objects { packs: PackReader::new(packs), directory, odb: None, reads: 0 })
    }

    /// The parts of a commit that the walk needs.
    pub fn head(&mut self, id: Oid) -> Result<CommitHead, GitError> {
        if let Some(head) = self.packs.front(id, ObjectType::Commit).and_then(CommitHead::of_front) {
            return Ok(head);
        }
        let bytes = self.read(id, ObjectType::Commit)?;
        CommitHead::parse(&bytes).ok_or_else(|| GitError::BrokenObject { id: id.to_string() })
    }

    /// The bytes of a tree.
    pub fn tree(&mut self, id: Oid) -> Result<Rc<[u8]>, GitError> {
        self.read(id, ObjectType::Tree)
    }

    fn read(&mut self, id: Oid, kind: ObjectType) -> Result<Rc<[u8]>, GitError> {
        if let Some((_, bytes)) = self.packs.read(id).filter(|(found, _)| *found == kind) {
            return Ok(bytes);
        }
        if self.packs.is_spoiled(id) {
            return Err(GitError::MissingObject { id: id.to_string() });
        }
        let object = self.fallback()?.read(id).ok().filter(|object| object.kind() == kind);
        object.map(|object| object.data().into()).ok_or_else(|| GitError::MissingObject { id: id.to_string() })
    }

    fn fallback(&mut self) -> Result<&Odb<'static>, GitError> {
        self.reads += 1;
        if self.reads > READS_PER_DATABASE {
            self.reads = 0;
            // The old one must be gone first, or libgit2 hands its open packs to the new one.
            self.odb = None;
        }
        match &mut self.odb {
            Some(odb) => Ok(odb),
            closed => Ok(closed.insert(database(&self.directory)?)),
        }
    }
}

fn database(directory: &str) -> Result<Odb<'static>, GitError> {
    let failed = |error: git2::Error| GitError::from_git2("the object database", &error);
    if !Path::new(directory).is_dir() {
        return Err(GitError::NotARepository { path: directory.to_owned() });
    }
    let odb = Odb::new().map_err(failed)?;
    odb.add_disk_alternate(directory).map_err(failed)?;
    Ok(odb)
}
