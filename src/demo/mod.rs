//! A small deployment repository for trying towpath: a bare origin and a clone of it.
//!
//! Four apps, three stages, three ways of writing images, some months of history. The same `now`
//! gives the same commits. git creates them, without the user's settings.

mod files;
mod loopback_server;
mod registry_server;
mod releases;
mod seen;
mod story;
mod stream;

pub use loopback_server::{LoopbackAnswer, LoopbackHandler, LoopbackRequest, serve_loopback};
pub use registry_server::{DemoImage, DemoRegistry};

use jiff::Timestamp;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The folders of the demo.
#[derive(Debug, Clone)]
pub struct DemoPaths {
    /// A work tree on `main`, cloned from `origin`.
    pub clone: PathBuf,
    /// A bare repository.
    pub origin: PathBuf,
}

/// The file beside the repositories with what a witness would see: `status --live=../seen.yaml`.
const SEEN_FILE: &str = "seen.yaml";

/// Why the demo could not be created.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    #[error("cannot create the demo: git could not be started")]
    NoGit(#[source] io::Error),
    #[error("git could not {doing}: {message}")]
    Git { doing: &'static str, message: String },
    #[error("the folder `{path}` cannot be used", path = path.display())]
    Folder { path: PathBuf, source: io::Error },
    #[error("the folder `{path}` is not empty", path = path.display())]
    NotEmpty { path: PathBuf },
}

/// Creates the demo in an empty or new folder. Ages are relative to `now`.
///
/// # Errors
/// [`DemoError`]; files written so far are left in place.
pub fn make_demo(folder: &Path, now: Timestamp) -> Result<DemoPaths, DemoError> {
    let unusable = |source: io::Error| DemoError::Folder { path: folder.to_owned(), source };
    fs::create_dir_all(folder).map_err(unusable)?;
    if fs::read_dir(folder).map_err(unusable)?.next().is_some() {
        return Err(DemoError::NotEmpty { path: folder.to_owned() });
    }
    let demo = DemoPaths { clone: folder.join("deploy"), origin: folder.join("origin.git") };
    let mut init = git_command();
    init.args(["init", "--quiet", "--bare", "--template="]).arg(&demo.origin);
    run_git(init, "create a repository", b"")?;
    let mut import = git_command();
    import.arg("--git-dir").arg(&demo.origin).args(["fast-import", "--quiet"]);
    run_git(
        import,
        "write the history",
        stream::fast_import_text(&story::list_commits(), now).as_bytes(),
    )?;
    let mut clone = git_command();
    clone.args(["clone", "--quiet", "--template="]);
    // Commits in the clone need an author, and must not require a signing key.
    for setting in ["user.name=You", "user.email=you@example.com", "commit.gpgSign=false"] {
        clone.args(["--config", setting]);
    }
    clone.arg(&demo.origin).arg(&demo.clone);
    run_git(clone, "clone the repository", b"")?;
    fs::write(folder.join(SEEN_FILE), seen::seen_text(now)).map_err(unusable)?;
    Ok(demo)
}

/// Returns git without the user's settings and without the environment of an outer git.
fn git_command() -> Command {
    let mut git = Command::new("git");
    git.args(["-c", "init.defaultBranch=main"]);
    for variable in [
        "GIT_DIR",
        "GIT_WORK_TREE",
        "GIT_INDEX_FILE",
        "GIT_COMMON_DIR",
        "GIT_NAMESPACE",
        "GIT_OBJECT_DIRECTORY",
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_CONFIG_COUNT",
        "GIT_CONFIG_PARAMETERS",
        "GIT_DEFAULT_HASH",
        "GIT_TEMPLATE_DIR",
    ] {
        git.env_remove(variable);
    }
    git.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", "/dev/null").env("LC_ALL", "C");
    git
}

fn run_git(mut git: Command, doing: &'static str, input: &[u8]) -> Result<(), DemoError> {
    git.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = git.spawn().map_err(DemoError::NoGit)?;
    let written = child.stdin.take().map_or(Ok(()), |mut stdin| stdin.write_all(input));
    let output = child.wait_with_output().map_err(DemoError::NoGit)?;
    if output.status.success() && written.is_ok() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let message = if said.trim().is_empty() {
        format!("git failed ({})", output.status)
    } else {
        said.trim().into()
    };
    Err(DemoError::Git { doing, message })
}
