//! An object database of its own for each thread that walks.

use super::GitError;
use super::commit::CommitHead;
use git2::{ObjectType, Odb, Oid};
use std::path::Path;

/// How often one database may be read from before it is opened anew. libgit2 maps whole packs and
/// never unmaps what it has touched, so a long walk would keep the whole pack in memory; a new
/// database starts with nothing mapped.
const READS_PER_DATABASE: usize = 6_000;

/// Reads commits and trees as raw bytes.
pub(super) struct Objects {
    directory: String,
    odb: Odb<'static>,
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
    pub fn open(directory: &Path, spelling: Spelling) -> Result<Self, GitError> {
        let plain = directory.to_str().ok_or_else(|| GitError::Unsupported {
            path: directory.display().to_string(),
            what: "a path that is not UTF-8".to_owned(),
        })?;
        let directory = format!("{plain}{}", spelling.suffix());
        Ok(Objects { odb: database(&directory)?, directory, reads: 0 })
    }

    /// The parts of a commit that the walk needs.
    pub fn head(&mut self, id: Oid) -> Result<CommitHead, GitError> {
        let object = self.read(id, ObjectType::Commit)?;
        CommitHead::parse(object.data()).ok_or_else(|| GitError::BrokenObject { id: id.to_string() })
    }

    /// The bytes of a tree.
    pub fn tree(&mut self, id: Oid) -> Result<git2::OdbObject<'_>, GitError> {
        self.read(id, ObjectType::Tree)
    }

    fn read(&mut self, id: Oid, kind: ObjectType) -> Result<git2::OdbObject<'_>, GitError> {
        self.reads += 1;
        if self.reads > READS_PER_DATABASE {
            self.reads = 0;
            // The old one must be gone first, or libgit2 hands its open packs to the new one.
            self.odb = Odb::new().map_err(|error| GitError::from_git2("the object database", &error))?;
            self.odb = database(&self.directory)?;
        }
        let missing = || GitError::MissingObject { id: id.to_string() };
        self.odb.read(id).ok().filter(|object| object.kind() == kind).ok_or_else(missing)
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
