//! The exit codes of the process (docs/exit-codes.md).

use crate::ops::error::FailureKind;
use std::process::ExitCode;

/// The exit code of a command. The numbers never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitKind {
    /// Done, or nothing to do.
    Done,
    Failed,
    /// Wrong usage or configuration.
    Usage,
    /// A gate or the guard refused, or the deployment must wait.
    Refused,
    /// Differences were found, and the caller asked for this code.
    Different,
    /// Ctrl-C at a question.
    Interrupted,
}

impl From<ExitKind> for ExitCode {
    fn from(exit: ExitKind) -> Self {
        ExitCode::from(match exit {
            ExitKind::Done => 0,
            ExitKind::Failed => 1,
            ExitKind::Usage => 2,
            ExitKind::Refused => 3,
            ExitKind::Different => 4,
            // 128 and the number of SIGINT, as shells report it.
            ExitKind::Interrupted => 130,
        })
    }
}

impl From<FailureKind> for ExitKind {
    fn from(kind: FailureKind) -> Self {
        match kind {
            FailureKind::Failed | FailureKind::Absent => ExitKind::Failed,
            FailureKind::Usage => ExitKind::Usage,
            FailureKind::Refused => ExitKind::Refused,
            FailureKind::ReaderGone => ExitKind::Done,
            FailureKind::Interrupted => ExitKind::Interrupted,
        }
    }
}
