//! Pushing straight to the branch that is deployed. Who loses the race plans again on the new tip.

use super::group::groups;
use super::{Errand, Selection, agreed, ending, glass, plan, remote_tip, tell_rest};
use crate::cli::backoff::{PATIENCE, pause};
use crate::cli::context::Context;
use crate::cli::failure::{Exit, Failure};
use crate::cli::scene::Scene;
use crate::git::{Oid, Push, Pushed, Repository, Way, Workspace};
use crate::model::{SlotKey, Version};
use crate::report::Planned;
use std::collections::BTreeMap;
use std::thread;
use std::time::Instant;

/// Plans, asks once, and pushes until it is there.
pub fn run(errand: &Errand<'_>, repository: &Repository) -> Result<Exit, Failure> {
    let Errand { intent, args, context, .. } = *errand;
    let workspace = context.workspace(repository, args.author())?;
    let mut begun = Instant::now();
    let scene = seen(context, repository, &workspace)?;
    let looking = begun.elapsed();
    let Some(first) = agreed(errand, &scene)? else { return Ok(Exit::Done) };
    glass::record(&first, errand, &scene);
    let (mut planned, mut scene, mut losses) = (first.clone(), scene, 0);
    // Time to think does not count.
    let started = Instant::now();
    begun = started.checked_sub(looking).unwrap_or(started);
    loop {
        if planned.plan.moving().next().is_none() {
            return Ok(ending(&planned, intent));
        }
        let there = scene.of(&planned.plan.to);
        let Some(lost) = attempt(&planned, errand, &there, &workspace)? else {
            return Ok(ending(&planned, intent));
        };
        if started.elapsed() > PATIENCE {
            let message = format!("`{}` moved each time before the push arrived", there.branch()?);
            return Err(Failure::failed(message).hint("run it again; nothing was changed"));
        }
        losses = if lost.is_first { losses + 1 } else { 0 };
        thread::sleep(pause(begun.elapsed(), losses));
        begun = Instant::now();
        scene = seen(context, repository, &workspace)?;
        let there = scene.of(&planned.plan.to);
        // In a shallow clone it may not be known; the plan then finds it done.
        if workspace.contains(there.tip, lost.commit).unwrap_or(false) {
            landed(lost.commit, &lost.subject, &there, context)?;
        }
        planned = again(errand, &first, &scene)?;
    }
}

/// The newest state at `origin`.
fn seen<'r>(context: &Context, repository: &'r Repository, workspace: &Workspace<'_>) -> Result<Scene<'r>, Failure> {
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
    planned: &Planned,
    errand: &Errand<'_>,
    scene: &Scene<'_>,
    workspace: &Workspace<'_>,
) -> Result<Option<Lost>, Failure> {
    let Errand { args, context, .. } = *errand;
    let branch = scene.branch()?;
    for (index, group) in groups(planned, args, scene, &workspace.author()?)?.into_iter().enumerate() {
        let text = group.message.commit();
        let commit = workspace.commit(&group.commit(scene, &text))?;
        let subject = group.message.subject;
        if workspace.push(&Push { branch, commit, way: Way::Forward })? == Pushed::Lost {
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
fn again(errand: &Errand<'_>, first: &Planned, scene: &Scene<'_>) -> Result<Planned, Failure> {
    let context = errand.context;
    let Some(mut planned) = plan(&Errand { selection: Selection::Given, ..*errand }, scene)? else {
        return Ok(first.clone());
    };
    let wanted = wanted(first);
    let same_edge = planned.from == first.from && planned.plan.to == first.plan.to;
    if !same_edge {
        planned.plan.items.clear();
    }
    planned.plan.items.retain(|item| first.plan.items.iter().any(|one| one.name() == item.name()));
    let surprise = self::wanted(&planned).into_iter().any(|(slot, version)| wanted.get(&slot) != Some(&version));
    if surprise {
        let message = format!("what is to go to {} has changed meanwhile", first.plan.to);
        return Err(Failure::failed(message).hint("run it again to see the new plan; nothing was changed"));
    }
    if planned.plan.moving().next().is_none() {
        context.ui.note("somebody else has done it meanwhile");
        tell_rest(&planned, context);
    }
    Ok(planned)
}

/// Which version each place is to have.
fn wanted(planned: &Planned) -> BTreeMap<SlotKey, Version> {
    let steps = planned.plan.moving().flat_map(|(_, moves)| &moves.steps);
    steps.map(|step| (step.entry.slot(), step.to.clone())).collect()
}
