//! Why a write failed, and what helps.

use super::GitError;

/// Why a write failed.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    #[error("cannot {doing}: git could not be started: {why}")]
    NoGit { doing: &'static str, why: String },
    #[error("git did not {doing} within {seconds} seconds")]
    TooSlow { doing: &'static str, seconds: u64 },
    #[error("git could not {doing}: {message}")]
    Failed { doing: &'static str, message: String },
    #[error("git does not know who you are: {message}")]
    NoIdentity { message: String },
    #[error("the repository has no remote `origin`")]
    NoRemote,
    #[error("the remote refuses `{branch}`: {message}")]
    Refused { branch: String, message: String },
    #[error("branch `{branch}` was changed by someone else in the meantime")]
    Moved { branch: String },
    #[error(transparent)]
    Git(#[from] GitError),
}

impl WriteError {
    /// Returns a remedy, if one is known.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            WriteError::NoGit { .. } => "install git",
            WriteError::NoIdentity { .. } => {
                "set user.name and user.email with `git config`, or GIT_AUTHOR_NAME and GIT_AUTHOR_EMAIL in CI"
            }
            WriteError::NoRemote => "--commit makes a local commit, --patch prints one",
            WriteError::Refused { .. } => {
                "the branch may be protected; leave out --push to open a pull request"
            }
            WriteError::Moved { .. } | WriteError::TooSlow { .. } => "run it again",
            WriteError::Git(error) => return error.hint(),
            WriteError::Failed { doing: "read the remote" | "fetch", .. } => {
                "nothing was changed; run it again once `git fetch` works here"
            }
            WriteError::Failed { doing: "push", .. } => "run it again; nothing is pushed twice",
            WriteError::Failed { .. } => return None,
        };
        Some(hint.into())
    }
}
