//! A repository without a forge: a proposal is a pushed branch and a ref of its own,
//! `refs/towpath/proposals/NUMBER`, whose commits tell what became of it.
//!
//! Refs move only from where they were seen, and a merge moves the branch and the entry at once: so
//! many may write, and nothing is lost. All that is needed is git and a place to push to.

mod book;
mod entry;

use super::settle::same_head;
use super::types::{
    Change, Check, Feature, Issue, Merge, MergeMethod, NewProposal, Proposal, Review,
};
use super::{Clock, Forge, ForgeError, Kind, Result};
use crate::git::{Joined, Oid, RefAt, Swap, Workspace, WriteError};
use book::{Book, Seen, Word};
use entry::{Entry, Standing};

/// What it lacks: nobody is there to merge, to check or to ask.
const LACKS: [Feature; 4] =
    [Feature::AutoMerge, Feature::Issues, Feature::Checks, Feature::Reviews];

/// One repository without a forge.
pub(super) struct Plain<'w> {
    book: Book<'w>,
    /// The address that proposals are named by.
    home: String,
    /// Who writes.
    author: String,
}

impl<'w> Plain<'w> {
    pub fn new(workspace: Workspace<'w>, home: String, author: String, clock: Clock) -> Self {
        Plain { book: Book { workspace, clock }, home, author }
    }

    fn shown(&self, entry: &Entry, head: Option<Oid>) -> Proposal {
        entry.proposal(&self.home, head.map(|id| id.to_string()))
    }

    fn head(&self, entry: &Entry) -> Result<Option<Oid>> {
        if entry.state != Standing::Open {
            return Ok(None);
        }
        Ok(self.book.heads(&[&entry.head])?.remove(&entry.head))
    }

    /// Writes a new version of an entry, unless it says the same.
    fn rewritten(&self, number: u64, what: &str, change: impl Fn(&mut Entry)) -> Result<Proposal> {
        let entry = self.book.write(|| {
            let seen = self.book.entry(number)?;
            let mut entry = seen.entry.clone();
            change(&mut entry);
            if entry == seen.entry {
                return Ok(Word::Said(entry));
            }
            Ok(Word::Write(vec![self.book.swap(&entry, Some(seen.at), what)?], entry))
        })?;
        Ok(self.shown(&entry, self.head(&entry)?))
    }

    /// The moves of a merge: the base, and the entry that says so.
    fn merging(
        &self,
        seen: &Seen,
        head: Option<Oid>,
        base: Option<Oid>,
        how: &Merge,
    ) -> Result<Word<Entry>> {
        let (number, entry) = (seen.entry.number, &seen.entry);
        let refuse = |why: String| ForgeError::NotMergeable { number, why };
        let head = head.ok_or_else(|| refuse(format!("its branch `{}` is gone", entry.head)))?;
        let base = base.ok_or_else(|| refuse(format!("there is no branch `{}`", entry.base)))?;
        if let Some(entry) = self.book.noted_as_merged(seen, Some(head), Some(base))? {
            return Ok(Word::Said(entry));
        }
        if entry.draft {
            return Err(refuse("it is a draft".into()));
        }
        same_head(&self.shown(entry, Some(head)), &how.expect)?;
        let commit = self.joined(entry, base, head, how)?;
        let mut merged = entry.clone();
        merged.state = Standing::Merged;
        merged.head_commit = Some(head.to_string());
        merged.merge_commit = Some(commit.to_string());
        let landing =
            Swap { name: format!("refs/heads/{}", entry.base), from: Some(base), to: commit };
        let mut swaps = vec![landing, self.book.swap(&merged, Some(seen.at), "Merge")?];
        swaps.extend(self.held(number, how, &swaps)?);
        Ok(Word::Write(swaps, merged))
    }

    /// The refs that the merge depends on, as moves to where they are.
    fn held(&self, number: u64, how: &Merge, moving: &[Swap]) -> Result<Vec<Swap>> {
        let expected =
            |one: &&RefAt| moving.iter().find(|swap| swap.name == one.name).map(|swap| swap.from);
        let moved =
            how.if_still.iter().any(|one| expected(&one).is_some_and(|from| from != one.at));
        if moved || !self.book.workspace.stand(&how.if_still)? {
            return Err(ForgeError::Outdated { number });
        }
        let others = how.if_still.iter().filter(|one| expected(one).is_none());
        let still =
            |one: &RefAt| one.at.map(|at| Swap { name: one.name.clone(), from: Some(at), to: at });
        Ok(others.filter_map(still).collect())
    }

