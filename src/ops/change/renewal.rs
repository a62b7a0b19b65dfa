//! Brings the branch of a proposal up to date with its base, where the forge requires that.

use crate::forge::{ForgeError, MergeBlock, Proposal};
use crate::git::{BranchPush, MergeOutcome, Oid, PushMode, PushOutcome, Workspace};
use crate::ops::change::branch_status::renewed_commit;
use crate::ops::change::remote_tip;
use crate::ops::error::Failure;
use crate::promotion::BRANCHES;

/// Brings one of towpath's branches up to date; returns its new head. `None` where the branch is
/// not towpath's alone, conflicts with its base, or has moved.
///
/// # Errors
/// When the remote refuses.
pub fn renew_branch(
    workspace: &Workspace<'_>,
    proposal: &Proposal,
) -> Result<Option<Oid>, Failure> {
    let branch = proposal.head.as_str();
    if proposal.from_fork || !branch.starts_with(BRANCHES) {
        return Ok(None);
    }
    let base = remote_tip(workspace, Some(&proposal.base))?;
    let heads = workspace.remote_heads(&[branch])?;
    let Some(head) = heads.get(branch).copied() else { return Ok(None) };
    workspace.fetch_branches(&heads)?;
    let Some(commit) = renewed_commit(workspace, head, base)? else { return Ok(None) };
    let push = BranchPush { branch, commit, way: PushMode::Replace(Some(head)), if_still: &[] };
    let (commit, outcome) = match workspace.push_branch(&push) {
        Err(error) if BranchPush::is_replacing_forbidden(&error) => {
            let MergeOutcome::Tree(tree) = workspace.merge_heads(head, base)? else {
                return Ok(None);
            };
            let message = format!("Merge branch '{}' into {branch}\n", proposal.base);
            let commit = workspace.merge_commit(tree, head, base, &message)?;
            (commit, workspace.push_branch(&BranchPush { commit, ..push })?)
        }
        outcome => (commit, outcome?),
    };
    Ok((outcome == PushOutcome::Done).then_some(commit))
}

/// True where a merge failed only because the branch is behind its base.
pub fn is_behind(error: &ForgeError) -> bool {
    error.merge_block() == Some(MergeBlock::Behind)
}
