//! Proposals that were opened while the gates allowed it, and are shut out now: whoever looks at one must
//! not see yesterday's answer.

use super::closing::{ProposedVersion, branches, brings};
use super::{AdvanceStep, StepExecutor, reasons, say, why};
use crate::cli::delivery::gates::{answers, section};
use crate::cli::failure::Failure;
use crate::cli::inquiry::{GateContext, GateRequest};
use crate::cli::scene::PlanBase;
use crate::forge::{Proposal, ProposalUpdate};
use crate::promotion::{self, GATES, with_section};
use crate::report::GateReport;

/// Tells why a step is not taken, here and in the proposal that is open for it.
pub fn stays(
    hand: &StepExecutor<'_>,
    step: &AdvanceStep,
    scene: &PlanBase<'_>,
) -> Result<(), Failure> {
    let there = scene.of(&step.planned.plan.to);
    let (branches, base) = (branches(step), there.branch()?);
    let is_its =
        |one: &&Proposal| branches.contains(&one.head) && one.base == base && !one.from_fork;
    let stays = || say(hand.context, step, &format!("stays: {}", why(step)));
    let Some(open) = hand.open.iter().find(is_its) else { return stays() };
    if is_told(open, step) {
        return say(hand.context, step, &format!("is proposed {}: {}", open.url, why(step)));
    }
    let Some(brought) = brings(hand, open)? else { return stays() };
    let judged = judged(hand, step, &brought, scene)?;
    let done = renew(hand, open, &brought, &judged)?;
    if step.judged.iter().any(|one| !one.version.is_same(&brought.version)) {
        stays()?;
        let line =
            format!("{} with {} {}: {}", open.url, brought.app, brought.version, reasons(&judged));
        return Ok(hand.context.ui.part(&format!("{}\n", crate::ui::visible(&line)))?);
    }
    say(hand.context, step, &format!("{done} {}: {}", open.url, why(step)))
}

/// Does the proposal say so already? This asks nobody, for it is asked at each tick.
fn is_told(open: &Proposal, step: &AdvanceStep) -> bool {
    let there = open.text();
    let names = |one: &GateReport| there.contains(&format!("`{}`", one.version));
    promotion::section(&there, GATES)
        .is_some_and(|told| told.trim() == section(&step.judged).trim())
        && step.judged.iter().all(names)
}

/// What the gates say of the version that is proposed, which another may have overtaken.
fn judged(
    hand: &StepExecutor<'_>,
    step: &AdvanceStep,
    brought: &ProposedVersion,
    scene: &PlanBase<'_>,
) -> Result<Vec<GateReport>, Failure> {
    if step.judged.iter().all(|one| one.version.is_same(&brought.version)) {
        return Ok(step.judged.clone());
    }
    let inquiry = GateContext::on(hand.context, scene)?;
    let same = |one: &GateReport| GateRequest {
        version: brought.version.clone(),
        ..GateRequest::from(one)
    };
    let asked: Vec<GateRequest> = step.judged.iter().map(same).collect();
    Ok(answers(&asked, &inquiry))
}

/// Brings the text and the status up to date. What was done.
fn renew(
    hand: &StepExecutor<'_>,
    open: &Proposal,
    brought: &ProposedVersion,
    judged: &[GateReport],
) -> Result<&'static str, Failure> {
    let there = open.text();
    let body = with_section(&there, GATES, &section(judged));
    hand.mark(open, brought.head, judged);
    if body.trim() == there.trim() {
        return Ok("is proposed");
    }
    hand.forge
        .update(open.number, &ProposalUpdate { body: Some(body), ..ProposalUpdate::default() })?;
    Ok("updated")
}
