//! The trait of all witnesses.

use super::{LiveScope, LiveSnapshot};
use std::error::Error;
use std::fmt;

/// A system that knows what runs.
pub trait Witness: Send + Sync {
    /// Looks at a part of the system. What it may not see is a gap of the snapshot.
    ///
    /// # Errors
    /// When nothing could be seen at all.
    fn look(&self, scope: &LiveScope) -> Result<LiveSnapshot, LiveError>;
}

/// The reason why a witness saw nothing. It never contains a credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveError {
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl LiveError {
    /// An error without a hint.
    pub fn new(message: impl Into<String>) -> Self {
        LiveError { message: message.into(), hint: None }
    }

    /// Adds a hint.
    #[must_use]
    pub fn hint(self, hint: impl Into<String>) -> Self {
        LiveError { hint: Some(hint.into()), ..self }
    }
}

impl fmt::Display for LiveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for LiveError {}
