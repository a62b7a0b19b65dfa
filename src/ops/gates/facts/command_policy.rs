//! The policy for commands of gates. Only commands in the `towpath.yaml` of the protected branch
//! may run. Neither the configuration of a pull request nor its version of a program is used.

use crate::config;
use crate::config::CONFIG_FILE;
use crate::config::Config;
use crate::config::gates::{ExternalCommand, FactNeed};
use crate::git::{FileKind, Oid, Repository, Snapshot, short_id};
use crate::ops::gates::GateContext;
use crate::ops::gates::facts::text;
use crate::ops::session::Session;
use std::io::Write;
use std::path::{Path, PathBuf};
use tempfile::TempPath;

/// The commands that the protected branch allows, and the permissions of the user.
pub(super) struct CommandPolicy {
    /// The newest known commit of the protected branch; `None` where the branch is unknown.
    commit: Option<Oid>,
    /// The name of the branch or commit, for messages.
    name: String,
    config: Option<Config>,
    /// True where the user named a configuration (`--config`).
    is_named: bool,
    /// True where the user allows commands of the repository (`--allow-commands`).
    is_allowed: bool,
    /// The folder for copies of programs; `None` where nothing may be written.
    folder: Option<PathBuf>,
    /// True where the caller named the commit.
    is_of_commit: bool,
}

/// A program that may be run.
pub(super) enum TrustedProgram {
    /// A program by its name in `PATH`, or by an absolute path.
    Installed(PathBuf),
    /// A copy of a file in the protected branch.
    Copy(TempPath),
}

impl TrustedProgram {
    pub fn path(&self) -> &Path {
        match self {
            TrustedProgram::Installed(path) => path,
            TrustedProgram::Copy(path) => path,
        }
    }
}

impl CommandPolicy {
    /// Protects the branch that the user named, else the default branch of `origin`, else, without
    /// an origin, the checked-out branch.
    pub fn load(session: &Session, repository: &Repository) -> Self {
        let branch = session.options.branch.clone();
        let has_origin = repository.origin_url().is_some() && session.url().is_none();
        let (name, revision) = match (branch.or_else(|| repository.origin_head()), has_origin) {
            (Some(branch), true) => {
                (format!("origin/{branch}"), Some(format!("refs/remotes/origin/{branch}")))
            }
            (None, true) => ("the origin's branch".to_owned(), None),
            (branch, false) => {
                let branch = branch.or_else(|| repository.head_branch()).unwrap_or_default();
                (branch.clone(), Some(format!("refs/heads/{branch}")))
            }
        };
        let commit = revision.and_then(|revision| repository.resolve_revision(&revision).ok());
        CommandPolicy::new(session, repository, commit, name)
    }

    /// Protects a commit that the caller names.
    pub fn of_commit(session: &Session, repository: &Repository, commit: Oid) -> Self {
        let name = short_id(commit);
        CommandPolicy {
            is_of_commit: true,
            ..CommandPolicy::new(session, repository, Some(commit), name)
        }
    }

    fn new(session: &Session, repository: &Repository, commit: Option<Oid>, name: String) -> Self {
        let text = commit
            .and_then(|commit| text(&Snapshot::of_commit(repository, commit).ok()?, CONFIG_FILE));
        let config = text.and_then(|text| config::parse(&text, CONFIG_FILE).ok());
        let folder = session.writable_cache().map(|cache| cache.join("programs"));
        let (is_named, is_allowed) =
            (session.options.config.is_some(), session.options.allow_commands);
        CommandPolicy { commit, name, config, is_named, is_allowed, folder, is_of_commit: false }
    }

    /// The working directory of programs: the work tree, unless the caller named a commit, as the
    /// work tree may then be the change that is judged.
    pub fn working_folder<'p>(&'p self, repository: &'p Repository) -> Option<&'p Path> {
        if self.is_of_commit { self.folder.as_deref() } else { repository.work_tree() }
    }

    /// The program of a call, if that call may run.
    ///
    /// # Errors
    /// The reason why it may not, as a fragment of a sentence.
    pub fn find_program(
        &self,
        call: &ExternalCommand,
        inquiry: &GateContext<'_>,
    ) -> Result<TrustedProgram, String> {
        if !self.is_named
            && !self.config.as_ref().is_some_and(|config| allows_command(config, call))
        {
            return Err(match self.commit {
                Some(_) => {
                    format!("the {CONFIG_FILE} of {} does not name this command", self.name)
                }
                None => "the protected branch is unknown; name it with --branch".into(),
            });
        }
        if !self.is_named && !self.is_allowed {
            return Err(format!(
                "towpath runs commands from {CONFIG_FILE} only with --allow-commands"
            ));
        }
        let program = call.argv.first().map_or("", String::as_str);
        let is_of_repository = program.contains('/') && !program.starts_with('/');
        if !is_of_repository {
            return Ok(TrustedProgram::Installed(PathBuf::from(program)));
        }
        self.copy_program(inquiry.repository, program.trim_start_matches("./"))
            .map(TrustedProgram::Copy)
    }

    /// Copies the program from the protected branch.
    fn copy_program(&self, repository: &Repository, path: &str) -> Result<TempPath, String> {
        let commit = self.commit.ok_or("the protected branch is unknown; name it with --branch")?;
        let missing = || format!("{} has no file {path}", self.name);
        let snapshot =
            Snapshot::of_commit(repository, commit).map_err(|error| error.to_string())?;
        let file = snapshot
            .find_file(path)
            .filter(|file| file.kind == FileKind::File)
            .ok_or_else(missing)?;
        let bytes = snapshot.read_file(&file).map_err(|error| error.to_string())?;
        let folder = self.folder.as_deref().ok_or_else(|| {
            format!("{path} must be copied before it runs, and there is no writable cache")
        })?;
        let write = || -> std::io::Result<TempPath> {
            std::fs::create_dir_all(folder)?;
            let mut file =
                tempfile::Builder::new().prefix("towpath-program-").tempfile_in(folder)?;
            file.write_all(&bytes)?;
            #[cfg(unix)]
            std::fs::set_permissions(
                file.path(),
                std::os::unix::fs::PermissionsExt::from_mode(0o700),
            )?;
            Ok(file.into_temp_path())
        };
        write().map_err(|error| format!("cannot copy {path} to run it: {error}"))
    }
}

/// True where the configuration contains exactly this call.
fn allows_command(config: &Config, call: &ExternalCommand) -> bool {
    let names_it = |fact| matches!(fact, FactNeed::Command(known) if known.argv == call.argv);
    config.pipeline.all_facts().any(names_it)
}
