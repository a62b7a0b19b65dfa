//! Proposals that were opened while the gates allowed it, and are shut out now: whoever looks at one must
//! not see yesterday's answer.

use super::closing::{Brings, branches, brings};
use super::{Hand, Step, reasons, say, why};
use crate::cli::delivery::gates::{answers, section};
use crate::cli::failure::Failure;
use crate::cli::inquiry::{Asked, Inquiry};
use crate::cli::scene::Scene;
use crate::forge::{Change, Proposal};
use crate::promotion::{self, GATES, with_section};
use crate::report::Judged;

/// Tells why a step is not taken, here and in the proposal that is open for it.
pub fn stays(hand: &Hand<'_>, step: &Step, scene: &Scene<'_>) -> Result<(), Failure> {
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
fn is_told(open: &Proposal, step: &Step) -> bool {
    let there = open.text();
    let names = |one: &Judged| there.contains(&format!("`{}`", one.version));
    promotion::section(&there, GATES)
        .is_some_and(|told| told.trim() == section(&step.judged).trim())
        && step.judged.iter().all(names)
}

/// What the gates say of the version that is proposed, which another may have overtaken.
fn judged(
    hand: &Hand<'_>,
    step: &Step,
    brought: &Brings,
    scene: &Scene<'_>,
) -> Result<Vec<Judged>, Failure> {
    if step.judged.iter().all(|one| one.version.is_same(&brought.version)) {
        return Ok(step.judged.clone());
    }
    let inquiry = Inquiry::on(hand.context, scene)?;
    let same = |one: &Judged| Asked { version: brought.version.clone(), ..Asked::from(one) };
    let asked: Vec<Asked> = step.judged.iter().map(same).collect();
    Ok(answers(&asked, &inquiry))
}

/// Brings the text and the status up to date. What was done.
fn renew(
    hand: &Hand<'_>,
    open: &Proposal,
    brought: &Brings,
    judged: &[Judged],
) -> Result<&'static str, Failure> {
    let there = open.text();
    let body = with_section(&there, GATES, &section(judged));
    hand.mark(open, brought.head, judged);
    if body.trim() == there.trim() {
        return Ok("is proposed");
    }
    hand.forge.update(open.number, &Change { body: Some(body), ..Change::default() })?;
    Ok("updated")
}
