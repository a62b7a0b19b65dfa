//! Brings the branch of a proposal up to date with its base, where the forge requires that.

use crate::forge::{Forge, ForgeError, MergeBlock, Proposal};
use crate::git::{BranchPush, MergeOutcome, Oid, PushMode, PushOutcome, Workspace};
use crate::ops::change::branch_status::renewed_commit;
use crate::ops::change::remote_tip;
use crate::ops::error::Failure;
use crate::promotion::BRANCHES;
use std::thread;
use std::time::Duration;

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

/// The number of times that a forge is asked for a new head, and the first pause; each further one
/// is twice as long, so that they add up to about six seconds.
const LOOKS: u32 = 6;
const FIRST_PAUSE: Duration = Duration::from_millis(200);

/// Waits until the forge knows the head that was pushed: its API learns of it after git does, and
/// refuses to merge until then. False where it does not learn of it.
///
/// # Errors
/// When the forge refuses.
pub fn wait_for_head(forge: &dyn Forge, number: u64, head: Oid) -> Result<bool, ForgeError> {
    let head = head.to_string();
    let mut pause = FIRST_PAUSE;
    for look in 0..LOOKS {
        let known = forge.get_proposal(number)?.head_commit.filter(|known| !known.is_empty());
        // Bitbucket shortens commits.
        if known.is_none_or(|known| head.starts_with(&known)) {
            return Ok(true);
        }
        if look + 1 < LOOKS {
            thread::sleep(pause);
            pause *= 2;
        }
    }
    Ok(false)
}

/// True where a merge failed only because the branch is behind its base.
pub fn is_behind(error: &ForgeError) -> bool {
    error.merge_block() == Some(MergeBlock::Behind)
}
