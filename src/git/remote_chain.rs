//! A chain as it is at the remotes of a clone, read without writing to the clone.
//!
//! The clone may be untrusted, so git runs outside of it: with the user's own settings, and from
//! the clone only the URL of the remote and the HTTP headers that CI systems store there. Commits
//! are fetched into a copy in the cache.

use super::git_process;
use super::push::{LISTING, TRANSFER, parse_ref_line};
use super::repository::Repository;
use super::url::{folder_name, is_url, redact_credentials, refusal_reason};
use super::write::{check_success, run_git};
use super::write_error::WriteError;
use super::{GitError, Oid};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The remotes that can hold a chain. A clone of a fork names the original `upstream`.
const REMOTES: [&str; 2] = ["upstream", "origin"];

/// A chain at one remote.
#[derive(Debug, Clone)]
pub struct RemoteChain {
    /// Absolute, with credentials.
    url: String,
    /// The full name of the ref.
    there: String,
    /// Values of `http.<URL>.extraheader` in the clone, by key.
    headers: Vec<(String, String)>,
    interactive: bool,
}

/// The remote's last answer about a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChainAnswer {
    /// The tip; `None` if the remote has no such chain.
    pub tip: Option<Oid>,
    /// The time of the answer, in seconds since 1970.
    pub time: i64,
}

impl Repository {
    /// Returns the chain with this full ref name at each remote that can hold it.
    pub fn remote_chains(&self, there: &str, interactive: bool) -> Vec<RemoteChain> {
        let mut addresses: Vec<String> =
            REMOTES.iter().filter_map(|name| self.remote_address(name)).collect();
        addresses.dedup();
        let headers = self.http_headers();
        let chain = |url| RemoteChain {
            url,
            there: there.to_owned(),
            headers: headers.clone(),
            interactive,
        };
        addresses.into_iter().map(chain).collect()
    }

    /// Returns the URL of a remote, with credentials. git takes a relative path from the top of the
    /// work tree.
    fn remote_address(&self, name: &str) -> Option<String> {
        let remote = self.inner().find_remote(name).ok()?;
        let url = remote.url().ok()?.to_owned();
        let is_host = url.split_once(':').is_some_and(|(host, _)| !host.contains('/'));
        if is_url(&url) || is_host || Path::new(&url).is_absolute() {
            return Some(url);
        }
        let top = self.work_tree().unwrap_or(self.git_dir());
        top.join(url).to_str().map(str::to_owned)
    }

    fn http_headers(&self) -> Vec<(String, String)> {
        let Ok(config) = self.inner().config() else { return Vec::new() };
        let Ok(local) = config.open_level(git2::ConfigLevel::Local) else { return Vec::new() };
        let Ok(mut entries) = local.entries(Some(r"^http\..*extraheader$")) else {
            return Vec::new();
        };
        let mut out = Vec::new();
        while let Some(Ok(entry)) = entries.next() {
            let pair = entry.name().ok().zip(entry.value().ok());
            out.extend(pair.map(|(name, value)| (name.to_owned(), value.to_owned())));
        }
        out
    }
}

impl RemoteChain {
    /// Returns the chain at a URL, which may contain credentials.
    pub fn at_url(url: &str, there: &str, interactive: bool) -> Self {
        RemoteChain { url: url.into(), there: there.into(), headers: Vec::new(), interactive }
    }

    /// The URL without credentials.
    pub fn address(&self) -> String {
        redact_credentials(&self.url)
    }

    /// Asks the remote for the tip of the chain, once.
    ///
    /// # Errors
    /// When the URL is refused, or the remote cannot be reached within the time limit.
    pub fn remote_tip(&self) -> Result<Option<Oid>, WriteError> {
        let doing = "read the remote";
        let mut git = self.git_command(doing)?;
        git.args(["ls-remote", "--"]).args([&self.address(), &self.there]);
        let answer = check_success(run_git(git, b"", doing, LISTING)?, doing)?;
        let lines = answer.stdout.lines().filter_map(parse_ref_line);
        Ok(lines.filter(|(name, _)| *name == self.there).map(|(_, id)| id).next())
    }

    /// Fetches the chain into a copy below this folder, and opens the copy.
    ///
    /// # Errors
    /// When the remote cannot be reached, or the copy cannot be written.
    pub fn fetch_into(&self, folder: &Path) -> Result<Repository, WriteError> {
        let doing = "fetch";
        let copy = self.copy_path(folder);
        let mut options = git2::RepositoryInitOptions::new();
        options.bare(true).external_template(false);
        git2::Repository::init_opts(&copy, &options)
            .map_err(|error| GitError::from_git2("a copy in the cache", &error))?;
        let mut git = self.git_command(doing)?;
        git.arg("--git-dir").arg(&copy);
        git.args(["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--"]);
        git.args([&self.address(), &format!("+{0}:{0}", self.there)]);
        check_success(run_git(git, b"", doing, TRANSFER)?, doing)?;
        Ok(Repository::open(&copy)?)
    }

    /// Opens the copy below this folder, if there is one.
    pub fn open_copy(&self, folder: &Path) -> Option<Repository> {
        Some(self.copy_path(folder))
            .filter(|copy| copy.join("HEAD").is_file())
            .and_then(|copy| Repository::open(&copy).ok())
    }

    /// Returns the remembered answer of the remote.
    pub fn remembered_answer(&self, folder: &Path) -> Option<ChainAnswer> {
        let text = std::fs::read_to_string(self.answer_path(folder)).ok()?;
        let (time, tip) = text.trim().split_once(' ')?;
        let tip = if tip == "none" { None } else { Some(Oid::from_str(tip).ok()?) };
        Some(ChainAnswer { tip, time: time.parse().ok()? })
    }

    /// Remembers an answer of the remote. A failure only means that it is asked again.
    pub fn remember_answer(&self, folder: &Path, answer: ChainAnswer) {
        let tip = answer.tip.map_or_else(|| "none".to_owned(), |tip| tip.to_string());
        let path = self.answer_path(folder);
        let _written = std::fs::create_dir_all(folder)
            .and_then(|()| tempfile::NamedTempFile::new_in(folder))
            .and_then(|file| {
                std::fs::write(file.path(), format!("{} {tip}\n", answer.time))?;
                Ok(file.persist(path)?)
            });
    }

    fn copy_path(&self, folder: &Path) -> PathBuf {
        folder.join(folder_name(&self.url))
    }

    fn answer_path(&self, folder: &Path) -> PathBuf {
        let name = self.there.replace('/', "-");
        folder.join(format!("{}.{name}", folder_name(&self.url)))
    }

    /// A git command outside of every repository, with the headers in its environment.
    fn git_command(&self, doing: &'static str) -> Result<Command, WriteError> {
        if let Some(why) = refusal_reason(&self.url) {
            let message = format!("the URL `{}` is not allowed: {why}", self.address());
            return Err(WriteError::Failed { doing, message });
        }
        let mut git = git_process::git_command(self.interactive, Some(&self.url));
        let own = ["core.hooksPath=/dev/null", "fetch.recurseSubmodules=false", "gc.auto=0"];
        git_process::add_settings(&mut git, &own);
        git_process::add_environment_settings(&mut git, &self.headers);
        git_process::remove_traces(&mut git);
        // Without a repository around it, git reads no configuration but the user's.
        git.current_dir("/").env("GIT_CEILING_DIRECTORIES", "/");
        Ok(git)
    }
}

#[cfg(test)]
#[path = "remote_chain_tests.rs"]
mod tests;
