//! The output of an operation beside its answer: notices, progress and questions to the user. The
//! command line prints them; a server collects or drops them.

use super::error::Failure;

/// The importance of a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Helps to understand an answer; shown only with verbose output.
    Detail,
    /// Something that the reader of an answer should know.
    Note,
    /// A problem that may make the answer wrong or need action.
    Caution,
    /// The action that the caution before it needs.
    Hint,
}

/// Receives the notices and the progress of operations.
pub trait NoticeSink: Send + Sync {
    fn notice(&self, level: Level, text: &str);

    /// Starts to show a task; dropping the value ends it.
    fn progress(&self, style: ProgressKind, label: &str) -> Box<dyn TaskProgress>;
}

/// The way in which a task is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProgressKind {
    /// A bar that appears at once.
    Bar,
    /// A bar with the time left, which appears after half a second.
    Delayed,
    /// A line that says what the operation waits for.
    Spinner,
}

/// A task that is shown.
pub trait TaskProgress {
    fn set_progress(&self, done: u64, total: u64);
    fn set_message(&self, text: &str);
}

/// Asks the user.
pub trait Questions: Send + Sync {
    /// Asks for confirmation.
    ///
    /// # Errors
    /// When the terminal fails.
    fn confirm(&self, question: &str) -> Result<bool, Failure>;

    /// Asks for one of the items; `None` when the user cancelled.
    ///
    /// # Errors
    /// When the terminal fails.
    fn pick(&self, question: &str, items: &[String]) -> Result<Option<usize>, Failure>;

    /// Asks for any of the rows; `None` when the user cancelled. The columns are aligned.
    ///
    /// # Errors
    /// When the terminal fails.
    fn choose(&self, question: &str, rows: &[[String; 4]]) -> Result<Option<Vec<usize>>, Failure>;
}

/// Drops every notice.
pub struct Silent;

impl NoticeSink for Silent {
    fn notice(&self, _level: Level, _text: &str) {}

    fn progress(&self, _style: ProgressKind, _label: &str) -> Box<dyn TaskProgress> {
        Box::new(SilentProgress)
    }
}

struct SilentProgress;

impl TaskProgress for SilentProgress {
    fn set_progress(&self, _done: u64, _total: u64) {}
    fn set_message(&self, _text: &str) {}
}
