//! A walk down the mainline that lists the changes of each commit, on several threads.
//!
//! One thread reads the chain of commits. Workers compare trees and run the caller's function on
//! each change. The caller receives the commits in order, newest first; the result does not depend
//! on the number of threads.

use super::chain_batches::{BatchEnd, CommitBatch, MainlineCommit, MainlineReader};
use super::diff::{PathChange, PathScope, diff_trees};
use super::pack::PackSet;
use super::repository::RepositoryHandle;
use super::{GitError, Repository, Snapshot, WalkControl, WalkEnd};
use git2::Oid;
use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// Capacity of each of the two queues, in batches.
const WAITING: usize = 4;

/// The first-parent chain from one commit, and the scope to examine.
pub struct MainlineWalk {
    pub(super) objects: PathBuf,
    pub(super) packs: Arc<PackSet>,
    door: RepositoryHandle,
    pub(super) tip: Oid,
    /// The commits whose parents a shallow clone lacks.
    pub(super) shallow: HashSet<Oid>,
    /// Merges of the branch's own remote state that were met, with their second parents.
    pub(super) pulled: Mutex<Vec<(Oid, Oid)>>,
    scope: PathScope,
    pub(super) until: Option<Oid>,
    threads: usize,
}

/// A commit that changed something in the scope.
#[derive(Debug, Clone)]
pub struct CommitChanges {
    pub commit: Oid,
    /// The committer time, in seconds since 1970.
    pub time: i64,
    /// The first parent; `None` for the root commit.
    pub parent: Option<Oid>,
    /// The differences from the first parent; for the root commit, all files.
    pub changes: Vec<PathChange>,
    /// The parent's root tree and committer time.
    before: Option<(Oid, i64)>,
}

impl CommitChanges {
    /// Returns the files before the commit; `None` for the root commit.
    pub fn snapshot_before<'r>(&self, repository: &'r Repository) -> Option<Snapshot<'r>> {
        let (tree, time) = self.before?;
        Some(Snapshot::of_tree(repository, self.parent?, tree, time))
    }
}

/// Progress of a walk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WalkProgress {
    /// Commits examined so far.
    pub done: u64,
    /// The length of the chain, once known.
    pub total: Option<u64>,
}

/// The workers' result for a batch.
struct BatchResult<T> {
    commits: u64,
    steps: Vec<(CommitChanges, T)>,
    end: Option<BatchEnd>,
}

impl MainlineWalk {
    /// Creates a walk of the mainline that ends in `tip`, within `scope`.
    pub fn new(repository: &Repository, tip: Oid, scope: PathScope) -> Self {
        MainlineWalk {
            objects: repository.objects_dir(),
            packs: repository.packs(),
            door: repository.handle(),
            tip,
            shallow: repository.shallow_commits().into_iter().collect(),
            pulled: Mutex::new(Vec::new()),
            scope,
            until: None,
            threads: thread::available_parallelism().map_or(1, usize::from),
        }
    }

    /// Ends before this commit, if it is on the chain; the walk then returns [`WalkEnd::Done`].
    #[must_use]
    pub fn until(mut self, commit: Option<Oid>) -> Self {
        self.until = commit;
        self
    }

