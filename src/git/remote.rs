//! Remote repositories: cloned bare into a cache folder by the git executable, and fetched when
//! stale.
//!
//! The executable brings the user's ssh config, credential helpers and proxies. It runs nothing
//! that a repository configures (hooks, monitors). A token in the URL is passed in the environment,
//! so that neither the argument list nor the clone's config contains it.

use super::git_process::{self, WatchedStream};
use super::progress::{self, Progress};
use super::url::{credentials, folder_name, redact_credentials, refusal_reason};
use std::fs;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

/// The file in a clone with the time of its last fetch, in seconds since 1970.
const STAMP: &str = "towpath-fetched";

/// Name prefix of unfinished clones; they are removed when older than a day.
const UNFINISHED: &str = ".unfinished-";
const DAY: i64 = 24 * 60 * 60;

/// How long git may say nothing. It reports its progress about every second.
const SILENCE: Duration = Duration::from_secs(45);

/// Bytes kept of git's messages other than progress.
const MAX_MESSAGE: usize = 4096;

/// Why a repository could not be cloned or fetched.
#[derive(Debug, thiserror::Error)]
pub enum RemoteError {
    #[error("the URL `{url}` is not allowed: {why}")]
    Refused { url: String, why: String },
    #[error("cannot {doing} `{url}`: git could not be started: {why}")]
    NoGit { doing: &'static str, url: String, why: String },
    #[error("git could not {doing} `{url}`: {message}")]
    Failed { doing: &'static str, url: String, message: String },
    #[error("the cache folder `{path}` cannot be used: {why}")]
    Cache { path: String, why: String },
}

impl RemoteError {
    /// Returns a remedy, if one is known.
    pub fn hint(&self) -> Option<String> {
        match self {
            RemoteError::Refused { .. } => {
                Some("use an https, ssh, git or file URL, or `git@host:path`".into())
            }
            RemoteError::NoGit { .. } => {
                Some("install git, or clone the repository another way and pass its folder".into())
            }
            RemoteError::Failed { doing: "fetch", .. } => {
                Some("use a longer --max-age to work with the existing clone".into())
            }
            RemoteError::Failed { .. } => None,
            RemoteError::Cache { .. } => Some("set XDG_CACHE_HOME to a writable folder".into()),
        }
    }
}

/// The cached clones of remote repositories.
pub struct CloneCache<'p> {
    /// `<cache>/repositories`.
    folder: PathBuf,
    /// Clones fetched longer ago than this are fetched again.
    max_age: Duration,
    /// Seconds since 1970.
    now: i64,
    /// Whether git may ask for a password on the terminal.
    interactive: bool,
    progress: &'p dyn Progress,
}

impl<'p> CloneCache<'p> {
    /// Creates a cache below a folder; nothing is read or written yet.
    pub fn new(
        cache: &Path,
        max_age: Duration,
        now: i64,
        interactive: bool,
        progress: &'p dyn Progress,
    ) -> Self {
        CloneCache { folder: cache.join("repositories"), max_age, now, interactive, progress }
    }

    /// Returns the folder of an up-to-date bare clone of `url`.
    ///
    /// # Errors
    /// [`RemoteError`]; its texts never contain the URL's credentials.
    pub fn update_clone(&self, url: &str) -> Result<PathBuf, RemoteError> {
        let clone = self.clone_folder(url)?;
        if !clone.join("HEAD").is_file() {
            self.clone_into(url, &clone)?;
        } else if self.is_old(&clone) {
            self.fetch_clone(url, &clone)?;
        }
        Ok(clone)
    }

    /// Returns the folder of the existing clone of `url`, however old.
    ///
    /// # Errors
    /// [`RemoteError::Refused`].
    pub fn find_clone(&self, url: &str) -> Result<Option<PathBuf>, RemoteError> {
        Ok(Some(self.clone_folder(url)?).filter(|clone| clone.join("HEAD").is_file()))
    }

