//! What is on a branch of ours: nothing, what is wanted, an older proposal, or somebody's work.

use crate::git::{MergeOutcome, Oid, Repository, UnmergedCommit, Workspace};
use crate::ops::change::commits::PlannedCommit;
use crate::ops::error::Failure;

/// What a branch holds, compared with what it is to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BranchStatus {
    /// The branch is not there.
    Absent,
    /// It says what is wanted, and fits what it is to go into.
    Same(Oid),
    /// It may be replaced: everything on it is ours or landed.
    Older(Oid),
    /// Somebody has committed to it.
    Foreign,
}

impl BranchStatus {
    /// Judges the branch of a group by its head.
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

/// Does it go into its base as it is? Lines around may have changed there since.
fn merges_cleanly(workspace: &Workspace<'_>, base: Oid, head: Oid) -> Result<bool, Failure> {
    Ok(!matches!(workspace.merge_heads(base, head)?, MergeOutcome::Conflict(_)))
}

/// A commit of towpath's says so in its trailers. One that was amended or rebased by somebody has
/// another time of commit than of authorship.
fn is_ours(repository: &Repository, commit: &UnmergedCommit) -> Result<bool, Failure> {
    let info = repository.commit_info(commit.id)?;
    let says = |key: &str| info.trailers(key).next().is_some();
    Ok(commit.is_as_written
        && !commit.is_merge
        && says("App")
        && says("Stage")
        && says("To-Version"))
}

/// A branch that somebody has committed to is left alone.
pub fn foreign_branch(branch: &str) -> Failure {
    let failure = Failure::failed(format!(
        "branch `{branch}` has commits by others, so towpath does not change it"
    ));
    failure.hint("merge or delete the branch, then run the command again")
}
