//! What `advance` did with one app.

use std::fmt;

/// A step that was taken or held back, or another event of the run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AdvanceLine {
    /// The app; empty for an event about a pull request.
    pub app: String,
    /// Empty if the app is refused.
    pub version: String,
    /// The stage, and its targets if not all of them.
    pub place: String,
    pub what: String,
    /// True for a step that was not taken.
    pub is_held: bool,
}

impl AdvanceLine {
    /// An event about no app of its own.
    pub fn from_text(what: String) -> Self {
        AdvanceLine { what, ..AdvanceLine::default() }
    }
}

impl fmt::Display for AdvanceLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.app.is_empty() {
            return f.write_str(&self.what);
        }
        f.write_str(&self.app)?;
        if !self.version.is_empty() {
            write!(f, " {}", self.version)?;
        }
        write!(f, " to {}: {}", self.place, self.what)
    }
}