    /// Fetches from the configured `origin` of one of the user's own repositories. `url` is used in
    /// messages.
    ///
    /// # Errors
    /// [`RemoteError`].
    pub fn fetch_origin(&self, git_dir: &Path, url: &str) -> Result<(), RemoteError> {
        let mut git = self.git_command(url);
        git.arg("--git-dir").arg(git_dir).args(["fetch", "--progress", "--", "origin"]);
        self.run_git(git, "fetch", url).map(drop)
    }

    fn clone_folder(&self, url: &str) -> Result<PathBuf, RemoteError> {
        match refusal_reason(url) {
            Some(why) => Err(RemoteError::Refused { url: redact_credentials(url), why }),
            None => Ok(self.folder.join(folder_name(url))),
        }
    }

    fn is_old(&self, clone: &Path) -> bool {
        let age = read_stamp(clone).map(|then| self.now.saturating_sub(then));
        age.is_none_or(|age| u64::try_from(age).is_ok_and(|age| age >= self.max_age.as_secs()))
    }

    /// Clones under a temporary name and renames, so an existing clone is always complete. If
    /// another process finishes first, its clone is used.
    fn clone_into(&self, url: &str, clone: &Path) -> Result<(), RemoteError> {
        let failed = |error: std::io::Error| self.cache_error(&error);
        fs::create_dir_all(&self.folder).map_err(failed)?;
        self.remove_leftovers();
        let unfinished =
            tempfile::Builder::new().prefix(UNFINISHED).tempdir_in(&self.folder).map_err(failed)?;
        let new = unfinished.path().join("clone.git");
        let shown = credentials(url).map_or_else(|| url.to_owned(), |_| redact_credentials(url));
        let mut git = self.git_command(url);
        git.args(["clone", "--bare", "--template=", "--progress", "--"]).arg(shown).arg(&new);
        self.run_git(git, "clone", url)?;
        self.write_stamp(&new)?;
        match fs::rename(&new, clone) {
            Err(error) if !clone.join("HEAD").is_file() => Err(failed(error)),
            _ => Ok(()),
        }
    }

    /// Fetches all branches and tags, and removes deleted branches.
    fn fetch_clone(&self, url: &str, clone: &Path) -> Result<(), RemoteError> {
        let before = read_stamp(clone);
        for attempt in 1.. {
            let mut git = self.git_command(url);
            git.arg("--git-dir").arg(clone);
            git.args([
                "fetch",
                "--progress",
                "--prune",
                "--tags",
                "--force",
                "--",
                "origin",
                "+refs/heads/*:refs/heads/*",
            ]);
            match self.run_git(git, "fetch", url) {
                Ok(_) => break,
                // Another process has just fetched.
                Err(_) if read_stamp(clone) != before => return Ok(()),
                Err(RemoteError::Failed { message, .. })
                    if attempt < 10 && message.contains("lock") =>
                {
                    thread::sleep(Duration::from_millis(200));
                }
                Err(error) => return Err(error),
            }
        }
        self.follow_head(url, clone)?;
        self.write_stamp(clone)
    }

    /// Updates `HEAD` to the remote's default branch, which may have been renamed.
    fn follow_head(&self, url: &str, clone: &Path) -> Result<(), RemoteError> {
        let mut git = self.git_command(url);
        git.arg("--git-dir").arg(clone).args(["ls-remote", "--symref", "--", "origin", "HEAD"]);
        let answer = self.run_git(git, "fetch", url)?;
        let head =
            answer.lines().find_map(|line| line.strip_prefix("ref: ")?.strip_suffix("\tHEAD"));
        if let Some(branch) = head.filter(|head| head.starts_with("refs/heads/")) {
            let mut git = self.git_command(url);
            git.arg("--git-dir").arg(clone).args(["symbolic-ref", "HEAD", branch]);
            self.run_git(git, "fetch", url)?;
        }
        Ok(())
    }

    fn git_command(&self, url: &str) -> Command {
        let mut git = git_process::git_command(self.interactive, Some(url));
        git_process::add_settings(
            &mut git,
            &["core.hooksPath=/dev/null", "fetch.recurseSubmodules=false"],
        );
        git.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        git
    }

