//! Writes commits from objects, without a checkout, and moves the branches that point to them.
//!
//! The work tree and the index are not used. Author, committer and signing follow the user's git
//! configuration.

use super::git_process::{self, GitOutput, GitProcessError};
use super::repository::Repository;
use super::write_error::WriteError;
use super::{GitError, GitIdentity};
use git2::build::TreeUpdateBuilder;
use git2::{FileMode, ObjectType, Oid};
use std::cell::{Cell, OnceCell};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// Time limit for local git commands.
const SOON: Duration = Duration::from_secs(20);
/// A path that is not a repository.
const NOWHERE: &str = "/dev/null";
/// Time limit for signing, which may ask for a key or a passphrase.
const SIGNING: Duration = Duration::from_secs(120);

/// A repository that may be written to. Commands create one only to write, and never under
/// `--read-only`.
pub struct Workspace<'r> {
    pub(super) repository: &'r Repository,
    manner: GitOptions,
    /// Time lost to dead connections so far.
    pub(super) lost: Cell<Duration>,
    /// Deadline for all connections to the remote.
    pub(super) end: Cell<Option<Instant>>,
    /// Read once: author, committer, and whether commits are signed.
    author: OnceCell<GitIdentity>,
    committer: OnceCell<GitIdentity>,
    signs: OnceCell<bool>,
}

/// Options for running git.
#[derive(Debug, Clone, Default)]
pub struct GitOptions {
    /// Whether git may ask for a password on the terminal.
    pub interactive: bool,
    /// The URL given for the repository; its credentials are passed to git.
    pub url: Option<String>,
    /// The time of commits, as git writes it: `1700000000 +0100`.
    pub date: String,
    /// The author, if not the user: `Name <address>`.
    pub author: Option<GitIdentity>,
    /// The committer, if not the user.
    pub committer: Option<GitIdentity>,
    /// Whether programs named by the repository's configuration may run. True only for the user's
    /// own repository when it is written to.
    pub trusts: bool,
}

/// The contents of a new commit.
#[derive(Debug, Clone)]
pub struct NewCommit<'a> {
    pub parent: Oid,
    pub message: &'a str,
    /// New contents by path.
    pub files: Vec<(&'a str, &'a str)>,
}

impl<'r> Workspace<'r> {
    /// Creates a workspace for a repository.
    pub fn new(repository: &'r Repository, manner: GitOptions) -> Self {
        Workspace {
            repository,
            manner,
            lost: Cell::default(),
            end: Cell::default(),
            author: OnceCell::new(),
            committer: OnceCell::new(),
            signs: OnceCell::new(),
        }
    }

