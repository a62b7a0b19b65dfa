//! A delivery: what is asked for, and how it ended.

use super::options::{DeliveryObserver, DeliveryOptions};
use super::request::ChangeRequest;
use crate::git::ExpectedRef;
use crate::ops::session::Session;
use crate::report::PlanReport;

/// How the apps to move are selected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SelectionMode {
    /// The request selects them; a request that names none selects all.
    Given,
    /// A person at a terminal selects them from a list.
    Asked,
}

/// A change, and how it is to be delivered.
#[derive(Clone, Copy)]
pub struct DeliveryRequest<'a> {
    pub intent: &'a ChangeRequest,
    pub options: &'a DeliveryOptions,
    pub selection: SelectionMode,
    pub session: &'a Session,
    pub observer: DeliveryObserver<'a>,
}

/// The result of a delivery.
#[derive(Debug, Clone)]
pub struct DeliveryReport {
    /// The plan that was carried out or shown; `None` where a person chose nothing.
    pub planned: Option<PlanReport>,
    pub outcome: DeliveryOutcome,
}

/// How a delivery ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryOutcome {
    /// Everything was done, or there was nothing to do.
    Done,
    /// An app that was named could not be moved.
    Failed,
    /// Gates stopped it.
    Refused,
}

impl DeliveryReport {
    pub(super) fn nothing() -> Self {
        DeliveryReport { planned: None, outcome: DeliveryOutcome::Done }
    }

    /// Somebody said no, or chose nothing.
    pub(super) fn declined() -> Self {
        DeliveryReport { planned: None, outcome: DeliveryOutcome::Failed }
    }

    pub(super) fn new(planned: PlanReport, outcome: DeliveryOutcome) -> Self {
        DeliveryReport { planned: Some(planned), outcome }
    }
}

/// A plan that was judged.
#[derive(Debug, Clone)]
pub struct JudgedPlan {
    pub planned: PlanReport,
    /// The ledger's position at that time, if it was fetched.
    pub ledger: Option<ExpectedRef>,
}
