//! What `promote`, `deploy` and `rollback` would do.

use super::GateReport;
use crate::model::StageName;
use crate::promotion::{Plan, PlanPurpose};

/// A plan, and what it was made of.
#[derive(Debug, Clone)]
pub struct PlanReport {
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
    pub gates: Vec<GateReport>,
}

impl PlanReport {
    /// What it is for.
    pub fn purpose(&self) -> PlanPurpose<'_> {
        match (&self.from, self.is_rollback) {
            (Some(from), _) => PlanPurpose::Promote { from },
            (None, false) => PlanPurpose::Deploy,
            (None, true) => PlanPurpose::RollBack,
        }
    }

    /// How many apps are as wanted.
    pub fn up_to_date(&self) -> usize {
        self.plan.items.len() - self.plan.moving_items().count() - self.plan.refused_items().count()
    }
}
