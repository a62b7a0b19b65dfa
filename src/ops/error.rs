//! The failure of an operation: its kind, a message, the causes and hints.

use crate::git::GitError;
use crate::git::remote::RemoteError;
use crate::git::revision_or_time::RevisionError;
use std::fmt;
use std::io;
use std::sync::Arc;

/// The kinds of failure that a caller tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// Something did not work.
    Failed,
    /// The question is about something that is not there, such as an app in a stage without it.
    Absent,
    /// The request or the configuration is wrong.
    Usage,
    /// A gate or a permission said no, or wait.
    Refused,
    /// The reader of the output closed the pipe.
    ReaderGone,
    /// Somebody pressed Ctrl-C at a question.
    Interrupted,
}

/// The error of all operations. The first message says what failed, the chain of causes says why,
/// and the hints say what to do.
#[derive(Debug, Clone)]
pub struct Failure {
    kind: FailureKind,
    chain: Arc<anyhow::Error>,
    hints: Vec<String>,
}

impl Failure {
    fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Failure { kind, chain: Arc::new(anyhow::Error::msg(message.into())), hints: Vec::new() }
    }

    /// A failure of kind [`FailureKind::Failed`].
    pub fn failed(message: impl Into<String>) -> Self {
        Failure::new(FailureKind::Failed, message)
    }

    /// A failure of kind [`FailureKind::Absent`].
    pub fn absent(message: impl Into<String>) -> Self {
        Failure::new(FailureKind::Absent, message)
    }

    /// A failure of kind [`FailureKind::Usage`].
    pub fn usage(message: impl Into<String>) -> Self {
        Failure::new(FailureKind::Usage, message)
    }

    /// A failure of kind [`FailureKind::Refused`].
    pub fn refused(message: impl Into<String>) -> Self {
        Failure::new(FailureKind::Refused, message)
    }

    /// Adds a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Adds an error and its sources to the causes.
    #[must_use]
    pub fn with_cause(self, cause: &dyn std::error::Error) -> Self {
        let sources = std::iter::successors(Some(cause), |error| error.source());
        let mut messages: Vec<String> = self.chain.chain().map(ToString::to_string).collect();
        messages.extend(sources.map(ToString::to_string));
        let chain = messages.into_iter().rev().map(anyhow::Error::msg);
        let chain = chain.reduce(|source, error| source.context(error.to_string()));
        Failure { chain: chain.map_or(self.chain, Arc::new), ..self }
    }

    /// The kind of failure.
    pub fn kind(&self) -> FailureKind {
        self.kind
    }

    /// The message: what failed.
    pub fn message(&self) -> String {
        self.chain.to_string()
    }

    /// The causes, the nearest first.
    pub fn causes(&self) -> Vec<String> {
        self.chain.chain().skip(1).map(ToString::to_string).collect()
    }

    /// The hints: what to do.
    pub fn hints(&self) -> &[String] {
        &self.hints
    }

    /// The error without its hints, for code that works with `anyhow`.
    pub fn into_error(self) -> anyhow::Error {
        let messages: Vec<String> = self.chain.chain().map(ToString::to_string).collect();
        let chain = messages.into_iter().rev().map(anyhow::Error::msg);
        let chain = chain.reduce(|source, error| source.context(error.to_string()));
        chain.unwrap_or_else(|| anyhow::Error::msg(self.to_string()))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.chain.fmt(f)
    }
}

impl std::error::Error for Failure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.chain.source()
    }
}

fn with_optional_hint(failure: Failure, hint: Option<String>) -> Failure {
    match hint {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}

impl From<GitError> for Failure {
    fn from(error: GitError) -> Self {
        let is_usage = matches!(
            error,
            GitError::NotARepository { .. }
                | GitError::NoSuchPath { .. }
                | GitError::Ambiguous { .. }
                | GitError::UnknownBranch { .. }
                | GitError::UnknownRevision { .. }
                | GitError::NoWorkTree { .. }
        );
        let kind = if is_usage { FailureKind::Usage } else { FailureKind::Failed };
        with_optional_hint(Failure::new(kind, error.to_string()), error.hint())
    }
}

impl From<RevisionError> for Failure {
    fn from(error: RevisionError) -> Self {
        match error {
            RevisionError::Git(error) => error.into(),
            error => with_optional_hint(Failure::usage(error.to_string()), error.hint()),
        }
    }
}

impl From<RemoteError> for Failure {
    fn from(error: RemoteError) -> Self {
        let is_refused = matches!(error, RemoteError::Refused { .. });
        let kind = if is_refused { FailureKind::Usage } else { FailureKind::Failed };
        with_optional_hint(Failure::new(kind, error.to_string()), error.hint())
    }
}

/// Converts a write error. A closed pipe (`towpath status | head -1`) is not reported.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Failure::new(FailureKind::ReaderGone, "the reader closed the pipe");
        }
        if error.kind() == io::ErrorKind::Interrupted {
            return Failure::new(FailureKind::Interrupted, "interrupted");
        }
        Failure::failed("cannot write the answer").with_cause(&error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_are_a_chain_with_the_nearest_first() {
        let inner = io::Error::other("no space left");
        let failure = Failure::failed("cannot write `x`").with_cause(&inner).hint("free some");
        assert_eq!(failure.message(), "cannot write `x`");
        assert_eq!(failure.causes(), ["no space left"]);
        assert_eq!(
            format!("{:#}", failure.clone().into_error()),
            "cannot write `x`: no space left"
        );
        assert_eq!(failure.hints(), ["free some"]);
    }
}