    /// Returns the repository.
    pub fn repository(&self) -> &'r Repository {
        self.repository
    }

    /// Returns the author of new commits: `Name <address>`.
    ///
    /// # Errors
    /// [`WriteError::NoIdentity`].
    pub fn author(&self) -> Result<GitIdentity, WriteError> {
        get_or_try_init(&self.author, || author_identity(self.repository, &self.manner))
    }

    fn committer(&self) -> Result<GitIdentity, WriteError> {
        match &self.manner.committer {
            Some(committer) => Ok(committer.clone()),
            None => get_or_try_init(&self.committer, || {
                read_identity(self.repository, &self.manner, "GIT_COMMITTER_IDENT")
            }),
        }
    }

    /// Writes a commit. No branch points to it yet.
    ///
    /// # Errors
    /// When there is no identity, signing fails, or objects cannot be written.
    pub fn write_commit(&self, new: &NewCommit<'_>) -> Result<Oid, WriteError> {
        let tree = self
            .write_files_tree(new)
            .map_err(|error| GitError::from_git2("the new commit", &error))?;
        self.commit_tree(tree, &[new.parent], new.message, &self.author()?)
    }

    /// Writes a commit of a tree, signed if the user signs commits.
    pub(super) fn commit_tree(
        &self,
        tree: Oid,
        parents: &[Oid],
        message: &str,
        author: &GitIdentity,
    ) -> Result<Oid, WriteError> {
        if self.signs_commits()? {
            return self.write_signed(tree, parents, message, author);
        }
        self.write_unsigned(tree, parents, message, author)
    }

    /// Writes a commit of a tree without a signature.
    pub(super) fn write_unsigned(
        &self,
        tree: Oid,
        parents: &[Oid],
        message: &str,
        author: &GitIdentity,
    ) -> Result<Oid, WriteError> {
        let author = identity_line(author, &self.manner.date);
        let committer = identity_line(&self.committer()?, &self.manner.date);
        let parents: String = parents.iter().map(|parent| format!("parent {parent}\n")).collect();
        let text =
            format!("tree {tree}\n{parents}author {author}\ncommitter {committer}\n\n{message}");
        let written = self
            .repository
            .inner()
            .odb()
            .and_then(|odb| odb.write(ObjectType::Commit, text.as_bytes()));
        Ok(written.map_err(|error| GitError::from_git2("the new commit", &error))?)
    }

    /// Moves a local branch to a commit, if it is still at `expected`.
    ///
    /// # Errors
    /// [`WriteError::Moved`].
    pub fn set_branch(
        &self,
        branch: &str,
        commit: Oid,
        expected: Option<Oid>,
    ) -> Result<(), WriteError> {
        let old = expected.map_or_else(|| "0".repeat(40), |id| id.to_string());
        let mut git = self.git_command();
        git.args([
            "update-ref",
            "-m",
            "towpath",
            &format!("refs/heads/{branch}"),
            &commit.to_string(),
            &old,
        ]);
        let answer = self.run_git(git, b"", "set a branch", SOON)?;
        if answer.status.success() {
            Ok(())
        } else {
            Err(WriteError::Moved { branch: branch.to_owned() })
        }
    }

    /// Writes the tree of a new commit. Existing executables stay executable.
    pub(super) fn write_files_tree(&self, new: &NewCommit<'_>) -> Result<Oid, git2::Error> {
        let git = self.repository.inner();
        let base = git.find_commit(new.parent)?.tree()?;
        let mut update = TreeUpdateBuilder::new();
        for (path, text) in &new.files {
            let is_program = base.get_path(path.as_ref()).is_ok_and(|entry| is_program(&entry));
            let mode = if is_program { FileMode::BlobExecutable } else { FileMode::Blob };
            update.upsert(*path, git.blob(text.as_bytes())?, mode);
        }
        update.create_updated(git, &base)
    }

    /// True if the user signs commits with an ssh key.
    ///
    /// # Errors
    /// When git cannot be run.
    pub fn signs_with_ssh(&self) -> Result<bool, WriteError> {
        if !self.signs_commits()? {
            return Ok(false);
        }
        let mut git = self.git_command();
        git.args(["config", "--get", "gpg.format"]);
        Ok(self.run_git(git, b"", "read its configuration", SOON)?.stdout.trim() == "ssh")
    }

    pub(super) fn signs_commits(&self) -> Result<bool, WriteError> {
        get_or_try_init(&self.signs, || {
            let mut git = self.git_command();
            git.args(["config", "--type=bool", "--get", "commit.gpgsign"]);
            Ok(self.run_git(git, b"", "read its configuration", SOON)?.stdout.trim() == "true")
        })
    }

    fn write_signed(
        &self,
        tree: Oid,
        parents: &[Oid],
        message: &str,
        author: &GitIdentity,
    ) -> Result<Oid, WriteError> {
        let mut git = self.git_command();
        git.env("GIT_AUTHOR_NAME", &author.name).env("GIT_AUTHOR_EMAIL", &author.email);
        git.args(["commit-tree", "-S", &tree.to_string()]);
        for parent in parents {
            git.args(["-p", &parent.to_string()]);
        }
        let answer = self.run_git(git, message.as_bytes(), "sign the commit", SIGNING)?;
        let made =
            answer.status.success().then(|| Oid::from_str(answer.stdout.trim()).ok()).flatten();
        made.ok_or_else(|| WriteError::Failed {
            doing: "sign the commit",
            message: stderr_text(&answer),
        })
    }

    /// Returns a git command for this repository.
    pub(super) fn git_command(&self) -> Command {
        let mut git = base_command(self.repository.git_dir(), &self.manner);
        // git takes the relative path of a remote from here.
        git.current_dir(self.repository.work_tree().unwrap_or(self.repository.git_dir()));
        git
    }

    pub(super) fn run_git(
        &self,
        git: Command,
        input: &[u8],
        doing: &'static str,
        limit: Duration,
    ) -> Result<GitOutput, WriteError> {
        run_git(git, input, doing, limit)
    }
}

fn is_program(entry: &git2::TreeEntry<'_>) -> bool {
    entry.filemode() == i32::from(FileMode::BlobExecutable)
}

/// Returns the value of a cell, computed by `ask` if empty.
fn get_or_try_init<T: Clone>(
    cell: &OnceCell<T>,
    ask: impl FnOnce() -> Result<T, WriteError>,
) -> Result<T, WriteError> {
    match cell.get() {
        Some(value) => Ok(value.clone()),
        None => ask().inspect(|value| {
            // No other code fills the cell in between.
            let _set = cell.set(value.clone());
        }),
    }
}

