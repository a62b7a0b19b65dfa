//! What a command works with: the repository, the user's wishes, the clock, the terminal.

use super::args::{ColorChoice, GlobalArgs};
use super::environment::ProcessEnvironment;
use super::failure::Failure;
use crate::git::remote::CloneCache;
use crate::git::url::{is_url, redact_credentials};
use crate::git::{GitError, GitIdentity, GitOptions, Oid, Progress, Repository, Workspace};
use crate::ui::{ProgressIndicator, TerminalStyle, Ui, Verbosity};
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The same for every command.
#[derive(Clone)]
pub struct CommandContext {
    pub globals: GlobalArgs,
    pub environment: ProcessEnvironment,
    pub ui: Ui,
    /// Where branches were just seen at `origin`; what this clone knows of them is older.
    tips: BTreeMap<String, Oid>,
}

impl CommandContext {
    /// Puts the arguments and the surroundings together.
    pub fn new(globals: GlobalArgs, environment: ProcessEnvironment) -> Self {
        let ui = ui(&globals, &environment);
        CommandContext { globals, environment, ui, tips: BTreeMap::new() }
    }

    /// The same where branches are known to be elsewhere than this clone says.
    #[must_use]
    pub fn with_tips(&self, tips: impl IntoIterator<Item = (String, Oid)>) -> Self {
        CommandContext { tips: tips.into_iter().collect(), ..self.clone() }
    }

    /// The same where this branch is the one that is meant, and is there.
    #[must_use]
    pub fn on_branch(&self, branch: Option<&str>, tip: Oid) -> Self {
        let mut context = self.with_tips(branch.map(|branch| (branch.to_owned(), tip)));
        context.globals.branch = branch.map(str::to_owned);
        context
    }

    /// The time this command happens at.
    pub fn now(&self) -> Timestamp {
        self.environment.now.timestamp()
    }

    /// Opens the repository that `-C` names, or the one around the working directory. One that is
    /// elsewhere is cloned into the cache first, or fetched when its clone is old.
    ///
    /// # Errors
    /// When there is none, or it cannot be read.
    pub fn open_repository(&self) -> Result<Repository, Failure> {
        let named = self.globals.repo.as_deref().unwrap_or(".");
        match self.url() {
            Some(url) => Ok(Repository::open(&self.clone_remote(url)?)?),
            None => Ok(Repository::open(Path::new(named))?),
        }
    }

    /// May this command do what it does?
    ///
    /// # Errors
    /// When it writes, under `--read-only`.
    pub fn check_write_access(&self) -> Result<(), Failure> {
        match &self.globals.writing {
            Some(writing) if self.globals.read_only => Err(writing.refusal()),
            _ => Ok(()),
        }
    }

