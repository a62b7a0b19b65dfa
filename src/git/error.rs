//! Errors of git repositories.

/// A failure of the repository itself. One unreadable file is a [`super::ReadError`] instead.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    #[error("`{path}` is not in a git repository")]
    NotARepository { path: String },
    #[error("there is no file or folder `{path}`")]
    NoSuchPath { path: String },
    #[error("`{path}` uses {what}, which towpath cannot read yet")]
    Unsupported { path: String, what: String },
    #[error("`{path}` is neither a file nor a folder, and is not opened")]
    NotAFile { path: String },
    #[error("the repository has no commits yet")]
    Empty,
    #[error("branch `{branch}` has no commits yet")]
    Unborn { branch: String, known: Vec<String> },
    #[error("there is no branch `{branch}`, neither locally nor on `origin`")]
    UnknownBranch { branch: String, known: Vec<String> },
    #[error("`{revision}` is not a commit, branch or tag in this repository")]
    UnknownRevision { revision: String },
    #[error("`{revision}` is ambiguous: it can mean {}", names.join(" and "))]
    Ambiguous { revision: String, names: Vec<String> },
    #[error("object {id} is missing from the repository")]
    MissingObject { id: String },
    #[error("object {id} is corrupt; run `git fsck` for details")]
    BrokenObject { id: String },
    #[error("`{path}` is a bare repository and has no work tree")]
    NoWorkTree { path: String },
    #[error("git could not read {what}: {message}")]
    Other { what: String, message: String },
}

impl GitError {
    /// Wraps an error of libgit2; `what` names the object it concerns.
    pub(super) fn from_git2(what: impl Into<String>, error: &git2::Error) -> Self {
        GitError::Other { what: what.into(), message: error.message().to_owned() }
    }

    /// Returns a remedy, if one is known.
    pub fn hint(&self) -> Option<String> {
        match self {
            GitError::NoSuchPath { .. } | GitError::NotARepository { .. } => {
                Some("name a repository with -C PATH or -C URL".into())
            }
            GitError::Unsupported { .. } => Some(
                "clone it again with `git clone --object-format=sha1 --ref-format=files`, if the forge supports it".into(),
            ),
            GitError::NotAFile { .. } => Some("remove it, or name another repository".into()),
            GitError::Ambiguous { .. } => Some("use one of these full names".into()),
            GitError::Empty => {
                Some("commit something first, or name a branch with --branch".into())
            }
            GitError::Unborn { known, .. } | GitError::UnknownBranch { known, .. } => {
                Some(branch_hint(known))
            }
            GitError::UnknownRevision { .. } => {
                Some("run `git log` to list commits; a shallow clone has only the latest".into())
            }
            GitError::MissingObject { .. } => Some(
                "the clone is partial or shallow; run `git fetch --refetch --no-filter` or `git fetch --unshallow`"
                    .into(),
            ),
            GitError::NoWorkTree { .. } => Some("leave out --worktree to read the newest commit".into()),
            GitError::BrokenObject { .. } | GitError::Other { .. } => None,
        }
    }
}

/// The number of branches that a hint lists.
const LISTED: usize = 8;

fn branch_hint(known: &[String]) -> String {
    match known {
        [] => "there is none yet; commit something first".into(),
        [only] => format!("the only branch is {only}; `--branch {only}` names it"),
        few if few.len() <= LISTED => {
            format!("name one with --branch; the branches are {}", few.join(", "))
        }
        _ => "name one with --branch; `git branch --all` lists the branches".into(),
    }
}
