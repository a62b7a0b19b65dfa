//! A step of `advance`, and the report about the steps.

use crate::ops::change::gate_status::closed_gate_reasons;
use crate::ops::error::Failure;
use crate::ops::gates::GateRequest;
use crate::ops::session::ForgeChoice;
use crate::report::{AdvanceLine, GateReport, PlanReport};
use std::cell::RefCell;

/// The part of the pipeline that `advance` works on.
#[derive(Clone, Copy)]
pub struct AdvanceRequest<'a> {
    pub stage: Option<&'a str>,
    /// A name or a pattern.
    pub app: Option<&'a str>,
    pub dry_run: bool,
    /// True where outcomes that witnesses decide are recorded first.
    pub record_live: bool,
    pub forge: &'a ForgeChoice,
    /// Receives each line of the report as it comes.
    pub observer: &'a dyn Fn(&AdvanceLine) -> Result<(), Failure>,
}

/// The steps that `advance` took, and the steps that it held back.
#[derive(Debug, Clone, Default)]
pub struct AdvanceReport {
    /// One line for each step that was taken, and one with the reason for each that was not.
    pub lines: Vec<AdvanceLine>,
    /// True where a step failed; the others were taken.
    pub has_failures: bool,
}

/// The promotion of one app to its next stage or wave.
pub struct AdvanceStep {
    /// A plan with only this app.
    pub planned: PlanReport,
    pub judged: Vec<GateReport>,
}

/// Collects the lines of the report and passes them on.
pub struct AdvanceLog<'a> {
    pub observer: &'a dyn Fn(&AdvanceLine) -> Result<(), Failure>,
    pub lines: RefCell<Vec<AdvanceLine>>,
}

impl AdvanceLog<'_> {
    pub fn report(&self, line: AdvanceLine) -> Result<(), Failure> {
        let told = (self.observer)(&line);
        self.lines.borrow_mut().push(line);
        told
    }

    pub fn into_report(self, has_failures: bool) -> AdvanceReport {
        AdvanceReport { lines: self.lines.into_inner(), has_failures }
    }
}

/// True where the gates allow a proposal.
pub fn may_be_proposed(step: &AdvanceStep) -> bool {
    step.judged.iter().all(GateReport::allows_proposal)
}

impl From<&GateReport> for GateRequest {
    fn from(one: &GateReport) -> Self {
        GateRequest {
            subject: one.subject.clone(),
            stage: one.stage.clone(),
            targets: one.targets.clone(),
            version: one.version.clone(),
            purpose: crate::pipeline::MoveDirection::Forward,
        }
    }
}

/// The reasons of the gates that are not open, in one line.
pub fn waiting_reason(step: &AdvanceStep) -> String {
    closed_gate_reasons(&step.judged)
}

/// Reports what became of a step that was taken.
pub fn report_step(log: &AdvanceLog<'_>, step: &AdvanceStep, what: &str) -> Result<(), Failure> {
    log.report(step_line(&step.planned, what))
}

/// Reports why a step was not taken.
pub fn report_held(log: &AdvanceLog<'_>, step: &AdvanceStep, what: &str) -> Result<(), Failure> {
    log.report(AdvanceLine { is_held: true, ..step_line(&step.planned, what) })
}

/// The line of a step: `web v2 to prod`, or `web v2 to prod (eu, us)`.
fn step_line(planned: &PlanReport, what: &str) -> AdvanceLine {
    let Some((item, moves)) = planned.plan.moving_items().next() else {
        return AdvanceLine::from_text(format!("nothing to {}: {what}", planned.plan.to));
    };
    let mut versions: Vec<String> = moves.steps.iter().map(|step| step.to.to_string()).collect();
    versions.dedup();
    let targets: Vec<&str> = item.targets.iter().map(|target| target.as_str()).collect();
    let place =
        if targets.is_empty() { String::new() } else { format!(" ({})", targets.join(", ")) };
    AdvanceLine {
        app: item.name(),
        version: versions.join(", "),
        place: format!("{}{place}", planned.plan.to),
        what: what.to_owned(),
        is_held: false,
    }
}
