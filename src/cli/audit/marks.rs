//! What is asked of every deploying commit: kept in the cache folder from one audit to the next.

use crate::cli::chronicle::Chronicle;
use crate::cli::context::Context;
use crate::cli::keep;
use crate::git::{Oid, Repository};
use crate::history::index::Shelf;
use crate::history::{Mark, Marks};
use std::cell::RefCell;

/// The marks of commits, kept or read.
pub struct Marked {
    shelf: Option<Shelf>,
    marks: RefCell<Marks>,
}

impl Marked {
    /// What was kept. What cannot be used is passed over, for it is read anew.
    pub fn open(context: &Context, repository: &Repository) -> Self {
        let shelf = keep::of_commits(context, repository);
        let kept = shelf.as_ref().and_then(|shelf| shelf.read().ok().flatten());
        Marked { shelf, marks: RefCell::new(kept.unwrap_or_default()) }
    }

    /// What a commit is like; `None` where the clone lacks it.
    pub fn of(&self, commit: Oid, chronicle: &Chronicle<'_>) -> Option<Mark> {
        if let Some(known) = self.marks.borrow().get(commit) {
            return Some(known);
        }
        let mark = Mark::from(&*chronicle.account(commit).ok()?);
        self.marks.borrow_mut().learn(commit, mark);
        Some(mark)
    }

    /// Keeps what is new, unless nothing may be written. That this fails is no reason to fail.
    pub fn keep(&self, context: &Context) {
        let shelf = self.shelf.as_ref().filter(|_| context.writable_cache().is_some());
        let news = || self.marks.borrow().renewed();
        if let Some(Err(error)) = shelf.and_then(|shelf| Some(shelf.write(&news()?))) {
            context.ui.detail(&format!("what commits are like cannot be kept: {error}"));
        }
    }
}
