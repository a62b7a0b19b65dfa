//! Pushing straight to the branch that is deployed. Who loses the race plans again on the new tip.

use super::group::planned_commits;
use super::{
    DeliveryRequest, JudgedPlan, SelectionMode, confirm_plan, exit_kind, gates, glass,
    prepare_plan, remote_tip, tell_rest,
};
use crate::cli::backoff;
use crate::cli::book;
use crate::cli::context::CommandContext;
use crate::cli::failure::{ExitKind, Failure};
use crate::cli::inquiry::{GateContext, GateRequest};
use crate::cli::scene::PlanBase;
use crate::git::{BranchPush, Oid, PushMode, PushOutcome, Repository, Workspace};
use crate::model::{CellKey, Version};
use crate::pipeline::MoveDirection;
use crate::report::PlanReport;
use std::collections::BTreeMap;
use std::time::Instant;

/// Plans, asks once, and pushes until it is there.
pub fn run(errand: &DeliveryRequest<'_>, repository: &Repository) -> Result<ExitKind, Failure> {
    let DeliveryRequest { intent, args, context, .. } = *errand;
    let workspace = context.open_workspace(repository, args.author())?;
    let mut begun = Instant::now();
    let scene = fetch_base(context, repository, &workspace)?;
    let looking = begun.elapsed();
    let Some(first) = confirm_plan(errand, &scene)? else { return Ok(ExitKind::Done) };
    let (mut ready, mut scene, mut losses) = (first.clone(), scene, 0);
    if glass::write_events(&first.planned, errand, &scene) {
        ready = after_our_word(&first, &scene, context)?;
    }
    // Time to think does not count.
    let now = Instant::now();
    let started = now.checked_sub(looking).unwrap_or(now);
    begun = started;
    workspace.end_by(backoff::retry_deadline(started));
    loop {
        if ready.planned.plan.moving_items().next().is_none() {
            return Ok(exit_kind(&ready.planned, intent));
        }
        let there = scene.for_stage(&ready.planned.plan.to);
        let Some(lost) = push_once(&ready, errand, &there, &workspace)? else {
            return Ok(exit_kind(&ready.planned, intent));
        };
        losses = if lost.is_first { losses + 1 } else { 0 };
        if !backoff::goes_on(started, begun.elapsed(), losses) {
            let message = format!(
                "`{}` or the ledger moved each time before the push arrived",
                there.require_branch()?
            );
            return Err(Failure::failed(message).hint("run it again; nothing was changed"));
        }
        begun = Instant::now();
        scene = fetch_base(context, repository, &workspace)?;
        let there = scene.for_stage(&ready.planned.plan.to);
        // In a shallow clone it may not be known; the plan then finds it done.
        if workspace.contains_changes(there.tip, lost.commit).unwrap_or(false) {
            print_landed(lost.commit, &lost.subject, &there, context)?;
        }
        ready = plan_again(errand, &first.planned, &scene)?;
    }
}

/// The plan after a word of ours in the ledger: others may have written there before it.
fn after_our_word(
    first: &JudgedPlan,
    scene: &PlanBase<'_>,
    context: &CommandContext,
) -> Result<JudgedPlan, Failure> {
    let ledger = book::fetch(context, scene.repository, &scene.settings.config)?.there;
    let inquiry = GateContext::load_at(context, scene)?;
    let purpose =
        if first.planned.is_rollback { MoveDirection::Back } else { MoveDirection::Forward };
    let moving = first
        .planned
        .gates
        .iter()
        .filter(|one| first.planned.plan.moving_items().any(|(item, _)| one.is_about(item)));
    let asked: Vec<GateRequest> =
        moving.map(|one| GateRequest { purpose, ..GateRequest::from(one) }).collect();
    match gates::answer_requests(&asked, &inquiry).iter().find(|one| !one.is_allowed()) {
        Some(no) => Err(Failure::refused(no.summary_sentence())
            .hint("nothing was pushed; `towpath ask` tells more")),
        None => Ok(JudgedPlan { ledger: Some(ledger), ..first.clone() }),
    }
}

/// The newest state at `origin`.
fn fetch_base<'r>(
    context: &CommandContext,
    repository: &'r Repository,
    workspace: &Workspace<'_>,
) -> Result<PlanBase<'r>, Failure> {
    PlanBase::load(context, repository, &|_, branch| remote_tip(workspace, branch))
}

/// A commit that was pushed, and was not there afterwards as far as git knows.
struct LostPush {
    commit: Oid,
    subject: String,
    /// No commit of the same plan had landed just before.
    is_first: bool,
}

/// Pushes what the plan makes; `None` when all of it is there.
fn push_once(
    ready: &JudgedPlan,
    errand: &DeliveryRequest<'_>,
    scene: &PlanBase<'_>,
    workspace: &Workspace<'_>,
) -> Result<Option<LostPush>, Failure> {
    let DeliveryRequest { args, context, .. } = *errand;
    let (branch, if_still) = (scene.require_branch()?, ready.ledger.as_slice());
    for (index, group) in
        planned_commits(&ready.planned, args, scene, &workspace.author()?)?.into_iter().enumerate()
    {
        let text = group.message.commit();
        let commit = workspace.write_commit(&group.commit(scene, &text))?;
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
        print_landed(commit, &subject, scene, context)?;
    }
    Ok(None)
}

fn print_landed(
    commit: Oid,
    subject: &str,
    scene: &PlanBase<'_>,
    context: &CommandContext,
) -> Result<(), Failure> {
    context.ui.write_answer(&commit.to_string())?;
    context.ui.print_note(&format!("pushed to {}: {subject}", scene.require_branch()?));
    Ok(())
}

/// The plan on a new tip. It may have become smaller, but must not bring what nobody agreed to.
fn plan_again(
    errand: &DeliveryRequest<'_>,
    first: &PlanReport,
    scene: &PlanBase<'_>,
) -> Result<JudgedPlan, Failure> {
    let context = errand.context;
    let again =
        prepare_plan(&DeliveryRequest { selection: SelectionMode::Given, ..*errand }, scene)?;
    let Some(JudgedPlan { mut planned, ledger }) = again else {
        let failure = Failure::failed(
            "somebody else was faster, and nothing was planned on what is there now",
        );
        return Err(failure.hint("run it again; nothing was changed"));
    };
    let wanted = wanted_versions(first);
    let same_edge = planned.from == first.from && planned.plan.to == first.plan.to;
    if !same_edge {
        planned.plan.items.clear();
    }
    planned.plan.items.retain(|item| first.plan.items.iter().any(|one| one.name() == item.name()));
    let surprise = self::wanted_versions(&planned)
        .into_iter()
        .any(|(slot, version)| wanted.get(&slot) != Some(&version));
    if surprise {
        let message = format!("what is to go to {} has changed meanwhile", first.plan.to);
        return Err(
            Failure::failed(message).hint("run it again to see the new plan; nothing was changed")
        );
    }
    if planned.plan.moving_items().next().is_none() {
        if !gates::is_stopped(&planned) {
            context.ui.print_note("somebody else has done it meanwhile");
        }
        tell_rest(&planned, context);
    }
    Ok(JudgedPlan { planned, ledger })
}

/// Which version each place is to have.
fn wanted_versions(planned: &PlanReport) -> BTreeMap<CellKey, Version> {
    let steps = planned.plan.moving_items().flat_map(|(_, moves)| &moves.steps);
    steps.map(|step| (step.entry.slot(), step.to.clone())).collect()
}
