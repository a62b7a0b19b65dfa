//! How a plan ends.

use super::delivery::DeliveryOutcome;
use super::request::ChangeRequest;
use crate::ops::gates::plan;
use crate::report::PlanReport;

/// The outcome of a plan. A refused app is a failure only if the user named it.
pub fn plan_outcome(planned: &PlanReport, intent: &ChangeRequest) -> DeliveryOutcome {
    let named = !intent.names_no_app();
    if plan::is_stopped(planned) && (named || planned.plan.moving_items().next().is_none()) {
        return DeliveryOutcome::Refused;
    }
    if named && planned.plan.refused_items().next().is_some() {
        DeliveryOutcome::Failed
    } else {
        DeliveryOutcome::Done
    }
}
