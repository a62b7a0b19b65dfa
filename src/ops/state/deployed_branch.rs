//! The deployed branch: which branch it is, and which commit of it counts in this clone.

use crate::git::{BranchTips, GitError, Oid, Repository};
use crate::ops::error::Failure;
use crate::ops::session::Session;

const REMEDY: &str = "name it with --branch, after `git fetch origin BRANCH`";

/// The branch that a state is of, and the commit that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeployedBranch {
    /// `None` for a detached HEAD in a repository whose origin names no branch.
    pub name: Option<String>,
    pub tip: Oid,
}

impl DeployedBranch {
    /// The branch of this name, else the one that the user names, that `origin` names as its own,
    /// or that is checked out. Its newest commit is the newer one of the local branch and its
    /// upstream. Where the two have diverged, the upstream counts, unless the user named the
    /// branch: then the local one does.
    ///
    /// # Errors
    /// When there is no such branch, or no commit yet.
    pub fn find(
        session: &Session,
        repository: &Repository,
        configured: Option<&str>,
    ) -> Result<Self, GitError> {
        let name = configured.map(str::to_owned).or_else(|| usual_branch(session, repository));
        let tip = match &name {
            Some(branch) => session.branch_tip(repository, branch)?,
            None => repository.head_commit()?,
        };
        Ok(DeployedBranch { name, tip })
    }
}

/// The branch that the user names, that `origin` names as its own, that is checked out, or that is
/// the only one of `origin` in this clone.
pub fn usual_branch(session: &Session, repository: &Repository) -> Option<String> {
    let named = session.options.branch.clone();
    named
        .or_else(|| repository.origin_head())
        .or_else(|| repository.head_branch())
        .or_else(|| repository.only_origin_branch())
}

/// Refuses to decide where the deployed branch is not known: HEAD is detached, as CI systems leave
/// it for a pull request, and nothing in the clone tells which branch of `origin` counts.
///
/// # Errors
/// In such a clone.
pub fn check_known(repository: &Repository, branch: Option<&str>) -> Result<(), Failure> {
    if !is_unknown(repository, branch) {
        return Ok(());
    }
    Err(Failure::failed(
        "HEAD is detached, and this clone does not tell which branch of origin is deployed",
    )
    .hint(REMEDY))
}

fn is_unknown(repository: &Repository, branch: Option<&str>) -> bool {
    branch.is_none() && repository.origin_url().is_some()
}

/// Cautions that the checked-out commit is read, because the deployed branch is not known.
pub fn note_unknown_branch(session: &Session, repository: &Repository, branch: Option<&str>) {
    if is_unknown(repository, branch) {
        session.caution(
            "reading the checked-out commit: HEAD is detached, and this clone does not tell which \
             branch of origin is deployed",
        );
        session.hint(REMEDY);
    }
}

/// Notes how far a branch of this clone and its upstream are apart, where that matters for what is
/// read.
pub fn note_divergence(session: &Session, repository: &Repository, branch: Option<&str>) {
    let Some(branch) = branch else { return };
    let Ok(BranchTips::Different { local_ahead, upstream_ahead, .. }) =
        repository.branch_tips(branch)
    else {
        return;
    };
    let upstream = repository.upstream_ref(branch);
    let upstream = upstream.trim_start_matches("refs/remotes/");
    match (local_ahead, upstream_ahead) {
        (_, 0) => session
            .note(&format!("{branch} has {} that {upstream} does not have", commits(local_ahead))),
        (0, _) => {}
        _ => {
            let read = if session.options.branch.is_some() { branch } else { upstream };
            session.caution(&format!(
                "{branch} and {upstream} have diverged, with {} and {} of their own; reading {read}",
                commits(local_ahead),
                commits(upstream_ahead)
            ));
        }
    }
}

/// Notes that another branch than the checked-out one is read, where nobody named it.
pub fn note_other_branch(session: &Session, repository: &Repository, branch: Option<&str>) {
    let is_usual = usual_branch(session, repository).as_deref() == branch;
    if let (Some(head), Some(branch)) = (repository.head_branch(), branch)
        && is_usual
        && session.options.branch.is_none()
        && head != branch
    {
        session.note(&format!(
            "reading {branch}, the branch that origin deploys; `--branch {head}` reads the \
             checked-out one"
        ));
    }
}

fn commits(count: usize) -> String {
    match count {
        1 => "1 commit".to_owned(),
        usize::MAX => "an unknown number of commits".to_owned(),
        count => format!("{count} commits"),
    }
}
