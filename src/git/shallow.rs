//! Clones a single commit, for a short-lived job that writes a file.

use super::git_process;
use super::url::{redact_credentials, refusal_reason};
use super::write::{check_success, run_git};
use super::write_error::WriteError;
use std::path::Path;
use std::time::Duration;

/// Time limit for the clone.
const LIMIT: Duration = Duration::from_secs(45);

const DOING: &str = "clone the repository";

/// Clones the tip of a branch, or of the default branch, bare, into a new folder. Credentials of
/// the URL are passed in the environment and not stored.
///
/// # Errors
/// When the URL is refused, or the repository or branch does not exist.
pub fn clone_shallow(url: &str, branch: Option<&str>, folder: &Path) -> Result<(), WriteError> {
    if let Some(message) = refusal_reason(url) {
        return Err(WriteError::Failed { doing: DOING, message });
    }
    let mut git = git_process::git_command(false, Some(url));
    git_process::add_settings(&mut git, &["core.hooksPath=/dev/null"]);
    git.args([
        "clone",
        "--bare",
        "--quiet",
        "--template=",
        "--depth=1",
        "--single-branch",
        "--no-tags",
    ]);
    if let Some(branch) = branch {
        git.arg(format!("--branch={branch}"));
    }
    git.arg("--").arg(redact_credentials(url)).arg(folder);
    check_success(run_git(git, b"", DOING, LIMIT)?, DOING).map(drop)
}
