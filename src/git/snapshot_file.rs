//! A file of a snapshot: its path, kind and id, and why it could not be read.

use super::tree::{MODE_LINK, MODE_SUBMODULE};
use git2::Oid;

/// Larger files are not read: no file that pins versions comes near.
pub const MAX_FILE_BYTES: usize = 10 << 20;

/// The kind of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    File,
    Symlink,
    Submodule,
}

impl FileKind {
    /// Converts the mode of a tree entry.
    pub(super) fn of_mode(mode: u32) -> Self {
        match mode {
            MODE_LINK => FileKind::Symlink,
            MODE_SUBMODULE => FileKind::Submodule,
            _ => FileKind::File,
        }
    }
}

/// One file of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotFile {
    /// From the top of the repository, with `/`.
    pub path: String,
    /// The blob's id; equal ids mean equal contents.
    pub id: Oid,
    pub kind: FileKind,
}

impl SnapshotFile {
    /// Creates the file of a tree entry.
    pub(super) fn of_entry(path: String, mode: u32, id: Oid) -> Self {
        SnapshotFile { path, id, kind: FileKind::of_mode(mode) }
    }
}

/// Why a file could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    #[error("there is no such file")]
    NotFound,
    #[error("it is a symbolic link, and towpath does not follow links")]
    Symlink,
    #[error("it is a submodule, whose files are in another repository")]
    Submodule,
    #[error("it is {bytes} bytes long; towpath reads files up to {MAX_FILE_BYTES} bytes")]
    TooLarge { bytes: usize },
    #[error("its object {id} is not in this clone; run `git fetch --refetch --no-filter`")]
    MissingObject { id: Oid },
    #[error("it is not UTF-8 text")]
    NotText,
    #[error("{0}")]
    Io(String),
}