    /// The commit that the base is to be at.
    fn joined(&self, entry: &Entry, base: Oid, head: Oid, how: &Merge) -> Result<Oid> {
        let workspace = &self.book.workspace;
        let tree = match workspace.join(base, head)? {
            Joined::Nothing => return Ok(base),
            Joined::Forward if how.method != MergeMethod::Squash => return Ok(head),
            Joined::Forward => None,
            Joined::Tree(tree) => Some(tree),
            Joined::Conflict(files) => {
                let why =
                    format!("`{}` has changed the same lines of {}", entry.base, files.join(", "));
                return Err(ForgeError::NotMergeable { number: entry.number, why });
            }
        };
        let message = words(entry, how);
        Ok(match (how.method, tree) {
            (MergeMethod::Squash, tree) => workspace.squash(tree, base, head, &message)?,
            (MergeMethod::Merge, Some(tree)) => {
                workspace.merge_commit(tree, base, head, &message)?
            }
            _ => {
                let why = format!("`{}` has moved on, and only a forge rebases", entry.base);
                return Err(ForgeError::NotMergeable { number: entry.number, why });
            }
        })
    }
}

/// What the commit of a merge says.
fn words(entry: &Entry, how: &Merge) -> String {
    let (subject, body) = match how.method {
        MergeMethod::Squash => (format!("{} (#{})", entry.title, entry.number), String::new()),
        _ => (
            format!("Merge pull request #{} from {}", entry.number, entry.head),
            entry.title.clone(),
        ),
    };
    let subject = how.title.clone().unwrap_or(subject);
    let body = how.message.clone().unwrap_or(body);
    let body = body.trim_end();
    if body.is_empty() { format!("{subject}\n") } else { format!("{subject}\n\n{body}\n") }
}

impl Forge for Plain<'_> {
    fn kind(&self) -> Kind {
        Kind::Plain
    }

    fn lacks(&self) -> &'static [Feature] {
        &LACKS
    }

    fn open_proposals(&self) -> Result<Vec<Proposal>> {
        let open = self.book.open(self.book.entries()?)?;
        Ok(open.iter().rev().map(|(seen, head)| self.shown(&seen.entry, *head)).collect())
    }

    fn find(&self, head: &str) -> Result<Option<Proposal>> {
        let mut entries = self.book.entries()?;
        entries.retain(|_, seen| seen.entry.head == head);
        let open = self.book.open(entries)?;
        Ok(open.last().map(|(seen, head)| self.shown(&seen.entry, *head)))
    }

    fn proposal(&self, number: u64) -> Result<Proposal> {
        let known = self.book.entry(number)?.entry;
        if known.state != Standing::Open {
            return Ok(self.shown(&known, None));
        }
        let (seen, head, base) = self.book.view(&known)?;
        let merged = self.book.noted_as_merged(&seen, head, base)?;
        Ok(self.shown(merged.as_ref().unwrap_or(&seen.entry), head))
    }

    fn create(&self, new: &NewProposal) -> Result<Proposal> {
        let (proposal, was_there) = self.book.write(|| {
            // First the number: who else opens one meanwhile takes it, and this is thought over again.
            let number = self.book.next_number()?;
            if let Some(open) = self.find(&new.head)? {
                return Ok(Word::Said((open, true)));
            }
            let entry = Entry::new(number, new, &self.author);
            let head = self.head(&entry)?;
            Ok(Word::Write(
                vec![self.book.swap(&entry, None, "Open")?],
                (self.shown(&entry, head), false),
            ))
        })?;
        if was_there {
            self.update(proposal.number, &Change::decoration(new))
        } else {
            Ok(proposal)
        }
    }

    fn update(&self, number: u64, change: &Change) -> Result<Proposal> {
        self.rewritten(number, "Change", |entry| entry.change(change))
    }

    fn close(&self, number: u64) -> Result<Proposal> {
        self.rewritten(number, "Close", |entry| {
            if entry.state == Standing::Open {
                entry.state = Standing::Closed;
            }
        })
    }

    fn merge(&self, number: u64, how: &Merge) -> Result<Proposal> {
        let known = self.book.entry(number)?.entry;
        let entry = self.book.write(|| {
            let (seen, head, base) = self.book.view(&known)?;
            match seen.entry.state {
                Standing::Merged => Ok(Word::Said(seen.entry)),
                Standing::Closed => {
                    Err(ForgeError::NotMergeable { number, why: "it is closed".into() })
                }
                Standing::Open => self.merging(&seen, head, base, how),
            }
        })?;
        Ok(self.shown(&entry, None))
    }

    fn auto_merge(&self, _: u64, _: &Merge) -> Result<()> {
        Err(lacks(Feature::AutoMerge))
    }

    fn checks(&self, _: &str) -> Result<Vec<Check>> {
        Err(lacks(Feature::Checks))
    }

    fn set_check(&self, _: &str, _: &Check) -> Result<()> {
        Err(lacks(Feature::Checks))
    }

    fn reviews(&self, _: u64) -> Result<Vec<Review>> {
        Err(lacks(Feature::Reviews))
    }

    fn open_issues(&self, _: &str) -> Result<Vec<Issue>> {
        Err(lacks(Feature::Issues))
    }
}

fn lacks(feature: Feature) -> ForgeError {
    ForgeError::Unsupported { forge: Kind::Plain.as_str(), feature }
}

impl From<WriteError> for ForgeError {
    fn from(error: WriteError) -> Self {
        // A branch that the remote protects stays protected, whoever merges.
        let hint = error.hint().filter(|_| !matches!(error, WriteError::Refused { .. }));
        ForgeError::Git { why: error.to_string(), hint }
    }
}
