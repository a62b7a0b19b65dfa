//! Which commands may be run: those that the `towpath.yaml` of the protected branch names. What a pull
//! request says, nobody runs: neither its configuration nor its version of a program.

use crate::config;
use crate::config::CONFIG_FILE;
use crate::config::Config;
use crate::config::gates::{ExternalCommand, FactNeed};
use crate::git::{FileKind, Oid, Repository, Snapshot};
use crate::ops::gates::GateContext;
use crate::ops::gates::facts::text;
use crate::ops::session::Session;
use std::io::Write;
use std::path::{Path, PathBuf};
use tempfile::TempPath;

/// What the protected branch says.
pub(super) struct CommandPolicy {
    /// Its newest commit that is known here; `None` where it is not known which branch it is.
    commit: Option<Oid>,
    /// What it is called.
    name: String,
    config: Option<Config>,
    /// The user named a configuration on the command line.
    is_named: bool,
    /// The user lets commands of the repository's run.
    is_allowed: bool,
    /// Where copies of programs are put; nowhere, if nothing may be written.
    folder: Option<PathBuf>,
    /// The user named the commit.
    is_of_commit: bool,
}

/// A program that may be run.
pub(super) enum TrustedProgram {
    /// Found by its name, or by an absolute path.
    Installed(PathBuf),
    /// A copy out of the protected branch.
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
    /// The branch the user named, or the default branch of `origin`; without an origin the branch that
    /// is checked out.
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

    /// A commit that the user named as what is protected.
    pub fn of_commit(session: &Session, repository: &Repository, commit: Oid) -> Self {
        let name: String = commit.to_string().chars().take(10).collect();
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

    /// Where programs run: beside the files that the user has checked out, unless a commit was named. Then
    /// what is checked out may be the very change that is judged.
    pub fn working_folder<'p>(&'p self, repository: &'p Repository) -> Option<&'p Path> {
        if self.is_of_commit { self.folder.as_deref() } else { repository.work_tree() }
    }

    /// The program of a call, if that call may be run.
    ///
    /// # Errors
    /// Why it may not, as half a sentence.
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
                    format!("the {CONFIG_FILE} of {} does not name it, so it is not run", self.name)
                }
                None => "it is not known which branch is protected; say with --branch".into(),
            });
        }
        if !self.is_named && !self.is_allowed {
            return Err(format!(
                "commands that a {CONFIG_FILE} names are run with --allow-commands only"
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

    /// The program as the protected branch has it.
    fn copy_program(&self, repository: &Repository, path: &str) -> Result<TempPath, String> {
        let commit =
            self.commit.ok_or("it is not known which branch is protected; say with --branch")?;
        let missing = || format!("{} has no file {path}", self.name);
        let snapshot =
            Snapshot::of_commit(repository, commit).map_err(|error| error.to_string())?;
        let file = snapshot
            .find_file(path)
            .filter(|file| file.kind == FileKind::File)
            .ok_or_else(missing)?;
        let bytes = snapshot.read_file(&file).map_err(|error| error.to_string())?;
        let folder = self.folder.as_deref().ok_or_else(|| {
            format!("{path} would have to be copied to be run, and there is no cache that may be written to")
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
        write().map_err(|error| format!("{path} cannot be copied to be run: {error}"))
    }
}

/// Does a configuration have this very call?
fn allows_command(config: &Config, call: &ExternalCommand) -> bool {
    let names_it = |fact| matches!(fact, FactNeed::Command(known) if known.argv == call.argv);
    config.pipeline.all_facts().any(names_it)
}
