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

pub use backoff::pause;
pub use chain::{Brought, Chain, Link, LinkFile};
pub use commit::{CommitInfo, Person};
pub use diff::{Change, Differences, Scope};
pub use error::GitError;
pub use git2::Oid;
pub use links::Links;
pub use log::{Between, Log, Logged};
pub use mainline::{Flow, Stopped};
pub use merge::Joined;
pub use premerge::Premerge;
pub use progress::{NoProgress, Progress};
pub use push::{Ahead, Push, Pushed, RefAt, Way};
pub use record::Swap;
pub(crate) use repository::Door;
pub use repository::Repository;
pub use shallow::shallow;
pub use signature::{Signature, Signers};
pub use snapshot::{File, FileKind, ReadError, Snapshot};
pub use walk::{Reached, Step, Walk};
pub use write::{Manner, NewCommit, Workspace, WriteError, author, credential};
