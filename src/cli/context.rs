//! What a command works with: the repository, the user's wishes, the clock, the terminal.

use super::args::{ColorChoice, Globals};
use super::environment::Environment;
use super::failure::Failure;
use crate::git::{GitError, Oid, Repository};
use crate::ui::{Look, Ui, Verbosity};
use jiff::Timestamp;
use std::path::Path;

/// The same for every command.
pub struct Context {
    pub globals: Globals,
    pub environment: Environment,
    pub ui: Ui,
}

impl Context {
    /// Puts the arguments and the surroundings together.
    pub fn new(globals: Globals, environment: Environment) -> Self {
        let ui = ui(&globals, &environment);
        Context { globals, environment, ui }
    }

    /// The time this command happens at.
    pub fn now(&self) -> Timestamp {
        self.environment.now
    }

    /// Opens the repository that `-C` names, or the one around the working directory.
    ///
    /// # Errors
    /// When there is none, or it cannot be read.
    pub fn repository(&self) -> Result<Repository, Failure> {
        let named = self.globals.repo.as_deref().unwrap_or(".");
        Ok(Repository::open(Path::new(named))?)
    }

    /// The newest commit of a branch, of this repository or else of the remote it came from.
    ///
    /// # Errors
    /// When there is no such branch.
    pub fn branch_tip(&self, repository: &Repository, branch: &str) -> Result<Oid, GitError> {
        let names = [format!("refs/heads/{branch}"), format!("refs/remotes/origin/{branch}"), branch.to_owned()];
        let found = names.iter().find_map(|name| repository.resolve(name).ok());
        found.ok_or_else(|| GitError::UnknownRevision { revision: branch.to_owned() })
    }

    /// Is the repository named by a URL?
    pub fn names_a_url(&self) -> bool {
        self.globals.repo.as_deref().is_some_and(|named| named.contains("://"))
    }

    /// The repository as reports name it: its work tree, or its git directory.
    pub fn shown_repository(&self, repository: &Repository) -> String {
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

fn ui(globals: &Globals, environment: &Environment) -> Ui {
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
        out: Look {
            colors: colors(environment.stdout_is_terminal),
            unicode: environment.unicode,
            width: environment.width,
        },
        err: Look { colors: colors(environment.stderr_is_terminal), unicode: environment.unicode, width: None },
        verbosity,
        live: environment.stderr_is_terminal,
    }
}