    /// A repository to write to.
    ///
    /// # Errors
    /// Under `--read-only`, and of a command that only reads: then there is none.
    pub fn open_workspace<'r>(
        &self,
        repository: &'r Repository,
        author: Option<&GitIdentity>,
    ) -> Result<Workspace<'r>, Failure> {
        self.check_write_access()?;
        if self.globals.writing.is_none() {
            return Err(Failure::failed(
                "this command only reads, and writes nothing to the repository",
            ));
        }
        Ok(Workspace::new(repository, self.git_options(author)))
    }

    /// How git is run for the user.
    pub fn git_options(&self, author: Option<&GitIdentity>) -> GitOptions {
        let date = format!("{} {}", self.now().as_second(), self.environment.now.strftime("%z"));
        let url = self.url().map(str::to_owned);
        let trusts = self.globals.writing.is_some();
        GitOptions {
            interactive: self.can_ask(),
            url,
            date,
            author: author.cloned(),
            committer: None,
            trusts,
        }
    }

    fn clone_remote(&self, url: &str) -> Result<PathBuf, Failure> {
        let cache = self.environment.cache.as_deref().ok_or_else(|| {
            Failure::failed(format!(
                "there is no cache folder to clone `{}` into",
                redact_credentials(url)
            ))
            .hint("set XDG_CACHE_HOME or HOME to an absolute path")
        })?;
        let bar = ProgressIndicator::new(&self.ui, &format!("Asking {}", redact_credentials(url)));
        let max_age = self.globals.max_age.unsigned_abs();
        let interactive = self.can_ask();
        let shown = GitProgress(&bar);
        let clones = CloneCache::new(cache, max_age, self.now().as_second(), interactive, &shown);
        if !self.globals.read_only {
            return Ok(clones.update_clone(url)?);
        }
        clones.find_clone(url)?.ok_or_else(|| {
            Failure::usage(format!(
                "there is no copy of `{}` yet, and --read-only makes none",
                redact_credentials(url)
            ))
            .hint("without --read-only it is cloned into the cache; or name the folder of a clone")
        })
    }

    /// Fetches from the origin of a clone, if it has one.
    ///
    /// # Errors
    /// When git cannot.
    pub fn fetch_origin(&self, repository: &Repository) -> Result<(), Failure> {
        let Some(url) = repository.origin_url() else { return Ok(()) };
        let bar = ProgressIndicator::new(&self.ui, &format!("Asking {url}"));
        let cache = self.environment.cache.as_deref().unwrap_or(Path::new("."));
        let (max_age, now) = (self.globals.max_age.unsigned_abs(), self.now().as_second());
        let shown = GitProgress(&bar);
        let clones = CloneCache::new(cache, max_age, now, self.can_ask(), &shown);
        Ok(clones.fetch_origin(repository.git_dir(), &url)?)
    }

    /// The URL that names the repository, if one does. A folder of that name comes first.
    pub fn url(&self) -> Option<&str> {
        self.globals.repo.as_deref().filter(|named| is_url(named) && !Path::new(named).exists())
    }

    /// The newest commit of a branch, of this repository or else of the remote it came from.
    ///
    /// # Errors
    /// When there is no such branch.
    pub fn branch_tip(&self, repository: &Repository, branch: &str) -> Result<Oid, GitError> {
        if let Some(tip) = self.tips.get(branch) {
            return Ok(*tip);
        }
        let names = [
            format!("refs/heads/{branch}"),
            format!("refs/remotes/origin/{branch}"),
            branch.to_owned(),
        ];
        let found = names.iter().find_map(|name| repository.resolve_revision(name).ok());
        found.ok_or_else(|| GitError::UnknownRevision { revision: branch.to_owned() })
    }

    /// The repository as reports name it: its URL, its work tree, or its git
    /// directory.
    pub fn shown_repository(&self, repository: &Repository) -> String {
        if let Some(url) = self.url() {
            return redact_credentials(url);
        }
        let path = repository.work_tree().unwrap_or(repository.git_dir());
        path.canonicalize().unwrap_or_else(|_| path.to_path_buf()).display().to_string()
    }

    /// The folder for what can be computed again, unless nothing may be written.
    pub fn writable_cache(&self) -> Option<&Path> {
        self.environment.cache.as_deref().filter(|_| !self.globals.read_only)
    }

    /// Can a person be asked?
    pub fn can_ask(&self) -> bool {
        self.environment.stdin_is_terminal && self.environment.stderr_is_terminal
    }
}

fn ui(globals: &GlobalArgs, environment: &ProcessEnvironment) -> Ui {
    let colors = |is_terminal: bool| match globals.color {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto => environment.color.unwrap_or(is_terminal),
    };
    let verbosity = match (globals.quiet, globals.verbose) {
        (true, _) => Verbosity::Quiet,
        (false, 0) => Verbosity::Normal,
        _ => Verbosity::Verbose,
    };
    Ui {
        out: TerminalStyle {
            colors: colors(environment.stdout_is_terminal),
            unicode: environment.unicode,
            width: environment.width,
        },
        err: TerminalStyle {
            colors: colors(environment.stderr_is_terminal),
            unicode: environment.unicode,
            width: environment.stderr_width,
        },
        verbosity,
        live: environment.stderr_is_terminal,
    }
}

/// Draws git's progress.
struct GitProgress<'b>(&'b ProgressIndicator);

impl Progress for GitProgress<'_> {
    fn update(&self, done: u64, total: u64, what: &str) {
        self.0.set_message(what);
        self.0.set_progress(done, total);
    }
}
