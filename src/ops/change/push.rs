//! Delivery by push to the deployed branch. If another push comes first, it plans again on the new
//! tip.

use crate::git::{BranchPush, Oid, PushMode, PushOutcome, Repository, Workspace};
use crate::model::{CellKey, Version};
use crate::ops::change::base::PlanBase;
use crate::ops::change::commits::planned_commits;
use crate::ops::change::delivery::JudgedPlan;
use crate::ops::change::messages::note_unmoved;
use crate::ops::change::{
    DeliveryEvent, DeliveryReport, DeliveryRequest, SelectionMode, confirm_plan, prepare_plan,
    remote_tip, report,
};
use crate::ops::error::Failure;
use crate::ops::gates::{GateContext, GateRequest};
use crate::ops::gates::{break_glass, plan};
use crate::ops::ledger;
use crate::ops::retry;
use crate::ops::session::Session;
use crate::pipeline::MoveDirection;
use crate::report::PlanReport;
use std::collections::BTreeMap;
use std::time::Instant;

/// Plans, asks once, and pushes until the push succeeds or time runs out.
pub fn run(
    request: &DeliveryRequest<'_>,
    repository: &Repository,
) -> Result<DeliveryReport, Failure> {
    let DeliveryRequest { intent, options, session, .. } = *request;
    let workspace = session.open_workspace(repository, options.author())?;
    let mut begun = Instant::now();
    let plan_base = fetch_base(session, repository, &workspace)?;
    let looking = begun.elapsed();
    let Some(first) = confirm_plan(request, &plan_base)? else {
        return Ok(DeliveryReport::declined());
    };
    let (mut ready, mut plan_base, mut losses) = (first.clone(), plan_base, 0);
    if break_glass::write_events(&first.planned, request, &plan_base) {
        ready = after_our_word(&first, &plan_base, session)?;
    }
    // The time until the user confirms does not count.
    let now = Instant::now();
    let started = now.checked_sub(looking).unwrap_or(now);
    begun = started;
    workspace.end_by(retry::retry_deadline(started));
    loop {
        if ready.planned.plan.moving_items().next().is_none() {
            return Ok(report(ready.planned, intent));
        }
        let there = plan_base.for_stage(&ready.planned.plan.to);
        let Some(lost) = push_once(&ready, request, &there, &workspace)? else {
            return Ok(report(ready.planned, intent));
        };
        losses = if lost.is_first { losses + 1 } else { 0 };
        if !retry::goes_on(started, begun.elapsed(), losses) {
            return Err(lost_race(there.require_branch()?));
        }
        begun = Instant::now();
        plan_base = fetch_base(session, repository, &workspace)?;
        let there = plan_base.for_stage(&ready.planned.plan.to);
        report_if_landed(&lost, &there, request, &workspace)?;
        ready = plan_again(request, &first.planned, &plan_base)?;
    }
}

fn lost_race(branch: &str) -> Failure {
    Failure::failed(format!("other pushes to `{branch}` or to the ledger came first each time"))
        .hint("run it again; nothing was changed")
}

/// Reports a commit that arrived although its push seemed lost. A shallow clone may not tell; the
/// new plan then finds the change done.
fn report_if_landed(
    lost: &LostPush,
    there: &PlanBase<'_>,
    request: &DeliveryRequest<'_>,
    workspace: &Workspace<'_>,
) -> Result<(), Failure> {
    if workspace.contains_changes(there.tip, lost.commit).unwrap_or(false) {
        report_landed(lost.commit, &lost.subject, there, request)?;
    }
    Ok(())
}

/// Asks the gates again after towpath wrote its own ledger event, as others may have written before
/// it.
fn after_our_word(
    first: &JudgedPlan,
    plan_base: &PlanBase<'_>,
    session: &Session,
) -> Result<JudgedPlan, Failure> {
    let ledger = ledger::fetch(session, plan_base.repository, &plan_base.settings.config)?.there;
    let inquiry = GateContext::load_at(session, plan_base)?;
    let purpose =
        if first.planned.is_rollback { MoveDirection::Back } else { MoveDirection::Forward };
    let moving = first
        .planned
        .gates
        .iter()
        .filter(|one| first.planned.plan.moving_items().any(|(item, _)| one.is_about(item)));
    let asked: Vec<GateRequest> =
        moving.map(|one| GateRequest { purpose, ..GateRequest::from(one) }).collect();
    match plan::answer_requests(&asked, &inquiry).iter().find(|one| !one.is_allowed()) {
        Some(no) => Err(Failure::refused(no.summary_sentence())
            .hint("nothing was pushed; `towpath ask` shows the gates")),
        None => Ok(JudgedPlan { ledger: Some(ledger), ..first.clone() }),
    }
}