    /// Runs git and returns its output. It may take long, but not be silent for long: git reports
    /// its progress. Ctrl-C reaches git as well.
    fn run_git(
        &self,
        mut git: Command,
        doing: &'static str,
        url: &str,
    ) -> Result<String, RemoteError> {
        let url = redact_credentials(url);
        let started = git.spawn();
        let mut child = started.map_err(|e| RemoteError::NoGit {
            doing,
            url: url.clone(),
            why: e.to_string(),
        })?;
        let stdout = child.stdout.take();
        let reader = thread::spawn(move || {
            let mut text = Vec::new();
            // A read error shows in the exit code below.
            let _read = stdout.map(|mut out| out.read_to_end(&mut text));
            String::from_utf8_lossy(&text).into_owned()
        });
        // Somebody who is asked for a password takes longer than a server.
        let limit = if self.interactive { SILENCE * 10 } else { SILENCE };
        let stderr = child.stderr.take().map(|stderr| WatchedStream::new(stderr, limit));
        let mut message = String::new();
        if let Some(mut stderr) = stderr {
            message = self.read_progress(&mut stderr);
            if stderr.is_silent() {
                git_process::stop_child(&mut child);
                message = format!("no answer for {} seconds", limit.as_secs());
            }
        }
        let status = child.wait().map_err(|e| RemoteError::NoGit {
            doing,
            url: url.clone(),
            why: e.to_string(),
        })?;
        let answer = reader.join().unwrap_or_default();
        if status.success() {
            return Ok(answer);
        }
        let message = if message.is_empty() {
            format!("git failed ({status})")
        } else {
            redact_credentials(&message)
        };
        Err(RemoteError::Failed { doing, url, message })
    }

    /// Reports progress and returns git's other messages: its errors, or else everything.
    fn read_progress(&self, stderr: impl Read) -> String {
        let mut said = String::new();
        let mut line = Vec::new();
        for byte in BufReader::new(stderr).bytes().map_while(Result::ok).chain([b'\n']) {
            if byte != b'\r' && byte != b'\n' {
                if line.len() < MAX_MESSAGE {
                    line.push(byte);
                }
                continue;
            }
            let text = String::from_utf8_lossy(&line);
            match progress::parse_progress(&text) {
                Some((done, total, what)) => self.progress.update(done, total, what),
                None if said.len() + text.len() < MAX_MESSAGE && !text.trim().is_empty() => {
                    said.push_str(text.trim());
                    said.push('\n');
                }
                None => {}
            }
            line.clear();
        }
        let error = |line: &&str| {
            ["fatal: ", "error: ", "remote: ", "ssh: "].iter().any(|start| line.starts_with(start))
        };
        let errors: Vec<&str> = said.lines().filter(error).collect();
        if errors.is_empty() {
            said.lines().collect::<Vec<_>>().join("; ")
        } else {
            errors.join("; ")
        }
    }

    /// Removes unfinished clones of killed processes.
    fn remove_leftovers(&self) {
        let Ok(listing) = fs::read_dir(&self.folder) else { return };
        for entry in
            listing.flatten().filter(|e| e.file_name().to_string_lossy().starts_with(UNFINISHED))
        {
            let changed = entry.metadata().and_then(|meta| meta.modified()).ok();
            let age = changed.and_then(|t| t.duration_since(std::time::UNIX_EPOCH).ok());
            let seconds = age.and_then(|age| i64::try_from(age.as_secs()).ok());
            if seconds.is_some_and(|then| self.now.saturating_sub(then) > DAY) {
                // If it cannot be removed, it does no harm.
                let _removed = fs::remove_dir_all(entry.path());
            }
        }
    }

    fn write_stamp(&self, clone: &Path) -> Result<(), RemoteError> {
        fs::write(clone.join(STAMP), self.now.to_string()).map_err(|error| self.cache_error(&error))
    }

    fn cache_error(&self, error: &std::io::Error) -> RemoteError {
        RemoteError::Cache { path: self.folder.display().to_string(), why: error.to_string() }
    }
}

fn read_stamp(clone: &Path) -> Option<i64> {
    fs::read_to_string(clone.join(STAMP)).ok()?.trim().parse().ok()
}

#[cfg(test)]
#[path = "remote_tests.rs"]
mod tests;