    /// Sets the number of threads, by default the number of processors. With one, everything runs
    /// on the caller's thread.
    #[must_use]
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = threads.max(1);
        self
    }

    /// Returns the merges that `git pull` made of the branch and its own remote state, newest
    /// first, with their second parents: what was pushed before is behind those, and not on the
    /// chain.
    pub fn into_pulled(self) -> Vec<(Oid, Oid)> {
        self.pulled.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// Visits, newest first, the commits that changed something in the scope. `worker` creates each
    /// thread's function, which runs on a commit beside the walk. `visit` receives the commit and
    /// that result, on the caller's thread.
    ///
    /// # Errors
    /// [`GitError::MissingObject`] if a partial clone lacks a commit or tree, after all earlier
    /// commits were visited.
    pub fn run<T: Send, W: FnMut(&Repository, &CommitChanges) -> T>(
        &self,
        worker: impl Fn() -> W + Sync,
        mut visit: impl FnMut(CommitChanges, T) -> WalkControl,
        mut reached: impl FnMut(WalkProgress),
    ) -> Result<WalkEnd, GitError> {
        let length = AtomicU64::new(0);
        let mut done = 0;
        let mut take = |batch: BatchResult<T>| {
            for (step, made) in batch.steps {
                if visit(step, made) == WalkControl::Stop {
                    return Some(Ok(WalkEnd::Done));
                }
            }
            done += batch.commits;
            reached(WalkProgress {
                done,
                total: Some(length.load(Ordering::Relaxed)).filter(|length| *length > 0),
            });
            batch.end.map(|end| match end {
                BatchEnd::Stopped(stopped) => Ok(stopped),
                BatchEnd::Failed(error) => Err(error),
            })
        };
        if self.threads == 1 {
            self.run_single(&worker, &mut take)
        } else {
            self.run_parallel(&worker, &mut take, &length)
        }
    }

    fn run_single<T, W: FnMut(&Repository, &CommitChanges) -> T>(
        &self,
        worker: &impl Fn() -> W,
        take: &mut impl FnMut(BatchResult<T>) -> Option<Result<WalkEnd, GitError>>,
    ) -> Result<WalkEnd, GitError> {
        let mut chain = MainlineReader::new(self)?;
        let mut comparer =
            TreeComparer { walk: self, repository: self.door.open()?, work: worker() };
        loop {
            let batch = chain.next_batch();
            if let Some(result) = take(comparer.compare_batch(batch)) {
                return result;
            }
        }
    }

    fn run_parallel<T: Send, W: FnMut(&Repository, &CommitChanges) -> T>(
        &self,
        worker: &(impl Fn() -> W + Sync),
        take: &mut impl FnMut(BatchResult<T>) -> Option<Result<WalkEnd, GitError>>,
        length: &AtomicU64,
    ) -> Result<WalkEnd, GitError> {
        let stop = AtomicBool::new(false);
        thread::scope(|scope| {
            let (batches, waiting) = sync_channel(WAITING);
            let (made, results) = sync_channel(WAITING);
            let waiting = Arc::new(Mutex::new(waiting));
            let stop = &stop;
            scope.spawn(move || self.send_chain(&batches, stop, length));
            for _ in 0..self.threads {
                let (waiting, made) = (Arc::clone(&waiting), made.clone());
                scope.spawn(move || self.run_worker(worker, &waiting, &made, stop));
            }
            // The queues must close when all threads are gone, so only the threads may hold their
            // ends.
            drop((waiting, made));
            let result = in_order(&results, take);
            stop.store(true, Ordering::Relaxed);
            drop(results);
            result
        })
    }

    fn send_chain(&self, batches: &SyncSender<CommitBatch>, stop: &AtomicBool, length: &AtomicU64) {
        let mut chain = match MainlineReader::new(self) {
            Ok(chain) => chain,
            Err(error) => {
                let failed = CommitBatch {
                    number: 0,
                    links: Vec::new(),
                    fresh: 0,
                    end: Some(BatchEnd::Failed(error)),
                };
                return drop(batches.send(failed));
            }
        };
        loop {
            let batch = chain.next_batch();
            let ended = batch.end.is_some();
            if ended {
                length.store(chain.length, Ordering::Relaxed);
            }
            if stop.load(Ordering::Relaxed) || batches.send(batch).is_err() || ended {
                return;
            }
        }
    }

    fn run_worker<T: Send, W: FnMut(&Repository, &CommitChanges) -> T>(
        &self,
        worker: &(impl Fn() -> W + Sync),
        waiting: &Mutex<Receiver<CommitBatch>>,
        made: &SyncSender<(u64, BatchResult<T>)>,
        stop: &AtomicBool,
    ) {
        let ready = || -> Result<_, GitError> {
            Ok(TreeComparer { walk: self, repository: self.door.open()?, work: worker() })
        };
        let mut comparer: Option<TreeComparer<'_, W>> = None;
        while !stop.load(Ordering::Relaxed) {
            let batch = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok(batch) = batch else { return };
            let number = batch.number;
            let able = comparer.take().map_or_else(ready, Ok);
            let done = match able {
                Ok(able) => comparer.insert(able).compare_batch(batch),
                Err(error) => BatchResult {
                    commits: 0,
                    steps: Vec::new(),
                    end: Some(BatchEnd::Failed(error)),
                },
            };
            if made.send((number, done)).is_err() {
                return;
            }
        }
    }
}

/// Passes the workers' results on in the order of the chain.
fn in_order<T>(
    results: &Receiver<(u64, BatchResult<T>)>,
    take: &mut impl FnMut(BatchResult<T>) -> Option<Result<WalkEnd, GitError>>,
) -> Result<WalkEnd, GitError> {
    let mut early = BTreeMap::new();
    let mut next = 0;
    for (number, done) in results {
        early.insert(number, done);
        while let Some(done) = early.remove(&next) {
            next += 1;
            if let Some(result) = take(done) {
                return result;
            }
        }
    }
    // The queue closes only after the last batch, which has an end.
    Ok(WalkEnd::Done)
}

/// Compares the trees of consecutive commits.
struct TreeComparer<'w, W> {
    walk: &'w MainlineWalk,
    repository: Repository,
    work: W,
}

impl<T, W: FnMut(&Repository, &CommitChanges) -> T> TreeComparer<'_, W> {
    fn compare_batch(&mut self, batch: CommitBatch) -> BatchResult<T> {
        let mut steps = Vec::new();
        let mut end = batch.end;
        let pairs = batch.links.windows(2).map(|pair| (pair[0], Some(pair[1])));
        let root =
            batch.links.last().filter(|_| matches!(end, Some(BatchEnd::Stopped(WalkEnd::Root))));
        for (child, parent) in pairs.chain(root.map(|root| (*root, None))) {
            match self.compare_pair(child, parent) {
                Ok(Some(step)) => steps.push(step),
                Ok(None) => {}
                Err(error) => {
                    end = Some(BatchEnd::Failed(error));
                    break;
                }
            }
        }
        BatchResult { commits: batch.fresh, steps, end }
    }

    fn compare_pair(
        &mut self,
        child: MainlineCommit,
        parent: Option<MainlineCommit>,
    ) -> Result<Option<(CommitChanges, T)>, GitError> {
        let before = parent.map(|parent| parent.head.tree);
        let changes =
            diff_trees(&self.repository, before, Some(child.head.tree), &self.walk.scope)?;
        if changes.is_empty() {
            return Ok(None);
        }
        let step = CommitChanges {
            commit: child.id,
            time: child.head.time,
            parent: parent.map(|link| link.id),
            changes,
            before: parent.map(|link| (link.head.tree, link.head.time)),
        };
        let made = (self.work)(&self.repository, &step);
        Ok(Some((step, made)))
    }
}

#[cfg(test)]
#[path = "walk_tests.rs"]
mod tests;