/// The newest state at `origin`.
fn fetch_base<'r>(
    session: &Session,
    repository: &'r Repository,
    workspace: &Workspace<'_>,
) -> Result<PlanBase<'r>, Failure> {
    PlanBase::load(session, repository, &|_, branch| remote_tip(workspace, branch))
}

/// A commit whose push was rejected, or whose arrival is not certain.
struct LostPush {
    commit: Oid,
    subject: String,
    /// True where no commit of the same plan had landed just before.
    is_first: bool,
}

/// Pushes the commits of the plan; `None` when all have landed.
fn push_once(
    ready: &JudgedPlan,
    request: &DeliveryRequest<'_>,
    plan_base: &PlanBase<'_>,
    workspace: &Workspace<'_>,
) -> Result<Option<LostPush>, Failure> {
    let options = request.options;
    let (branch, if_still) = (plan_base.require_branch()?, ready.ledger.as_slice());
    for (index, group) in planned_commits(&ready.planned, options, plan_base, &workspace.author()?)?
        .into_iter()
        .enumerate()
    {
        let text = group.message.commit();
        let commit = workspace.write_commit(&group.commit(plan_base, &text))?;
        let subject = group.message.subject;
        if workspace.push_branch(&BranchPush {
            branch,
            commit,
            way: PushMode::Forward,
            if_still,
        })? == PushOutcome::Lost
        {
            return Ok(Some(LostPush { commit, subject, is_first: index == 0 }));
        }
        report_landed(commit, &subject, plan_base, request)?;
    }
    Ok(None)
}

fn report_landed(
    commit: Oid,
    subject: &str,
    plan_base: &PlanBase<'_>,
    request: &DeliveryRequest<'_>,
) -> Result<(), Failure> {
    (request.observer)(DeliveryEvent::Pushed { commit })?;
    request.session.note(&format!("pushed to {}: {subject}", plan_base.require_branch()?));
    Ok(())
}

/// Makes the plan again on a new tip. It may become smaller, but must not contain changes that the
/// user did not confirm.
fn plan_again(
    request: &DeliveryRequest<'_>,
    first: &PlanReport,
    plan_base: &PlanBase<'_>,
) -> Result<JudgedPlan, Failure> {
    let session = request.session;
    let again =
        prepare_plan(&DeliveryRequest { selection: SelectionMode::Given, ..*request }, plan_base)?;
    let Some(JudgedPlan { mut planned, ledger }) = again else {
        let failure =
            Failure::failed("another push came first, and there is no plan for the new commit");
        return Err(failure.hint("run it again; nothing was changed"));
    };
    let wanted = wanted_versions(first);
    let same_edge = planned.from == first.from && planned.plan.to == first.plan.to;
    if !same_edge {
        planned.plan.items.clear();
    }
    planned.plan.items.retain(|item| first.plan.items.iter().any(|one| one.name() == item.name()));
    let surprise = crate::ops::change::push::wanted_versions(&planned)
        .into_iter()
        .any(|(cell, version)| wanted.get(&cell) != Some(&version));
    if surprise {
        let message = format!("the plan for {} has changed in the meantime", first.plan.to);
        return Err(
            Failure::failed(message).hint("run it again to see the new plan; nothing was changed")
        );
    }
    if planned.plan.moving_items().next().is_none() {
        if !plan::is_stopped(&planned) {
            session.note("somebody else made the same change in the meantime");
        }
        note_unmoved(&planned, request)?;
    }
    Ok(JudgedPlan { planned, ledger })
}

/// The planned version of each cell.
fn wanted_versions(planned: &PlanReport) -> BTreeMap<CellKey, Version> {
    let steps = planned.plan.moving_items().flat_map(|(_, moves)| &moves.steps);
    steps.map(|step| (step.entry.cell(), step.to.clone())).collect()
}
