//! What `promote`, `deploy` and `rollback` would do.

use super::Judged;
use crate::model::StageName;
use crate::promotion::{Plan, Purpose};

/// A plan, and what it was made of.
#[derive(Debug, Clone)]
pub struct Planned {
    pub repository: String,
    /// The branch that is to change.
    pub branch: Option<String>,
    /// The commit the plan was made on.
    pub revision: String,
    /// Where the versions come from, for a promotion.
    pub from: Option<StageName>,
    pub is_rollback: bool,
    pub plan: Plan,
    /// What the gates say to what moves, and to what they stop.
    pub gates: Vec<Judged>,
}

impl Planned {
    /// What it is for.
    pub fn purpose(&self) -> Purpose<'_> {
        match (&self.from, self.is_rollback) {
            (Some(from), _) => Purpose::Promote { from },
            (None, false) => Purpose::Deploy,
            (None, true) => Purpose::RollBack,
        }
    }

    /// How many apps are as wanted.
    pub fn up_to_date(&self) -> usize {
        self.plan.items.len() - self.plan.moving().count() - self.plan.refused().count()
    }
}
