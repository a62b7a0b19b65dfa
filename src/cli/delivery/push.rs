//! Pushing straight to the branch that is deployed. Who loses the race plans again on the new tip.

use super::args::DeliveryArgs;
use super::group::groups;
use super::{Selection, agreed, ending, plan, remote_tip, tell_rest};
use crate::cli::context::Context;
use crate::cli::environment::chance;
use crate::cli::failure::{Exit, Failure};
use crate::cli::intent::Intent;
use crate::cli::scene::Scene;
use crate::git::{Push, Pushed, Repository, Way, Workspace};
use crate::model::{SlotKey, Version};
use crate::report::Planned;
use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

/// After so long nothing new is begun.
const PATIENCE: Duration = Duration::from_secs(45);

/// The longest pause between two attempts is twice as long as the mean one.
const FIRST_PAUSE: Duration = Duration::from_millis(40);
const LONGEST_PAUSE: Duration = Duration::from_millis(1500);

/// Plans, asks once, and pushes until it is there.
pub fn run(
    intent: &Intent,
    args: &DeliveryArgs,
    selection: Selection,
    repository: &Repository,
    context: &Context,
) -> Result<Exit, Failure> {
    let workspace = context.workspace(repository, args.author())?;
    let (started, mut pause) = (Instant::now(), FIRST_PAUSE);
    let scene = seen(context, repository, &workspace)?;
    let Some(first) = agreed(intent, args, selection, &scene, context)? else { return Ok(Exit::Done) };
    let (mut planned, mut scene) = (first.clone(), scene);
    loop {
        if planned.plan.moving().next().is_none() {
            return Ok(ending(&planned, intent));
        }
        if attempt(&planned, args, &scene, &workspace, context)? == Pushed::Done {
            return Ok(ending(&planned, intent));
        }
        if started.elapsed() > PATIENCE {
            let message = format!("`{}` moved each time before the push arrived", scene.branch()?);
            return Err(Failure::failed(message).hint("run it again; nothing was changed"));
        }
        thread::sleep(pause.mul_f64(chance() * 2.0));
        pause = (pause * 2).min(LONGEST_PAUSE);
        scene = seen(context, repository, &workspace)?;
        planned = again(intent, args, &first, &scene, context)?;
    }
}

/// The newest state at `origin`.
fn seen<'r>(context: &Context, repository: &'r Repository, workspace: &Workspace<'_>) -> Result<Scene<'r>, Failure> {
    Scene::read(context, repository, &|_, branch| remote_tip(workspace, branch))
}

fn attempt(
    planned: &Planned,
    args: &DeliveryArgs,
    scene: &Scene<'_>,
    workspace: &Workspace<'_>,
    context: &Context,
) -> Result<Pushed, Failure> {
    let branch = scene.branch()?;
    let mut pushed = Pushed::Done;
    for group in groups(planned, args, scene, &workspace.author()?)? {
        let text = group.message.commit();
        let commit = workspace.commit(&group.commit(scene, &text))?;
        pushed = workspace.push(&Push { branch, commit, way: Way::Forward })?;
        if pushed == Pushed::Done {
            context.ui.answer(&commit.to_string())?;
            context.ui.note(&format!("pushed to {branch}: {}", group.message.subject));
        }
    }
    Ok(pushed)
}

/// The plan on a new tip. It may have become smaller, but must not bring what nobody agreed to.
fn again(
    intent: &Intent,
    args: &DeliveryArgs,
    first: &Planned,
    scene: &Scene<'_>,
    context: &Context,
) -> Result<Planned, Failure> {
    let Some(mut planned) = plan(intent, args, Selection::Given, scene, context)? else { return Ok(first.clone()) };
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
