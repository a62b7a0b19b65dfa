//! The report of `promote`, `deploy` and `rollback`.

use super::GateReport;
use crate::model::StageName;
use crate::promotion::{Plan, PlanPurpose};

/// A plan and its context.
#[derive(Debug, Clone)]
pub struct PlanReport {
    pub repository: String,
    /// The branch to change.
    pub branch: Option<String>,
    /// The commit that the plan is based on.
    pub revision: String,
    /// Source stage of a promotion.
    pub from: Option<StageName>,
    pub is_rollback: bool,
    pub plan: Plan,
    /// Gate reports for the apps that move, and for those that gates stop.
    pub gates: Vec<GateReport>,
}

impl PlanReport {
    /// Purpose of the plan.
    pub fn purpose(&self) -> PlanPurpose<'_> {
        match (&self.from, self.is_rollback) {
            (Some(from), _) => PlanPurpose::Promote { from },
            (None, false) => PlanPurpose::Deploy,
            (None, true) => PlanPurpose::RollBack,
        }
    }

    /// Number of apps that are up to date.
    pub fn up_to_date(&self) -> usize {
        self.plan.items.len() - self.plan.moving_items().count() - self.plan.refused_items().count()
    }
}