/// Returns the configured author, or else the user's identity from git. Only reads.
///
/// # Errors
/// [`WriteError::NoIdentity`].
pub fn author_identity(
    repository: &Repository,
    manner: &GitOptions,
) -> Result<GitIdentity, WriteError> {
    match &manner.author {
        Some(author) => Ok(author.clone()),
        None => read_identity(repository, manner, "GIT_AUTHOR_IDENT"),
    }
}

/// Returns the output of `git credential fill` for a host, without prompting: lines of `key=value`.
pub fn fill_credential(repository: &Repository, manner: &GitOptions, host: &str) -> Option<String> {
    if host.chars().any(char::is_control) {
        return None;
    }
    // Outside the repository its configuration is not read, and all helpers are the user's own.
    let place = if manner.trusts { repository.git_dir() } else { Path::new(NOWHERE) };
    let mut git =
        base_command(place, &GitOptions { interactive: false, trusts: true, ..manner.clone() });
    git.args(["-c", "core.askPass=", "credential", "fill"]);
    git.env_remove("GIT_ASKPASS").env_remove("SSH_ASKPASS");
    let answer = run_git(
        git,
        format!("protocol=https\nhost={host}\n\n").as_bytes(),
        "find a password",
        SOON,
    )
    .ok()?;
    answer.status.success().then_some(answer.stdout)
}

fn read_identity(
    repository: &Repository,
    manner: &GitOptions,
    variable: &str,
) -> Result<GitIdentity, WriteError> {
    let mut git = base_command(repository.git_dir(), manner);
    git.args(["var", variable]);
    let answer = run_git(git, b"", "read your identity", SOON)?;
    let person = answer.stdout.rsplit_once('>').and_then(|(text, _)| text.split_once('<'));
    match person.filter(|_| answer.status.success()) {
        Some((name, email)) => {
            Ok(GitIdentity { name: name.trim().to_owned(), email: email.trim().to_owned() })
        }
        None => Err(WriteError::NoIdentity { message: last_line(&answer.stderr) }),
    }
}

fn base_command(git_dir: &Path, manner: &GitOptions) -> Command {
    let mut git = git_process::git_command(manner.interactive, manner.url.as_deref());
    git_process::add_settings(&mut git, &["gc.auto=0"]);
    if !manner.trusts {
        git_process::disable_programs(&mut git);
    }
    git.arg("--git-dir").arg(git_dir);
    // The `@` keeps git from parsing a small number as a calendar date.
    let date = format!("@{}", manner.date);
    git.env("GIT_AUTHOR_DATE", &date).env("GIT_COMMITTER_DATE", &date);
    git
}

/// Runs git to its end. A failure of git is in the returned status.
pub(super) fn run_git(
    git: Command,
    input: &[u8],
    doing: &'static str,
    limit: Duration,
) -> Result<GitOutput, WriteError> {
    git_process::run_command(git, input, limit).map_err(|error| match error {
        GitProcessError::NotStarted(why) => WriteError::NoGit { doing, why: why.to_string() },
        GitProcessError::TooSlow(seconds) => WriteError::TooSlow { doing, seconds },
    })
}

/// Returns the answer if git succeeded.
pub(super) fn check_success(
    answer: GitOutput,
    doing: &'static str,
) -> Result<GitOutput, WriteError> {
    if answer.status.success() {
        Ok(answer)
    } else {
        Err(WriteError::Failed { doing, message: stderr_text(&answer) })
    }
}

/// Formats an identity line; git drops the same characters.
fn identity_line(person: &GitIdentity, date: &str) -> String {
    let clean = |text: &str| {
        text.chars().filter(|c| !c.is_control() && !matches!(c, '<' | '>')).collect::<String>()
    };
    format!("{} <{}> {date}", clean(&person.name).trim(), clean(&person.email).trim())
}

/// Returns git's reason for a failure.
pub(super) fn stderr_text(answer: &GitOutput) -> String {
    let error = |line: &&str| {
        ["fatal: ", "error: ", "remote: ", "ssh: "].iter().any(|start| line.starts_with(start))
    };
    let errors: Vec<&str> = answer.stderr.lines().filter(error).map(str::trim_end).collect();
    match (errors.is_empty(), answer.stderr.trim().is_empty()) {
        (false, _) => errors.join("; "),
        (true, false) => last_line(&answer.stderr),
        (true, true) => format!("git failed ({})", answer.status),
    }
}

fn last_line(text: &str) -> String {
    text.lines()
        .map(str::trim)
        .rfind(|line| !line.is_empty())
        .unwrap_or("git gave no reason")
        .to_owned()
}
