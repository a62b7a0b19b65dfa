//! Reads the first-parent chain in batches, the work units of a walk.

use super::commit::CommitHead;
use super::objects::ObjectReader;
use super::walk::MainlineWalk;
use super::{GitError, WalkEnd};
use git2::Oid;
use std::sync::{Arc, PoisonError};

/// Commits passed between threads in one batch. The first batches are smaller, so that a query with
/// a recent answer starts at once.
const BATCH: usize = 1024;
const FIRST_BATCH: usize = 16;

/// A commit with its id.
#[derive(Debug, Clone, Copy)]
pub(super) struct MainlineCommit {
    pub id: Oid,
    pub head: CommitHead,
}

/// Consecutive commits, newest first. The last one is repeated as the first of the next batch.
pub(super) struct CommitBatch {
    pub number: u64,
    pub links: Vec<MainlineCommit>,
    /// The number of commits that were in no earlier batch.
    pub fresh: u64,
    /// The end of the chain, in the last batch.
    pub end: Option<BatchEnd>,
}

pub(super) enum BatchEnd {
    Stopped(WalkEnd),
    Failed(GitError),
}

/// Reads the chain of commits.
pub(super) struct MainlineReader<'w> {
    walk: &'w MainlineWalk,
    objects: ObjectReader,
    next: Oid,
    last: Option<MainlineCommit>,
    number: u64,
    size: usize,
    /// The number of commits read so far.
    pub length: u64,
}

impl<'w> MainlineReader<'w> {
    pub(super) fn new(walk: &'w MainlineWalk) -> Result<Self, GitError> {
        let objects = ObjectReader::open(&walk.objects, Arc::clone(&walk.packs))?;
        Ok(MainlineReader {
            walk,
            objects,
            next: walk.tip,
            last: None,
            number: 0,
            size: FIRST_BATCH,
            length: 0,
        })
    }

    /// Returns the next batch; after one with an end there are no more.
    pub(super) fn next_batch(&mut self) -> CommitBatch {
        let mut links: Vec<MainlineCommit> = self.last.into_iter().collect();
        let before = self.length;
        let end = self.fill_batch(&mut links);
        self.last = links.last().copied();
        let batch = CommitBatch { number: self.number, links, fresh: self.length - before, end };
        self.number += 1;
        self.size = (self.size * 2).min(BATCH);
        batch
    }

    fn fill_batch(&mut self, links: &mut Vec<MainlineCommit>) -> Option<BatchEnd> {
        for _ in 0..self.size {
            let id = self.next;
            let head = match self.objects.read_commit_head(id) {
                Ok(head) => head,
                Err(error) => return Some(BatchEnd::Failed(error)),
            };
            links.push(MainlineCommit { id, head });
            if let Some(other) = head.pulled.filter(|_| self.walk.until != Some(id)) {
                let mut pulled = self.walk.pulled.lock().unwrap_or_else(PoisonError::into_inner);
                pulled.push((id, other));
            }
            self.length += 1;
            if self.walk.until == Some(id) {
                return Some(BatchEnd::Stopped(WalkEnd::Done));
            }
            if self.walk.shallow.contains(&id) {
                return Some(BatchEnd::Stopped(WalkEnd::Shallow(id)));
            }
            match head.parent {
                Some(parent) => self.next = parent,
                None => return Some(BatchEnd::Stopped(WalkEnd::Root)),
            }
        }
        None
    }
}
