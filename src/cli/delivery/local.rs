//! Deliveries that leave the remote alone: a mail, and a local commit.

use super::DeliveryRequest;
use super::group::{format_person, planned_commits};
use super::standing::{BranchStatus, foreign_branch};
use super::tell_rest;
use crate::cli::failure::Failure;
use crate::cli::scene::PlanBase;
use crate::git::{self, Workspace};
use crate::promotion::format_mbox;
use crate::report::PlanReport;

/// Prints the commit for `git am`.
pub fn print_patch(
    planned: &PlanReport,
    errand: &DeliveryRequest<'_>,
    scene: &PlanBase<'_>,
) -> Result<(), Failure> {
    let DeliveryRequest { args, context, .. } = *errand;
    tell_rest(planned, context);
    if planned.plan.moving_items().next().is_none() {
        return Ok(());
    }
    let author = git::author_identity(scene.repository, &context.git_options(args.author()))?;
    let date = context.environment.now.strftime("%a, %d %b %Y %H:%M:%S %z").to_string();
    for group in planned_commits(planned, args, scene, &author)? {
        context.ui.write_part(&format_mbox(
            &group.message,
            &group.edits,
            &format_person(&author),
            &date,
        ))?;
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
    if planned.plan.moving_items().next().is_none() {
        return Ok(());
    }
    for group in planned_commits(planned, args, scene, &workspace.author()?)? {
        let branch = &group.branch;
        let head = scene.repository.resolve_revision(&format!("refs/heads/{branch}")).ok();
        match BranchStatus::check(workspace, scene.repository, &group, head, scene.tip)? {
            BranchStatus::Foreign => return Err(foreign_branch(branch)),
            BranchStatus::Same(_) => context.ui.print_note(&format!("{branch} says so already")),
            BranchStatus::Older(_) if scene.repository.head_branch().as_deref() == Some(branch) => {
                let failure = Failure::failed(format!(
                    "branch `{branch}` is checked out, so it is not changed"
                ));
                return Err(failure.hint("switch to another branch first"));
            }
            BranchStatus::Older(_) | BranchStatus::Absent => {
                let text = group.message.commit();
                let commit = workspace.write_commit(&group.commit(scene, &text))?;
                workspace.set_branch(branch, commit, head)?;
                let id: String = commit.to_string().chars().take(10).collect();
                context.ui.print_note(&format!("{id} {}", group.message.subject));
            }
        }
        context.ui.write_answer(branch)?;
    }
    Ok(())
}
