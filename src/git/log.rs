//! Commits of another repository between two revisions: the changes in a new version of an app.
//!
//! Only commits are fetched, without files, into a clone in the cache folder; where folders matter,
//! the lists of files come too. The remote is contacted again only if a revision is unknown.

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

/// The format of a commit in a log: one record each, as bodies have many lines.
const RECORD: &str = "--format=%x1e%H%x09%an%x09%s%x1f%b";

/// The contents of a clone of sources beside its commits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CloneContents {
    /// Nothing.
    Commits,
    /// The lists of files, which tell the folders that a commit changed.
    Trees,
}

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
    /// Opens the clone of `url` in the cache folder, and creates it with these contents if needed.
    ///
    /// # Errors
    /// When the URL is refused or the repository cannot be reached.
    pub fn open_or_clone(
        url: &str,
        contents: CloneContents,
        cache: &Path,
        interactive: bool,
    ) -> Result<Self, WriteError> {
        let relative = !is_url(url) && !Path::new(url).is_absolute();
        let why = relative.then(|| format!("`{url}` is neither a URL nor an absolute path"));
        if let Some(message) = why.or_else(|| refusal_reason(url)) {
            return Err(WriteError::Failed { doing: "clone an app's sources", message });
        }
        let (folder, filter) = match contents {
            CloneContents::Commits => (cache.join("sources"), "--filter=tree:0"),
            CloneContents::Trees => (cache.join("sources-with-trees"), "--filter=blob:none"),
        };
        let log =
            CommitLog { url: url.to_owned(), clone: folder.join(folder_name(url)), interactive };
        if !log.clone.join("HEAD").is_file() {
            log.clone_into(url, &folder, filter)?;
        }
        Ok(log)
    }

    /// Returns the commits between the first existing revision of `from` and that of `to`; `None`
    /// if either side has none. Only commits that changed one of the folders count, if there are
    /// any; the clone needs [`CloneContents::Trees`] for these.
    ///
    /// # Errors
    /// When git cannot be run, or the remote cannot be reached.
    pub fn commits_between(
        &self,
        from: &[String],
        to: &[String],
        folders: &[String],
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
        let paths: Vec<String> =
            folders.iter().map(|path| format!(":(top,literal){path}")).collect();
        let arguments = |first: &[&str]| -> Vec<String> {
            let first = first.iter().map(|word| (*word).to_owned());
            first.chain(["--".to_owned()]).chain(paths.iter().cloned()).collect()
        };
        let run = |first: &[&str]| {
            let all = arguments(first);
            let all: Vec<&str> = all.iter().map(String::as_str).collect();
            let doing = "list the commits of an app's sources";
            check_success(self.run_git(&all)?, doing)
        };
        let count = run(&["rev-list", "--count", &range])?.stdout.trim().parse().unwrap_or(0);
        let most = format!("--max-count={limit}");
        let listed = run(&["log", &most, RECORD, &range])?.stdout;
        let commits: Vec<LogEntry> = listed.split('\u{1e}').filter_map(parse_entry).collect();
        let unlisted = usize::saturating_sub(count, commits.len());
        Ok(Some(CommitRange { from, to, commits, unlisted, is_back }))
    }

    /// Returns the commit of the first name that is a revision; the remote is asked where none is
    /// known.
    ///
    /// # Errors
    /// When git cannot be run, or the remote cannot be reached.
    pub fn find_commit(&self, names: &[String]) -> Result<Option<String>, WriteError> {
        if let Some((_, commit)) = self.find_revision(names)? {
            return Ok(Some(commit));
        }
        self.fetch_all()?;
        Ok(self.find_revision(names)?.map(|(_, commit)| commit))
    }

    /// Returns the commits whose subject says that they bring a pull request in, newest first:
    /// `… (#12)`, `Merge pull request #12 …`, `… (!12)`, `See merge request …!12`.
    ///
    /// # Errors
    /// When git cannot be run.
    pub fn find_pull_request(&self, number: u64) -> Result<Vec<String>, WriteError> {
        let pattern = format!(
            r"\([#!]{number}\)$|^Merge pull request #{number} |^See merge request .*!{number}$|^Merged in .*\(pull request #{number}\)$"
        );
        let grep = format!("--grep={pattern}");
        let found = self.run_git(&["log", "--all", "--extended-regexp", &grep, "--format=%H"])?;
        Ok(found.stdout.lines().map(str::to_owned).collect())
    }

    /// True if one commit is the other, or among its ancestors. Both are whole ids.
    ///
    /// # Errors
    /// When git cannot be run, or a commit is missing.
    pub fn contains(&self, newer: &str, commit: &str) -> Result<bool, WriteError> {
        let answer = self.run_git(&["merge-base", "--is-ancestor", commit, newer])?;
        match answer.status.code() {
            Some(0) => Ok(true),
            Some(1) => Ok(false),
            _ => Err(WriteError::Failed {
                doing: "compare commits of an app's sources",
                message: answer.stderr.trim().to_owned(),
            }),
        }
    }

    /// Returns the commit with this id for display.
    ///
    /// # Errors
    /// When git cannot be run.
    pub fn describe(&self, commit: &str) -> Result<Option<LogEntry>, WriteError> {
        let shown = self.run_git(&["log", "--max-count=1", RECORD, commit, "--"])?.stdout;
        Ok(shown.split('\u{1e}').find_map(parse_entry))
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
    fn clone_into(&self, url: &str, folder: &Path, filter: &str) -> Result<(), WriteError> {
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
            filter,
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
