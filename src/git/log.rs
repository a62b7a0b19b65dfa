//! Commits of another repository between two revisions: the changes in a new version of an app.
//!
//! Only commits are fetched, without files, into a clone in the cache folder. The remote is
//! contacted again only if a revision is unknown.

use super::git_process::{self, GitOutput};
use super::url::{folder_name, is_url, redact_credentials, refusal_reason};
use super::write::{check_success, run_git};
use super::write_error::WriteError;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// Time limit for one connection to the remote.
const NETWORK: Duration = Duration::from_secs(60);
/// Time limit for local git commands.
const SOON: Duration = Duration::from_secs(20);

/// The commits of one repository.
pub struct CommitLog {
    url: String,
    clone: PathBuf,
    interactive: bool,
}

/// The commits between two revisions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitRange {
    pub from: String,
    pub to: String,
    /// Commits that the later revision has and the earlier one lacks, newest first.
    pub commits: Vec<LogEntry>,
    /// The number of further commits, beyond the limit.
    pub unlisted: usize,
    /// True if `from` is the later revision.
    pub is_back: bool,
}

/// One commit as displayed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEntry {
    pub id: String,
    pub author: String,
    pub subject: String,
    /// True if the message says that the commit breaks something, as Conventional Commits do it.
    pub is_breaking: bool,
}

impl CommitLog {
    /// Opens the clone of `url` in the cache folder, and creates it if needed.
    ///
    /// # Errors
    /// When the URL is refused or the repository cannot be reached.
    pub fn open_or_clone(url: &str, cache: &Path, interactive: bool) -> Result<Self, WriteError> {
        let relative = !is_url(url) && !Path::new(url).is_absolute();
        let why = relative.then(|| format!("`{url}` is neither a URL nor an absolute path"));
        if let Some(message) = why.or_else(|| refusal_reason(url)) {
            return Err(WriteError::Failed { doing: "clone an app's sources", message });
        }
        let folder = cache.join("sources");
        let log =
            CommitLog { url: url.to_owned(), clone: folder.join(folder_name(url)), interactive };
        if !log.clone.join("HEAD").is_file() {
            log.clone_into(url, &folder)?;
        }
        Ok(log)
    }

    /// Returns the commits between the first existing revision of `from` and that of `to`; `None`
    /// if either side has none.
    ///
    /// # Errors
    /// When git cannot be run, or the remote cannot be reached.
    pub fn commits_between(
        &self,
        from: &[String],
        to: &[String],
        limit: usize,
    ) -> Result<Option<CommitRange>, WriteError> {
        let mut ends = (self.find_revision(from)?, self.find_revision(to)?);
        if ends.0.is_none() || ends.1.is_none() {
            self.fetch_all()?;
            ends = (self.find_revision(from)?, self.find_revision(to)?);
        }
        let (Some((from, old)), Some((to, new))) = ends else { return Ok(None) };
        let is_back = old != new
            && self.run_git(&["merge-base", "--is-ancestor", &new, &old])?.status.success();
        let range = if is_back { format!("{new}..{old}") } else { format!("{old}..{new}") };
        let count =
            self.run_git(&["rev-list", "--count", &range])?.stdout.trim().parse().unwrap_or(0);
        let most = format!("--max-count={limit}");
        // One record a commit, as bodies have many lines.
        let format = "--format=%x1e%H%x09%an%x09%s%x1f%b";
        let listed = self.run_git(&["log", &most, format, &range])?.stdout;
        let commits: Vec<LogEntry> = listed.split('\u{1e}').filter_map(parse_entry).collect();
        let unlisted = usize::saturating_sub(count, commits.len());
        Ok(Some(CommitRange { from, to, commits, unlisted, is_back }))
    }

    /// Returns the first name that is a revision, with its commit.
    fn find_revision(&self, names: &[String]) -> Result<Option<(String, String)>, WriteError> {
        for name in names {
            let spec = format!("{name}^{{commit}}");
            let answer =
                self.run_git(&["rev-parse", "--verify", "--quiet", "--end-of-options", &spec])?;
            if answer.status.success() {
                return Ok(Some((name.clone(), answer.stdout.trim().to_owned())));
            }
        }
        Ok(None)
    }

    fn run_git(&self, arguments: &[&str]) -> Result<GitOutput, WriteError> {
        let mut git = self.git_command();
        git.args(arguments).env("GIT_NO_LAZY_FETCH", "1");
        run_git(git, b"", "read an app's sources", SOON)
    }

    fn fetch_all(&self) -> Result<(), WriteError> {
        let mut git = self.git_command();
        git.args([
            "fetch",
            "--quiet",
            "--prune",
            "--tags",
            "--force",
            "--",
            "origin",
            "+refs/heads/*:refs/heads/*",
        ]);
        check_success(
            run_git(git, b"", "fetch an app's sources", NETWORK)?,
            "fetch an app's sources",
        )
        .map(drop)
    }

    /// Clones under a temporary name and renames, so an existing clone is always complete.
    fn clone_into(&self, url: &str, folder: &Path) -> Result<(), WriteError> {
        let doing = "clone an app's sources";
        let failed =
            |error: std::io::Error| WriteError::Failed { doing, message: error.to_string() };
        std::fs::create_dir_all(folder).map_err(failed)?;
        let unfinished =
            tempfile::Builder::new().prefix(".unfinished-").tempdir_in(folder).map_err(failed)?;
        let new = unfinished.path().join("clone.git");
        let mut git = git_process::git_command(self.interactive, Some(url));
        git.args([
            "-c",
            "core.hooksPath=/dev/null",
            "clone",
            "--bare",
            "--quiet",
            "--template=",
            "--filter=tree:0",
        ]);
        git.arg("--").arg(redact_credentials(url)).arg(&new);
        check_success(run_git(git, b"", doing, NETWORK)?, doing)?;
        match std::fs::rename(&new, &self.clone) {
            Err(error) if !self.clone.join("HEAD").is_file() => Err(failed(error)),
            _ => Ok(()),
        }
    }

    fn git_command(&self) -> Command {
        let mut git = git_process::git_command(self.interactive, Some(&self.url));
        git.args(["-c", "core.hooksPath=/dev/null", "--git-dir"]).arg(&self.clone);
        git
    }
}

fn parse_entry(record: &str) -> Option<LogEntry> {
    let (line, body) = record.split_once('\u{1f}')?;
    let mut parts = line.splitn(3, '\t');
    let mut next = || parts.next().map(str::to_owned);
    let (id, author, subject) = (next()?, next()?, next()?);
    let is_breaking = is_breaking(&subject, body);
    Some(LogEntry { id, author, subject, is_breaking })
}

/// True for `feat!: …`, `fix(api)!: …`, and a footer `BREAKING CHANGE: …`.
fn is_breaking(subject: &str, body: &str) -> bool {
    let kind = subject.split_once(": ").map_or("", |(kind, _)| kind);
    let is_type = kind.chars().next().is_some_and(char::is_alphabetic) && !kind.contains(' ');
    let is_footer =
        |line: &str| line.starts_with("BREAKING CHANGE:") || line.starts_with("BREAKING-CHANGE:");
    (is_type && kind.ends_with('!')) || body.lines().any(is_footer)
}

#[cfg(test)]
#[path = "log_tests.rs"]
mod tests;
