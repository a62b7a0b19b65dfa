//! Deliveries without a remote: a mail, or a local commit.

use crate::git;
use crate::git::Workspace;
use crate::git::short_id;
use crate::ops::change::base::PlanBase;
use crate::ops::change::branch_status::{BranchStatus, foreign_branch};
use crate::ops::change::commits::{format_person, planned_commits};
use crate::ops::change::delivery::DeliveryRequest;
use crate::ops::change::options::DeliveryEvent;
use crate::ops::error::Failure;
use crate::promotion::format_mbox;
use crate::report::PlanReport;

/// Reports the commits as mails for `git am`.
pub fn write_patches(
    planned: &PlanReport,
    request: &DeliveryRequest<'_>,
    plan_base: &PlanBase<'_>,
) -> Result<(), Failure> {
    let DeliveryRequest { options, session, observer, .. } = *request;
    if planned.plan.moving_items().next().is_none() {
        return Ok(());
    }
    let author =
        git::author_identity(plan_base.repository, &session.git_options(options.author()))?;
    let date = session.local_time().strftime("%a, %d %b %Y %H:%M:%S %z").to_string();
    for group in planned_commits(planned, options, plan_base, &author)? {
        let mail = format_mbox(&group.message, &group.edits, &format_person(&author), &date);
        observer(DeliveryEvent::Patch(&mail))?;
    }
    Ok(())
}

/// Makes a commit on a local branch for each group.
pub fn commit(
    planned: &PlanReport,
    request: &DeliveryRequest<'_>,
    plan_base: &PlanBase<'_>,
    workspace: &Workspace<'_>,
) -> Result<(), Failure> {
    let DeliveryRequest { options, session, observer, .. } = *request;
    if planned.plan.moving_items().next().is_none() {
        return Ok(());
    }
    for group in planned_commits(planned, options, plan_base, &workspace.author()?)? {
        let branch = &group.branch;
        let head = plan_base.repository.resolve_revision(&format!("refs/heads/{branch}")).ok();
        match BranchStatus::check(workspace, plan_base.repository, &group, head, plan_base.tip)? {
            BranchStatus::Foreign => return Err(foreign_branch(branch)),
            BranchStatus::Same(_) => session.note(&format!("{branch} is already up to date")),
            BranchStatus::Older(_)
                if plan_base.repository.head_branch().as_deref() == Some(branch) =>
            {
                let failure = Failure::failed(format!(
                    "branch `{branch}` is checked out, so towpath does not change it"
                ));
                return Err(failure.hint("switch to another branch first"));
            }
            BranchStatus::Older(_) | BranchStatus::Absent => {
                let text = group.message.commit();
                let commit = workspace.write_commit(&group.commit(plan_base, &text))?;
                workspace.set_branch(branch, commit, head)?;
                let id = short_id(commit);
                session.note(&format!("{id} {}", group.message.subject));
            }
        }
        observer(DeliveryEvent::Committed { branch })?;
    }
    Ok(())
}
