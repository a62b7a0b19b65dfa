//! The mainline: the first-parent chain from a tip, and which watched paths each commit changed.
//!
//! One thread reads the chain of commits, the other compares trees. Nothing is diffed: the watched
//! paths are a trie laid beside the trees, and only what has another object id is entered.
//! Replace refs and `info/grafts` are not honoured, because libgit2 does not: the commits are those
//! that were written.

use super::commit::{CommitHead, CommitInfo};
use super::objects::{Objects, Spelling};
use super::pack::Packs;
use super::tracked::{PathId, Tracked};
use super::{GitError, Repository};
use git2::Oid;
use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

/// Commits that travel together between the threads; the first batches are smaller, so that a
/// question with a near answer starts at once.
const BATCH: usize = 1024;
const FIRST_BATCH: usize = 8;

/// The first-parent chain from one commit.
pub struct Mainline {
    objects: PathBuf,
    packs: Arc<Packs>,
    tip: Oid,
    /// The commits whose parents a shallow clone lacks.
    shallow: HashSet<Oid>,
}

/// One commit of the mainline that changed watched paths.
#[derive(Debug)]
pub struct Step<'s> {
    pub commit: Oid,
    /// The committer time, in seconds since 1970.
    pub time: i64,
    /// The first parent; `None` for the first commit, and at the edge of a shallow clone.
    pub parent: Option<Oid>,
    /// How many commits of the mainline are newer.
    pub position: usize,
    /// What differs between the commit and its first parent. In the first commit, all that is there.
    pub changed: &'s [PathId],
}

/// What the visitor wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    Continue,
    Stop,
}

/// Why a walk ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// The visitor had enough, or nothing was watched any more.
    Done,
    /// After the first commit of all.
    Root,
    /// At this commit a shallow clone ends; what it changed is unknown.
    Shallow(Oid),
}

/// A commit with its id, as the chain's thread hands it over.
#[derive(Debug, Clone, Copy)]
struct Link {
    id: Oid,
    head: CommitHead,
}

type Batch = Result<Vec<Link>, GitError>;

impl Mainline {
    /// The mainline that ends in `tip`.
    pub fn new(repository: &Repository, tip: Oid) -> Self {
        let shallow = repository.shallow().into_iter().collect();
        Mainline { objects: repository.objects_dir(), packs: repository.packs(), tip, shallow }
    }

    /// Visits, from the tip back, the commits that changed a watched path. The visitor may remove
    /// paths, and add paths, which are watched from the step's parent on.
    ///
    /// # Errors
    /// [`GitError::MissingObject`] where a partial clone lacks a commit or tree.
    pub fn walk(
        &self,
        tracked: &mut Tracked,
        visit: impl FnMut(&Step<'_>, &mut Tracked) -> Flow,
    ) -> Result<Stopped, GitError> {
        if tracked.is_empty() {
            return Ok(Stopped::Done);
        }
        thread::scope(|scope| {
            let (sender, receiver) = sync_channel(4);
            scope.spawn(move || self.send_chain(&sender));
            self.compare(&receiver, tracked, visit)
        })
    }

    /// The newest commit, by position, that `matches` by id and committer time.
    ///
    /// # Errors
    /// [`GitError::MissingObject`] where the clone lacks a commit.
    pub fn find(&self, matches: impl Fn(Oid, i64) -> bool) -> Result<Option<Oid>, GitError> {
        let mut objects = self.open(Spelling::Chain)?;
        let mut next = Some(self.tip);
        while let Some(id) = next {
            let head = objects.head(id)?;
            if matches(id, head.time) {
                return Ok(Some(id));
            }
            next = head.parent.filter(|_| !self.shallow.contains(&id));
        }
        Ok(None)
    }

    fn open(&self, spelling: Spelling) -> Result<Objects, GitError> {
        Objects::open(&self.objects, Arc::clone(&self.packs), spelling)
    }

    fn send_chain(&self, sender: &SyncSender<Batch>) {
        let mut objects = match self.open(Spelling::Chain) {
            Ok(objects) => objects,
            Err(error) => return drop(sender.send(Err(error))),
        };
        let mut next = Some(self.tip);
        let mut size = FIRST_BATCH;
        while next.is_some() {
            let mut batch = Vec::with_capacity(size);
            while let (Some(id), true) = (next, batch.len() < size) {
                match objects.head(id) {
                    Ok(head) => batch.push(Link { id, head }),
                    Err(error) => {
                        // What was read before the gap still counts.
                        let sent = sender.send(Ok(batch));
                        return drop(sent.and_then(|()| sender.send(Err(error))));
                    }
                }
                let last = batch.last().expect("just pushed");
                next = last.head.parent.filter(|_| !self.shallow.contains(&id));
            }
            // The other side hangs up when it has enough.
            if sender.send(Ok(batch)).is_err() {
                return;
            }
            size = (size * 2).min(BATCH);
        }
    }

    fn compare(
        &self,
        batches: &Receiver<Batch>,
        tracked: &mut Tracked,
        mut visit: impl FnMut(&Step<'_>, &mut Tracked) -> Flow,
    ) -> Result<Stopped, GitError> {
        let mut objects = self.open(Spelling::Trees)?;
        let mut changed = Vec::new();
        let mut child: Option<Link> = None;
        let mut position = 0;
        for batch in batches {
            for link in batch? {
                changed.clear();
                tracked.step(&mut objects, Some(link.head.tree), &mut changed)?;
                if let Some(child) = child.replace(link) {
                    if !changed.is_empty() {
                        let step = Step {
                            commit: child.id,
                            time: child.head.time,
                            parent: Some(link.id),
                            position,
                            changed: &changed,
                        };
                        if visit(&step, tracked) == Flow::Stop || tracked.is_empty() {
                            return Ok(Stopped::Done);
                        }
                    }
                    position += 1;
                }
                tracked.settle(&mut objects)?;
            }
        }
        let Some(first) = child else { return Ok(Stopped::Done) };
        if self.shallow.contains(&first.id) {
            return Ok(Stopped::Shallow(first.id));
        }
        changed.clear();
        tracked.step(&mut objects, None, &mut changed)?;
        if !changed.is_empty() {
            let step = Step { commit: first.id, time: first.head.time, parent: None, position, changed: &changed };
            visit(&step, tracked);
        }
        Ok(Stopped::Root)
    }
}

impl Repository {
    /// People and message of a commit.
    ///
    /// # Errors
    /// [`GitError::MissingObject`].
    pub fn commit_info(&self, id: Oid) -> Result<CommitInfo, GitError> {
        if let Some(bytes) = self.packed(id, git2::ObjectType::Commit) {
            return Ok(CommitInfo::parse(id, &bytes));
        }
        if self.is_spoiled(id) {
            return Err(GitError::MissingObject { id: id.to_string() });
        }
        let failed = |e: git2::Error| GitError::from_git2("the object database", &e);
        let odb = self.inner().odb().map_err(failed)?;
        let object = odb.read(id).ok().filter(|object| object.kind() == git2::ObjectType::Commit);
        let object = object.ok_or_else(|| GitError::MissingObject { id: id.to_string() })?;
        Ok(CommitInfo::parse(id, object.data()))
    }
}

#[cfg(test)]
#[path = "mainline_tests.rs"]
mod tests;
