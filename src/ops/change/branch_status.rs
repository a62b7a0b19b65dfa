//! The state of a branch of towpath: absent, up to date, an older proposal, or changed by others.

use crate::git::{
    ChangedText, CommitInfo, MergeOutcome, Oid, Repository, UnmergedCommit, Workspace,
};
use crate::ops::change::commits::PlannedCommit;
use crate::ops::error::Failure;
use crate::promotion::{EDITS, edit_fingerprint};

/// The state of a branch, compared with the planned commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BranchStatus {
    /// The branch does not exist.
    Absent,
    /// The branch contains the planned commit, and merges cleanly into its base.
    Same(Oid),
    /// The branch may be replaced: all its commits are towpath's, nobody's, or have landed.
    Older(Oid),
    /// The branch has commits by others.
    Foreign,
}

/// The number of commits that are looked at. A branch with more is not towpath's.
const LOOKED_AT: usize = 100;

/// The number of changed files up to which a rebased commit is recognised.
const FILES: usize = 2_000;

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
        let ahead = workspace.unmerged_commits(head, base, LOOKED_AT)?;
        if !are_ours(workspace, repository, &ahead)? {
            return Ok(BranchStatus::Foreign);
        }
        let is_same = !ahead.is_empty()
            && workspace.has_contents(head, &group.files())
            && merges_cleanly(workspace, base, head)?;
        Ok(if is_same { BranchStatus::Same(head) } else { BranchStatus::Older(head) })
    }
}

/// True where the head merges cleanly into its base, whose nearby lines may have changed since.
fn merges_cleanly(workspace: &Workspace<'_>, base: Oid, head: Oid) -> Result<bool, Failure> {
    Ok(!matches!(workspace.merge_heads(base, head)?, MergeOutcome::Conflict(_)))
}

/// True where all commits are towpath's or nobody's.
fn are_ours(
    workspace: &Workspace<'_>,
    repository: &Repository,
    ahead: &[UnmergedCommit],
) -> Result<bool, Failure> {
    if ahead.len() >= LOOKED_AT {
        return Ok(false);
    }
    for commit in ahead {
        if !is_ours(workspace, repository, commit)? && !workspace.is_plain_merge(commit)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// True where a commit is towpath's: it has towpath's trailers, and was not changed since. Its
/// commit time is its author time, or its changes have the fingerprint in its trailer: then it was
/// only rebased, or its message was amended.
fn is_ours(
    workspace: &Workspace<'_>,
    repository: &Repository,
    commit: &UnmergedCommit,
) -> Result<bool, Failure> {
    let info = repository.commit_info(commit.id)?;
    if !has_trailers(&info) {
        return Ok(false);
    }
    if commit.is_as_written {
        return Ok(true);
    }
    let Some(told) = info.trailers(EDITS).next() else { return Ok(false) };
    let Some(files) = workspace.changed_texts(commit, FILES)? else { return Ok(false) };
    let text = |file: &'_ ChangedText| -> (String, String, String) {
        (file.path.clone(), file.before.clone(), file.after.clone())
    };
    let files: Vec<_> = files.iter().map(text).collect();
    let files = files.iter().map(|(path, before, after)| (&**path, &**before, &**after));
    Ok(told == edit_fingerprint(files))
}

fn has_trailers(info: &CommitInfo) -> bool {
    let says = |key: &str| info.trailers(key).next().is_some();
    says("App") && says("Stage") && says("To-Version")
}

/// The newest commit of a branch with towpath's trailers. Merges of the base may be on top of it.
pub fn newest_own_commit(
    workspace: &Workspace<'_>,
    head: Oid,
    base: Oid,
) -> Result<Option<CommitInfo>, Failure> {
    for commit in workspace.unmerged_commits(head, base, LOOKED_AT)? {
        let info = workspace.repository().commit_info(commit.id)?;
        if has_trailers(&info) {
            return Ok(Some(info));
        }
    }
    Ok(None)
}

/// True where a branch has no commits but towpath's and nobody's.
pub fn is_only_towpaths(workspace: &Workspace<'_>, head: Oid, base: Oid) -> Result<bool, Failure> {
    let ahead = workspace.unmerged_commits(head, base, LOOKED_AT)?;
    are_ours(workspace, workspace.repository(), &ahead)
}

/// Writes the commits of one of towpath's branches as one commit on top of its base; `None` where
/// the branch has commits by others, or conflicts with its base.
pub fn renewed_commit(
    workspace: &Workspace<'_>,
    head: Oid,
    base: Oid,
) -> Result<Option<Oid>, Failure> {
    if !is_only_towpaths(workspace, head, base)? {
        return Ok(None);
    }
    let MergeOutcome::Tree(tree) = workspace.merge_heads(base, head)? else { return Ok(None) };
    let Some(own) = newest_own_commit(workspace, head, base)? else { return Ok(None) };
    Ok(Some(workspace.squash_commits(Some(tree), base, head, &own.message)?))
}

/// The refusal to change a branch with commits by others.
pub fn foreign_branch(branch: &str) -> Failure {
    let failure = Failure::failed(format!(
        "branch `{branch}` has commits by others, so towpath does not change it"
    ));
    failure.hint("merge or delete the branch, then run the command again")
}
