//! Deliveries that leave the remote alone: a mail, and a local commit.

use super::DeliveryRequest;
use super::group::{groups, who};
use super::standing::{BranchStatus, foreign};
use super::tell_rest;
use crate::cli::failure::Failure;
use crate::cli::scene::PlanBase;
use crate::git::{self, Workspace};
use crate::promotion::mbox;
use crate::report::PlanReport;

/// Prints the commit for `git am`.
pub fn patch(
    planned: &PlanReport,
    errand: &DeliveryRequest<'_>,
    scene: &PlanBase<'_>,
) -> Result<(), Failure> {
    let DeliveryRequest { args, context, .. } = *errand;
    tell_rest(planned, context);
    if planned.plan.moving().next().is_none() {
        return Ok(());
    }
    let author = git::author(scene.repository, &context.manner(args.author()))?;
    let date = context.environment.now.strftime("%a, %d %b %Y %H:%M:%S %z").to_string();
    for group in groups(planned, args, scene, &author)? {
        context.ui.part(&mbox(&group.message, &group.edits, &who(&author), &date))?;
    }
    Ok(())
}

/// Makes a commit on a local branch for each group.
pub fn commit(
    planned: &PlanReport,
    errand: &DeliveryRequest<'_>,
    scene: &PlanBase<'_>,
    workspace: &Workspace<'_>,
) -> Result<(), Failure> {
    let DeliveryRequest { args, context, .. } = *errand;
    if planned.plan.moving().next().is_none() {
        return Ok(());
    }
    for group in groups(planned, args, scene, &workspace.author()?)? {
        let branch = &group.branch;
        let head = scene.repository.resolve(&format!("refs/heads/{branch}")).ok();
        match BranchStatus::of(workspace, scene.repository, &group, head, scene.tip)? {
            BranchStatus::Foreign => return Err(foreign(branch)),
            BranchStatus::Same(_) => context.ui.note(&format!("{branch} says so already")),
            BranchStatus::Older(_) if scene.repository.head_branch().as_deref() == Some(branch) => {
                let failure = Failure::failed(format!(
                    "branch `{branch}` is checked out, so it is not changed"
                ));
                return Err(failure.hint("switch to another branch first"));
            }
            BranchStatus::Older(_) | BranchStatus::Absent => {
                let text = group.message.commit();
                let commit = workspace.commit(&group.commit(scene, &text))?;
                workspace.set_branch(branch, commit, head)?;
                let id: String = commit.to_string().chars().take(10).collect();
                context.ui.note(&format!("{id} {}", group.message.subject));
            }
        }
        context.ui.answer(branch)?;
    }
    Ok(())
}
