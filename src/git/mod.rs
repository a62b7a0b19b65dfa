//! Git: repositories, snapshots of one revision, the first-parent mainline, and commits and pushes of
//! what a [`Workspace`] writes.
//!
//! Objects are read through libgit2's object database and cut up here, because whole-tree diffs are
//! many times slower (docs/performance.md). Knows nothing of stages.

pub mod at;
mod backoff;
mod branches;
mod chain;
mod child;
mod commit;
mod diff;
mod error;
mod links;
mod log;
mod loose;
mod mainline;
mod merge;
mod objects;
mod pack;
pub mod path;
mod premerge;
mod progress;
mod push;
mod range;
mod record;
pub mod remote;
mod repository;
mod revision;
mod shallow;
mod signature;
mod snapshot;
mod talk;
#[cfg(test)]
pub(crate) mod testing;
mod tree;
pub mod url;
mod walk;
mod write;

pub use backoff::backoff_pause;
pub use chain::{ChainCommit, ChainFetch, ChainFile, CommitChain};
pub use commit::{CommitInfo, GitIdentity};
pub use diff::{PathChange, PathScope, TreeDiff};
pub use error::GitError;
pub use git2::Oid;
pub use links::SymlinkMap;
pub use log::{CommitLog, CommitRange, LogEntry};
pub use mainline::{WalkControl, WalkEnd};
pub use merge::MergeOutcome;
pub use premerge::MergePreview;
pub use progress::{NoProgress, Progress};
pub use push::{BranchPush, ExpectedRef, PushMode, PushOutcome, UnmergedCommit};
pub use record::RefUpdate;
pub use repository::Repository;
pub(crate) use repository::RepositoryHandle;
pub use shallow::clone_shallow;
pub use signature::{AllowedSigners, SignatureStatus};
pub use snapshot::{FileKind, ReadError, Snapshot, SnapshotFile};
pub use walk::{CommitChanges, MainlineWalk, WalkProgress};
pub use write::{GitOptions, NewCommit, Workspace, WriteError, author_identity, fill_credential};
