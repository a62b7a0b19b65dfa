//! Pushing straight to the branch that is deployed. Who loses the race plans again on the new tip.

use super::group::groups;
use super::{Errand, Ready, Selection, agreed, ending, gates, glass, plan, remote_tip, tell_rest};
use crate::cli::backoff;
use crate::cli::book;
use crate::cli::context::Context;
use crate::cli::failure::{Exit, Failure};
use crate::cli::inquiry::{Asked, Inquiry};
use crate::cli::scene::Scene;
use crate::git::{Oid, Push, Pushed, Repository, Way, Workspace};
use crate::model::{SlotKey, Version};
use crate::pipeline::Purpose;
use crate::report::Planned;
use std::collections::BTreeMap;
use std::time::Instant;

/// Plans, asks once, and pushes until it is there.
pub fn run(errand: &Errand<'_>, repository: &Repository) -> Result<Exit, Failure> {
    let Errand { intent, args, context, .. } = *errand;
    let workspace = context.workspace(repository, args.author())?;
    let mut begun = Instant::now();
    let scene = seen(context, repository, &workspace)?;
    let looking = begun.elapsed();
    let Some(first) = agreed(errand, &scene)? else { return Ok(Exit::Done) };
    let (mut ready, mut scene, mut losses) = (first.clone(), scene, 0);
    if glass::record(&first.planned, errand, &scene) {
        ready = after_our_word(&first, &scene, context)?;
    }
    // Time to think does not count.
    let now = Instant::now();
    let started = now.checked_sub(looking).unwrap_or(now);
    begun = started;
    workspace.end_by(backoff::end(started));
    loop {
        if ready.planned.plan.moving().next().is_none() {
            return Ok(ending(&ready.planned, intent));
        }
        let there = scene.of(&ready.planned.plan.to);
        let Some(lost) = attempt(&ready, errand, &there, &workspace)? else {
            return Ok(ending(&ready.planned, intent));
        };
        losses = if lost.is_first { losses + 1 } else { 0 };
        if !backoff::goes_on(started, begun.elapsed(), losses) {
            let message = format!(
                "`{}` or the ledger moved each time before the push arrived",
                there.branch()?
            );
            return Err(Failure::failed(message).hint("run it again; nothing was changed"));
        }
        begun = Instant::now();
        scene = seen(context, repository, &workspace)?;
        let there = scene.of(&ready.planned.plan.to);
        // In a shallow clone it may not be known; the plan then finds it done.
        if workspace.contains(there.tip, lost.commit).unwrap_or(false) {
            landed(lost.commit, &lost.subject, &there, context)?;
        }
        ready = again(errand, &first.planned, &scene)?;
    }
}

/// The plan after a word of ours in the ledger: others may have written there before it.
fn after_our_word(first: &Ready, scene: &Scene<'_>, context: &Context) -> Result<Ready, Failure> {
    let ledger = book::fetch(context, scene.repository, &scene.settings.config)?.there;
    let inquiry = Inquiry::on(context, scene)?;
    let purpose = if first.planned.is_rollback { Purpose::Back } else { Purpose::Forward };
    let moving = first
        .planned
        .gates
        .iter()
        .filter(|one| first.planned.plan.moving().any(|(item, _)| one.is_about(item)));
    let asked: Vec<Asked> = moving.map(|one| Asked { purpose, ..Asked::from(one) }).collect();
    match gates::answers(&asked, &inquiry).iter().find(|one| !one.allows()) {
        Some(no) => {
            Err(Failure::refused(no.sentence())
                .hint("nothing was pushed; `towpath ask` tells more"))
        }
        None => Ok(Ready { ledger: Some(ledger), ..first.clone() }),
    }
}

/// The newest state at `origin`.
fn seen<'r>(
    context: &Context,
    repository: &'r Repository,
    workspace: &Workspace<'_>,
) -> Result<Scene<'r>, Failure> {
    Scene::read(context, repository, &|_, branch| remote_tip(workspace, branch))
}

/// A commit that was pushed, and was not there afterwards as far as git knows.
struct Lost {
    commit: Oid,
    subject: String,
    /// No commit of the same plan had landed just before.
    is_first: bool,
}

/// Pushes what the plan makes; `None` when all of it is there.
fn attempt(
    ready: &Ready,
    errand: &Errand<'_>,
    scene: &Scene<'_>,
    workspace: &Workspace<'_>,
) -> Result<Option<Lost>, Failure> {
    let Errand { args, context, .. } = *errand;
    let (branch, if_still) = (scene.branch()?, ready.ledger.as_slice());
    for (index, group) in
        groups(&ready.planned, args, scene, &workspace.author()?)?.into_iter().enumerate()
    {
        let text = group.message.commit();
        let commit = workspace.commit(&group.commit(scene, &text))?;
        let subject = group.message.subject;
        if workspace.push(&Push { branch, commit, way: Way::Forward, if_still })? == Pushed::Lost {
            return Ok(Some(Lost { commit, subject, is_first: index == 0 }));
        }
        landed(commit, &subject, scene, context)?;
    }
    Ok(None)
}

fn landed(commit: Oid, subject: &str, scene: &Scene<'_>, context: &Context) -> Result<(), Failure> {
    context.ui.answer(&commit.to_string())?;
    context.ui.note(&format!("pushed to {}: {subject}", scene.branch()?));
    Ok(())
}

/// The plan on a new tip. It may have become smaller, but must not bring what nobody agreed to.
fn again(errand: &Errand<'_>, first: &Planned, scene: &Scene<'_>) -> Result<Ready, Failure> {
    let context = errand.context;
    let again = plan(&Errand { selection: Selection::Given, ..*errand }, scene)?;
    let Some(Ready { mut planned, ledger }) = again else {
        let failure = Failure::failed(
            "somebody else was faster, and nothing was planned on what is there now",
        );
        return Err(failure.hint("run it again; nothing was changed"));
    };
    let wanted = wanted(first);
    let same_edge = planned.from == first.from && planned.plan.to == first.plan.to;
    if !same_edge {
        planned.plan.items.clear();
    }
    planned.plan.items.retain(|item| first.plan.items.iter().any(|one| one.name() == item.name()));
    let surprise = self::wanted(&planned)
        .into_iter()
        .any(|(slot, version)| wanted.get(&slot) != Some(&version));
    if surprise {
        let message = format!("what is to go to {} has changed meanwhile", first.plan.to);
        return Err(
            Failure::failed(message).hint("run it again to see the new plan; nothing was changed")
        );
    }
    if planned.plan.moving().next().is_none() {
        if !gates::stopped(&planned) {
            context.ui.note("somebody else has done it meanwhile");
        }
        tell_rest(&planned, context);
    }
    Ok(Ready { planned, ledger })
}

/// Which version each place is to have.
fn wanted(planned: &Planned) -> BTreeMap<SlotKey, Version> {
    let steps = planned.plan.moving().flat_map(|(_, moves)| &moves.steps);
    steps.map(|step| (step.entry.slot(), step.to.clone())).collect()
}
