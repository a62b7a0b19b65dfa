//! From a repository to all that was ever deployed, with what kind of change each was.

use super::context::Context;
use super::failure::Failure;
use super::survey::{Recalled, Survey};
use crate::git::{Oid, Repository};
use crate::history::{self, Account, Accounts, Comparison, Deployment, Timeline};
use crate::model::{AppName, Entry, SlotKey};
use crate::report::{Change, names_over_time};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// The past of a repository, and the words for it.
pub struct Chronicle<'r> {
    pub timeline: Timeline,
    pub comparison: Comparison,
    /// A shallow clone ends here; what is older is unknown.
    ends_at: Option<Oid>,
    /// Files whose older contents a partial clone lacks.
    lost: BTreeSet<String>,
    /// The slots of today.
    standing: Vec<SlotKey>,
    names: BTreeMap<(AppName, Option<String>), String>,
    accounts: RefCell<Accounts<'r>>,
}

impl<'r> Chronicle<'r> {
    /// Reads the past of what a survey found. Merges may overtake each other by `tolerance` seconds.
    ///
    /// # Errors
    /// When the clone lacks objects.
    pub fn of(context: &Context, repository: &'r Repository, survey: &Survey, tolerance: i64) -> Result<Self, Failure> {
        let Recalled { mut timeline, ends_at, lost } = survey.deployments(context, repository)?;
        let comparison = history::classify(&mut timeline, &survey.settings.config, tolerance);
        let names = names_over_time(&survey.mapping.entries, timeline.slots());
        let standing = survey.mapping.entries.iter().map(Entry::slot).collect();
        let accounts = RefCell::new(Accounts::new(repository));
        Ok(Chronicle { timeline, comparison, ends_at, lost, standing, names, accounts })
    }

    /// How the app of a slot is called.
    pub fn name<'s>(&'s self, slot: &'s SlotKey) -> &'s str {
        self.names.get(&(slot.app.clone(), slot.component.clone())).map_or(slot.app.as_str(), String::as_str)
    }

    /// Every slot there ever was, also those that nothing was deployed to since history begins.
    pub fn slots(&self) -> impl Iterator<Item = &SlotKey> {
        self.timeline.slots().iter().chain(&self.standing)
    }

    /// The words a slot's app is known by.
    pub fn words<'s>(&'s self, slot: &'s SlotKey) -> impl Iterator<Item = &'s str> + Clone {
        [Some(self.name(slot)), Some(slot.app.as_str()), slot.component.as_deref()].into_iter().flatten()
    }

    /// Is nothing missing in this clone?
    pub fn is_complete(&self) -> bool {
        self.ends_at.is_none() && self.lost.is_empty()
    }

    /// Says where history ends, in a shallow or partial clone.
    pub fn tell_edge(&self, context: &Context) {
        if let Some(edge) = self.ends_at {
            let edge: String = edge.to_string().chars().take(10).collect();
            context.ui.caution(&format!(
                "this clone is shallow and its history ends at {edge}; `git fetch --unshallow` brings the rest"
            ));
        }
        if let Some(first) = self.lost.first() {
            let others = match self.lost.len() - 1 {
                0 => String::new(),
                1 => " and one other file".into(),
                count => format!(" and {count} other files"),
            };
            context.ui.caution(&format!(
                "older contents of {first}{others} are not in this clone; `git fetch --refetch --no-filter` brings them"
            ));
        }
    }

    /// What the commit of a deployment tells.
    ///
    /// # Errors
    /// When the clone lacks the commit.
    pub fn account(&self, commit: Oid) -> Result<Rc<Account>, Failure> {
        Ok(self.accounts.borrow_mut().of(commit)?)
    }

    /// A deployment, as people are told of it.
    ///
    /// # Errors
    /// When the clone lacks the commit.
    pub fn change(&self, deployment: &Deployment<'_>) -> Result<Change, Failure> {
        Ok(Change::new(self.name(deployment.slot), deployment, self.account(deployment.commit)?))
    }
}
