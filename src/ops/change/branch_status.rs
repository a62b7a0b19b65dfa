//! The state of a branch of towpath: absent, up to date, an older proposal, or changed by others.

use crate::git::{MergeOutcome, Oid, Repository, UnmergedCommit, Workspace};
use crate::ops::change::commits::PlannedCommit;
use crate::ops::error::Failure;

/// The state of a branch, compared with the planned commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BranchStatus {
    /// The branch does not exist.
    Absent,
    /// The branch contains the planned commit, and merges cleanly into its base.
    Same(Oid),
    /// The branch may be replaced: all its commits are towpath's or have landed.
    Older(Oid),
    /// The branch has commits by others.
    Foreign,
}

impl BranchStatus {
    /// Compares the head of the branch with the planned commit.
    ///
    /// # Errors
    /// When objects are missing.
    pub fn check(
        workspace: &Workspace<'_>,
        repository: &Repository,
        group: &PlannedCommit,
        head: Option<Oid>,
        base: Oid,
    ) -> Result<Self, Failure> {
        let Some(head) = head else { return Ok(BranchStatus::Absent) };
        let ahead = workspace.unmerged_commits(head, base, 2)?;
        let is_ours = match ahead.as_slice() {
            [] => true,
            [one] => is_ours(repository, one)?,
            _ => false,
        };
        Ok(match (is_ours, ahead.is_empty()) {
            (false, _) => BranchStatus::Foreign,
            (true, false)
                if workspace.has_contents(head, &group.files())
                    && merges_cleanly(workspace, base, head)? =>
            {
                BranchStatus::Same(head)
            }
            (true, _) => BranchStatus::Older(head),
        })
    }
}

/// True where the head merges cleanly into its base, whose nearby lines may have changed since.
fn merges_cleanly(workspace: &Workspace<'_>, base: Oid, head: Oid) -> Result<bool, Failure> {
    Ok(!matches!(workspace.merge_heads(base, head)?, MergeOutcome::Conflict(_)))
}

/// True where a commit is towpath's: it has towpath's trailers and was neither amended nor rebased,
/// so its commit time is its author time.
fn is_ours(repository: &Repository, commit: &UnmergedCommit) -> Result<bool, Failure> {
    let info = repository.commit_info(commit.id)?;
    let says = |key: &str| info.trailers(key).next().is_some();
    Ok(commit.is_as_written
        && !commit.is_merge
        && says("App")
        && says("Stage")
        && says("To-Version"))
}

/// The refusal to change a branch with commits by others.
pub fn foreign_branch(branch: &str) -> Failure {
    let failure = Failure::failed(format!(
        "branch `{branch}` has commits by others, so towpath does not change it"
    ));
    failure.hint("merge or delete the branch, then run the command again")
}
