//! Access to git: repositories, snapshots of one revision, the first-parent mainline, and the
//! commits and pushes of a [`Workspace`].
//!
//! Objects are read through libgit2's object database and parsed here, because libgit2's whole-tree
//! diffs are many times slower (docs/performance.md). Nothing here knows about stages.

mod backoff;
mod branches;
mod chain;
mod chain_batches;
mod commit;
mod diff;
mod disk_files;
mod error;
mod git_process;
mod log;
mod loose;
mod mainline;
mod merge;
mod merge_preview;
mod merge_tree;
mod network_retry;
mod objects;
mod pack;
pub mod path;
mod plain_files;
mod progress;
mod push;
mod range;
mod ref_update;
pub mod remote;
mod remote_chain;
mod repository;
mod revision;
pub mod revision_or_time;
mod shallow;
mod signature;
mod signing_certificate;
mod snapshot;
mod snapshot_file;
mod symlinks;
#[cfg(test)]
pub(crate) mod testing;
mod tree;
mod unmerged;
pub mod url;
mod walk;
mod write;
mod write_error;

pub use backoff::backoff_pause;
pub use branches::BranchTips;
pub use chain::{ChainCommit, ChainFetch, ChainFile, CommitChain};
pub use commit::{CommitInfo, GitIdentity, short_id};
pub use diff::{PathChange, PathScope, TreeDiff, TreeObject};
pub use error::GitError;
pub use git2::Oid;
pub use log::{CloneContents, CommitLog, CommitRange, LogEntry};
pub use mainline::{WalkControl, WalkEnd};
pub use merge::MergeOutcome;
pub use merge_preview::{MergePreview, MergeWitness};
pub use progress::{NoProgress, Progress};
pub use push::{BranchPush, ExpectedRef, PushMode, PushOutcome};
pub use ref_update::RefUpdate;
pub use remote_chain::{ChainAnswer, RemoteChain};
pub use repository::Repository;
pub(crate) use repository::RepositoryHandle;
pub use shallow::clone_shallow;
pub use signature::{AllowedSigners, SignatureStatus};
pub use snapshot::Snapshot;
pub use snapshot_file::{FileKind, ReadError, SnapshotFile};
pub use symlinks::SymlinkMap;
pub use unmerged::{ChangedText, UnmergedCommit};
pub use walk::{CommitChanges, MainlineWalk, WalkProgress};
pub use write::{GitOptions, NewCommit, Workspace, author_identity, fill_credential};
pub use write_error::WriteError;
