//! Notes a proposal that nobody means any more: the app is up to date, and its branch still
//! proposes another version.

use super::branch_status::newest_own_commit;
use super::request::ChangeRequest;
use crate::git::{Oid, Workspace};
use crate::model::Version;
use crate::ops::error::Failure;
use crate::ops::session::Session;
use crate::promotion::{BRANCHES, ItemOutcome, branch_name};
use crate::report::PlanReport;

/// Notes the branches of apps that are up to date and whose open proposal has another version.
///
/// # Errors
/// When the remote cannot be read.
pub fn note_left_over(
    planned: &PlanReport,
    intent: &ChangeRequest,
    workspace: &Workspace<'_>,
    base: Oid,
    session: &Session,
) -> Result<(), Failure> {
    if !matches!(intent, ChangeRequest::Promote { .. }) {
        return Ok(());
    }
    let is_as_wanted = |outcome: &ItemOutcome| matches!(outcome, ItemOutcome::UpToDate(_));
    let same = planned.plan.items.iter().filter(|item| is_as_wanted(&item.outcome));
    let branches: Vec<String> = same.map(|item| branch_name(item, &planned.plan.to)).collect();
    let mut heads = workspace.remote_heads(&[&format!("{BRANCHES}*")])?;
    heads.retain(|branch, _| branches.contains(branch));
    workspace.fetch_branches(&heads)?;
    for (branch, head) in &heads {
        let Some(own) = newest_own_commit(workspace, *head, base)? else { continue };
        let Some(version) = own.trailers("To-Version").next() else { continue };
        session.note(&format!(
            "branch `{branch}` still has {}; `towpath advance` closes its pull request if that is \
             no longer meant",
            Version::parse(version)
        ));
    }
    Ok(())
}
