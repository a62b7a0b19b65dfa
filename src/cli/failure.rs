//! How a command fails: one sentence, its causes, a way out, and the exit code.

use crate::git::GitError;
use crate::git::remote::RemoteError;
use crate::git::revision_or_time::RevisionError;
use std::io;
use std::process::ExitCode;

/// What a process says to its caller. The numbers are a promise (docs/exit-codes.md).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitKind {
    /// Done, or nothing to do.
    Done,
    Failed,
    /// Wrong usage or configuration.
    Usage,
    /// A gate or guard said no, or wait.
    Refused,
    /// Differences were found, and the caller asked for this code.
    Different,
}

impl From<ExitKind> for ExitCode {
    fn from(exit: ExitKind) -> Self {
        ExitCode::from(match exit {
            ExitKind::Done => 0,
            ExitKind::Failed => 1,
            ExitKind::Usage => 2,
            ExitKind::Refused => 3,
            ExitKind::Different => 4,
        })
    }
}

/// The one error above the library.
#[derive(Debug, Clone)]
pub struct Failure {
    /// `None` for a reader that went away: there is nobody to tell.
    message: Option<String>,
    causes: Vec<String>,
    hints: Vec<String>,
    exit: ExitKind,
}

impl Failure {
    /// Something did not work.
    pub fn failed(message: impl Into<String>) -> Self {
        Failure {
            message: Some(message.into()),
            causes: Vec::new(),
            hints: Vec::new(),
            exit: ExitKind::Failed,
        }
    }

    /// The caller asked for something that cannot be meant.
    pub fn usage(message: impl Into<String>) -> Self {
        Failure { exit: ExitKind::Usage, ..Failure::failed(message) }
    }

    /// A gate or a permission says no.
    pub fn refused(message: impl Into<String>) -> Self {
        Failure { exit: ExitKind::Refused, ..Failure::failed(message) }
    }

    /// The same with a way out.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// The same with what lies behind it.
    pub fn with_cause(mut self, cause: &dyn std::error::Error) -> Self {
        let mut next = Some(cause);
        while let Some(cause) = next {
            self.causes.push(cause.to_string());
            next = cause.source();
        }
        self
    }

    /// What failed, on what.
    pub fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }

    /// Why, the nearest first.
    pub fn causes(&self) -> &[String] {
        &self.causes
    }

    /// What to do about it.
    pub fn hints(&self) -> &[String] {
        &self.hints
    }

    /// The code the process ends with.
    pub fn exit(&self) -> ExitKind {
        self.exit
    }
}

impl From<GitError> for Failure {
    fn from(error: GitError) -> Self {
        let usage = matches!(
            error,
            GitError::NotARepository { .. }
                | GitError::UnknownRevision { .. }
                | GitError::NoWorkTree { .. }
        );
        let failure = if usage {
            Failure::usage(error.to_string())
        } else {
            Failure::failed(error.to_string())
        };
        match error.hint() {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}

impl From<RevisionError> for Failure {
    fn from(error: RevisionError) -> Self {
        match (error.hint(), error) {
            (_, RevisionError::Git(error)) => error.into(),
            (Some(hint), error) => Failure::usage(error.to_string()).hint(hint),
            (None, error) => Failure::usage(error.to_string()),
        }
    }
}

impl From<RemoteError> for Failure {
    fn from(error: RemoteError) -> Self {
        let refused = matches!(error, RemoteError::Refused { .. });
        let failure = if refused {
            Failure::usage(error.to_string())
        } else {
            Failure::failed(error.to_string())
        };
        match error.hint() {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}

/// Writing an answer failed. A reader that went away (`towpath status | head -1`) is no failure.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Failure {
                message: None,
                causes: Vec::new(),
                hints: Vec::new(),
                exit: ExitKind::Done,
            };
        }
        Failure::failed("the answer could not be written").with_cause(&error)
    }
}
