//! Updates open proposals whose gates have shut since they were opened, so that readers see the
//! present answers.

use crate::forge::{Proposal, ProposalUpdate};
use crate::ops::advance::closing::{ProposedVersion, read_proposed_version, step_branches};
use crate::ops::advance::executor::StepExecutor;
use crate::ops::advance::step::{AdvanceStep, report_held, report_step, waiting_reason};
use crate::ops::change::base::PlanBase;
use crate::ops::change::gate_status::{closed_gate_reasons, set_gate_status};
use crate::ops::error::Failure;
use crate::ops::gates::plan::answer_requests;
use crate::ops::gates::section::{gate_section, gate_section_limit};
use crate::ops::gates::{GateContext, GateRequest};
use crate::promotion;
use crate::promotion::{GATES, with_section};
use crate::report::{AdvanceLine, GateReport};

/// Reports why a step is not taken, in the log and in the open proposal for it.
pub fn report_waiting(
    hand: &StepExecutor<'_>,
    step: &AdvanceStep,
    plan_base: &PlanBase<'_>,
) -> Result<(), Failure> {
    let there = plan_base.for_stage(&step.planned.plan.to);
    let (branches, base) = (step_branches(step), there.require_branch()?);
    let is_its =
        |one: &&Proposal| branches.contains(&one.head) && one.base == base && !one.from_fork;
    let stays = || report_held(hand.log, step, &format!("not proposed: {}", waiting_reason(step)));
    let Some(open) = hand.open.iter().find(is_its) else { return stays() };
    let limit = gate_section_limit(hand.forge.kind());
    if is_told(open, step, limit) {
        if let Some(brought) = read_proposed_version(hand, open)? {
            set_gate_status(hand.forge, open, brought.head, &step.judged, hand.session);
        }
        return report_step(
            hand.log,
            step,
            &format!("already proposed {}: {}", open.url, waiting_reason(step)),
        );
    }
    let Some(brought) = read_proposed_version(hand, open)? else { return stays() };
    let judged = judge_proposed(hand, step, &brought, plan_base)?;
    let done = update_proposal(hand, open, &brought, &judged)?;
    if step.judged.iter().any(|one| !one.version.is_same(&brought.version)) {
        stays()?;
        let line = format!(
            "{} with {} {}: {}",
            open.url,
            brought.app,
            brought.version,
            closed_gate_reasons(&judged)
        );
        return hand.log.report(AdvanceLine::from_text(line));
    }
    report_step(hand.log, step, &format!("{done} {}: {}", open.url, waiting_reason(step)))
}

/// True where the proposal already shows the present answers.
fn is_told(open: &Proposal, step: &AdvanceStep, limit: usize) -> bool {
    let there = open.body_text();
    let names = |one: &GateReport| there.contains(&format!("`{}`", one.version));
    promotion::find_section(&there, GATES)
        .is_some_and(|told| told.trim() == gate_section(&step.judged, limit).trim())
        && step.judged.iter().all(names)
}

/// The answers of the gates for the proposed version, which may not be the newest any more.
fn judge_proposed(
    hand: &StepExecutor<'_>,
    step: &AdvanceStep,
    brought: &ProposedVersion,
    plan_base: &PlanBase<'_>,
) -> Result<Vec<GateReport>, Failure> {
    if step.judged.iter().all(|one| one.version.is_same(&brought.version)) {
        return Ok(step.judged.clone());
    }
    let inquiry = GateContext::load_at(hand.session, plan_base)?;
    let same = |one: &GateReport| GateRequest {
        version: brought.version.clone(),
        ..GateRequest::from(one)
    };
    let asked: Vec<GateRequest> = step.judged.iter().map(same).collect();
    Ok(answer_requests(&asked, &inquiry))
}

/// Updates the text and the status of a proposal; returns what was done.
fn update_proposal(
    hand: &StepExecutor<'_>,
    open: &Proposal,
    brought: &ProposedVersion,
    judged: &[GateReport],
) -> Result<&'static str, Failure> {
    let there = open.body_text();
    let limit = gate_section_limit(hand.forge.kind());
    let body = with_section(&there, GATES, &gate_section(judged, limit));
    set_gate_status(hand.forge, open, brought.head, judged, hand.session);
    if body.trim() == there.trim() {
        return Ok("already proposed");
    }
    hand.forge.update_proposal(
        open.number,
        &ProposalUpdate { body: Some(body), ..ProposalUpdate::default() },
    )?;
    Ok("updated")
}
