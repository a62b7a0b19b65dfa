//! State files of the ledger: the current state, readable without towpath.

use super::event::{EventKind, LedgerEvent};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Characters to escape in a file name.
const ODD: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.');

/// Stands for all apps or stages. No escaped name equals it.
const ALL: &str = "%all";

/// A change of one state file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerFileChange {
    pub path: String,
    /// `None` removes the file, if it exists.
    pub text: Option<String>,
}

impl LedgerEvent {
    /// Returns the change of a state file that the event makes.
    pub fn state_change(&self) -> LedgerFileChange {
        let lock = |app: &Option<String>, stage: Option<&str>| {
            format!("locks/{}/{}", path_segment(stage), path_segment(app.as_deref()))
        };
        let (path, text) = match &self.what {
            EventKind::Locked { app, stage, .. } => {
                (lock(app, stage.as_ref().map(|stage| stage.as_str())), Some(self.file_text()))
            }
            EventKind::Unlocked { app, stage } => {
                (lock(app, stage.as_ref().map(|stage| stage.as_str())), None)
            }
            EventKind::Outcome { app, stage, .. } => {
                (state_path("outcomes", stage.as_str(), app), Some(self.file_text()))
            }
            EventKind::Approved { app, stage, .. } => (
                format!("{}/{}", state_path("approvals", stage.as_str(), app), self.id),
                Some(self.file_text()),
            ),
            EventKind::Rejected { app, version, .. } => {
                (state_path("rejected", app, version), Some(self.file_text()))
            }
            EventKind::Unrejected { app, version } => (state_path("rejected", app, version), None),
            EventKind::Held { app, stage, .. } => {
                (state_path("holds", stage.as_str(), app), Some(self.file_text()))
            }
            EventKind::Released { app, stage } => (state_path("holds", stage.as_str(), app), None),
            EventKind::Overridden { .. } => {
                (format!("overrides/{}", self.id), Some(self.file_text()))
            }
            EventKind::Noted { .. } => (format!("notes/{}", self.id), Some(self.file_text())),
            EventKind::AnnouncementsBegun { target, .. }
            | EventKind::Announcing { target, .. }
            | EventKind::Announced { target, .. }
            | EventKind::AnnouncingGivenUp { target, .. } => {
                (format!("announcements/{}", path_segment(Some(target))), Some(self.file_text()))
            }
        };
        LedgerFileChange { path: format!("{path}.json"), text }
    }

    fn file_text(&self) -> String {
        serde_json::to_string_pretty(self).expect("an event is plain data") + "\n"
    }
}

fn state_path(folder: &str, one: &str, two: &str) -> String {
    format!("{folder}/{}/{}", path_segment(Some(one)), path_segment(Some(two)))
}

/// Escapes a name as a path segment. `.`, `..` and names starting with a dot get a `%` in front.
fn path_segment(name: Option<&str>) -> String {
    let Some(name) = name else { return ALL.to_owned() };
    let safe = utf8_percent_encode(name, ODD).to_string();
    if safe.starts_with('.') || safe.is_empty() { format!("%{safe}") } else { safe }
}
