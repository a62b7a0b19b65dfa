//! `advance`: proposes the next promotion of every app, and updates, merges and closes open
//! proposals.

mod closing;
mod executor;
mod live_outcomes;
mod next;
mod registry_steps;
mod renewing;
mod stage_sources;
mod step;

pub use step::{AdvanceReport, AdvanceRequest};

use crate::git::Repository;
use crate::ops::advance::executor::StepExecutor;
use crate::ops::advance::live_outcomes::record_live_outcomes;
use crate::ops::advance::next::{AdvanceSteps, StepFinder};
use crate::ops::advance::registry_steps::find_registry_steps;
use crate::ops::advance::step::{AdvanceLog, may_be_proposed, report_held, waiting_reason};
use crate::ops::change::DeliveryOptions;
use crate::ops::change::base::{PlanBase, known_tip};
use crate::ops::change::remote_tip;
use crate::ops::error::Failure;
use crate::ops::forge;
use crate::ops::gates::GateContext;
use crate::ops::ledger;
use crate::ops::publish::publish_recent;
use crate::ops::session::Session;
use std::cell::RefCell;

/// Takes every step that the gates allow, and reports the others. A failure of one app does not
/// stop the others.
pub fn advance(tick: &AdvanceRequest<'_>, session: &Session) -> Result<AdvanceReport, Failure> {
    let repository = &session.open_repository()?;
    let options = DeliveryOptions::proposing(tick.forge.clone());
    let log = AdvanceLog { observer: tick.observer, lines: RefCell::default() };
    let has_failures = if tick.dry_run {
        preview_steps(tick, &options, repository, &log, session)?;
        false
    } else {
        take_steps(tick, &options, repository, &log, session)?
    };
    Ok(log.into_report(has_failures))
}

/// The steps from registries into first stages, and those from stage to stage.
fn find_all_steps(look: &StepFinder<'_, '_>) -> Result<AdvanceSteps, Failure> {
    let mut out = find_registry_steps(look)?;
    let AdvanceSteps { all, refused } = look.find_steps()?;
    out.all.extend(all);
    out.refused.extend(refused);
    Ok(out)
}

/// Reports what could be proposed.
fn preview_steps(
    tick: &AdvanceRequest<'_>,
    options: &DeliveryOptions,
    repository: &Repository,
    log: &AdvanceLog<'_>,
    session: &Session,
) -> Result<(), Failure> {
    let plan_base = PlanBase::load(session, repository, &known_tip)?;
    if tick.record_live {
        record_live_outcomes(&GateContext::load_at(session, &plan_base)?, true)?;
    }
    let steps = find_all_steps(&StepFinder { tick, options, plan_base: &plan_base, session })?;
    report_refusals(&steps, log)?;
    report_untaken(&steps, log, session)
}

/// Takes the steps on the newest commit of the remote; true if some failed.
fn take_steps(
    tick: &AdvanceRequest<'_>,
    options: &DeliveryOptions,
    repository: &Repository,
    log: &AdvanceLog<'_>,
    session: &Session,
) -> Result<bool, Failure> {
    forge::origin(repository).map_err(|failure| {
        failure.hint("`towpath advance --dry-run` shows what could be promoted")
    })?;
    let workspace = &session.open_workspace(repository, None)?;
    let plan_base =
        PlanBase::load(session, repository, &|_, branch| remote_tip(workspace, branch))?;
    plan_base.settings.check_stages_are_written(session, "advance")?;
    ledger::fetch(session, repository, &plan_base.settings.config)?;
    if tick.record_live {
        record_live_outcomes(&GateContext::load_at(session, &plan_base)?, false)?;
    }
    if plan_base.settings.config.deployments.is_some() {
        publish_recent(&GateContext::load_at(session, &plan_base)?);
    }
    let steps = find_all_steps(&StepFinder { tick, options, plan_base: &plan_base, session })?;
    report_refusals(&steps, log)?;
    let ours = workspace.remote_heads(&["towpath/*"])?;
    if !steps.all.iter().any(may_be_proposed) && ours.is_empty() {
        report_untaken(&steps, log, session)?;
        return Ok(false);
    }
    let home = forge::locate_forge(
        options.forge.to_options(&plan_base.settings.config),
        repository,
        session,
    )?;
    let forge = forge::open_forge(&home, repository, None, session)?;
    let (forge, home, open) = (forge.as_ref(), &home, &forge.open_proposals()?);
    let hand = StepExecutor { options, workspace, forge, home, open, session, log };
    let has_failures = hand.execute_steps(&steps.all, &plan_base)?;
    let closed = closing::close(&hand, tick, &steps.all, &plan_base)?;
    if closed == 0 {
        note_nothing_to_do(&steps, session);
    }
    Ok(has_failures)
}

/// Reports every step without taking it.
fn report_untaken(
    steps: &AdvanceSteps,
    log: &AdvanceLog<'_>,
    session: &Session,
) -> Result<(), Failure> {
    for step in &steps.all {
        let what = if may_be_proposed(step) { "would be proposed" } else { "not proposed" };
        report_held(log, step, &format!("{what}: {}", waiting_reason(step)))?;
    }
    note_nothing_to_do(steps, session);
    Ok(())
}

fn report_refusals(steps: &AdvanceSteps, log: &AdvanceLog<'_>) -> Result<(), Failure> {
    steps.refused.iter().try_for_each(|line| log.report(line.clone()))
}

fn note_nothing_to_do(steps: &AdvanceSteps, session: &Session) {
    if steps.all.is_empty() && steps.refused.is_empty() {
        session.note("nothing to do");
    }
}
