//! Pushes the branch of a proposal.

use super::proposal_writer::ProposalWriter;
use crate::git::{BranchPush, Oid, PushMode, PushOutcome, WriteError};
use crate::ops::change::branch_status::{BranchStatus, foreign_branch};
use crate::ops::change::commits::PlannedCommit;
use crate::ops::error::Failure;
use std::collections::BTreeMap;

/// The number of attempts to push a branch that other processes change too.
const ATTEMPTS: u32 = 4;

/// A branch that is pushed.
#[derive(Debug, Clone, Copy)]
pub struct PushedBranch {
    pub head: Oid,
    /// True where this run pushed it.
    pub is_pushed: bool,
}

impl ProposalWriter<'_> {
    /// Pushes the branch unless it is up to date.
    ///
    /// # Errors
    /// When the branch has commits by others, another branch is in the way, or the remote refuses.
    pub fn push_branch(&self, group: &PlannedCommit) -> Result<PushedBranch, Failure> {
        let branch = group.branch.as_str();
        let (workspace, base) = (self.workspace, self.plan_base);
        for _ in 0..ATTEMPTS {
            let heads: BTreeMap<_, _> = workspace.remote_heads(&[branch])?;
            workspace.fetch_branches(&heads)?;
            let head = heads.get(branch).copied();
            match BranchStatus::check(workspace, base.repository, group, head, base.tip)? {
                BranchStatus::Foreign => return Err(foreign_branch(branch)),
                BranchStatus::Same(head) => return Ok(PushedBranch { head, is_pushed: false }),
                BranchStatus::Absent | BranchStatus::Older(_) => {}
            }
            if let Some(head) = self.push_commit(group, head)? {
                return Ok(PushedBranch { head, is_pushed: true });
            }
            if head.is_none() {
                self.check_name(branch)?;
            }
        }
        Err(Failure::failed(format!("others keep changing branch `{branch}`")).hint("run it again"))
    }

    /// Pushes the planned commit in place of `head`; `None` where the branch has moved. Where the
    /// remote forbids to replace branches, the commit goes on top of `head`.
    fn push_commit(
        &self,
        group: &PlannedCommit,
        head: Option<Oid>,
    ) -> Result<Option<Oid>, Failure> {
        let (workspace, branch) = (self.workspace, group.branch.as_str());
        let text = group.message.commit();
        let new = group.commit(self.plan_base, &text);
        let commit = workspace.write_commit(&new)?;
        let push = BranchPush { branch, commit, way: PushMode::Replace(head), if_still: &[] };
        let (commit, outcome) = match (workspace.push_branch(&push), head) {
            (Err(error), Some(head)) if BranchPush::is_replacing_forbidden(&error) => {
                let commit = workspace.write_commit_on(head, &new)?;
                let push = BranchPush { commit, ..push };
                (commit, workspace.push_branch(&push)?)
            }
            (Err(error @ WriteError::Refused { .. }), None) => {
                self.check_name(branch)?;
                return Err(error.into());
            }
            (outcome, _) => (commit, outcome?),
        };
        Ok((outcome == PushOutcome::Done).then_some(commit))
    }

    /// Fails if a branch at the remote does not allow this one to exist.
    fn check_name(&self, branch: &str) -> Result<(), Failure> {
        let names = self.workspace.branches_in_the_way(branch)?;
        let Some(first) = names.first() else { return Ok(()) };
        let failure = Failure::failed(format!(
            "branch `{branch}` cannot be created, because `origin` has a branch `{first}`"
        ));
        Err(failure.hint(format!("rename or delete it: `git push origin --delete {first}`")))
    }
}
