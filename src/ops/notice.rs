//! Where an operation reports what is not its answer: notices, progress, and questions to a person.
//! The command line prints them; a server collects them or drops them.

use super::error::Failure;

/// How much a notice matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Of interest when looking for the reason of an answer.
    Detail,
    /// What the reader of an answer should know.
    Note,
    /// What may make the answer wrong or the reader act.
    Caution,
    /// What to do about the caution before it.
    Hint,
}

/// Receives the notices and the progress of operations.
pub trait NoticeSink: Send + Sync {
    fn notice(&self, level: Level, text: &str);

    /// Starts to show a piece of work; dropping the value ends it.
    fn progress(&self, style: ProgressKind, label: &str) -> Box<dyn TaskProgress>;
}

/// How a piece of work is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProgressKind {
    /// A bar, at once.
    Bar,
    /// A bar with the time left, once the work has taken half a second.
    Delayed,
    /// A line that says what is waited for.
    Spinner,
}

/// A piece of work that is shown.
pub trait TaskProgress {
    fn set_progress(&self, done: u64, total: u64);
    fn set_message(&self, text: &str);
}

/// A person who can be asked.
pub trait Questions: Send + Sync {
    /// Asks for a yes.
    ///
    /// # Errors
    /// When the terminal fails.
    fn confirm(&self, question: &str) -> Result<bool, Failure>;

    /// Asks for one of the items; `None` when the person gave up.
    ///
    /// # Errors
    /// When the terminal fails.
    fn pick(&self, question: &str, items: &[String]) -> Result<Option<usize>, Failure>;

    /// Asks which rows to take; `None` when the person gave up. The columns of rows are aligned.
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
