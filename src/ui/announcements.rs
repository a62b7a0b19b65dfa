//! Messages of `announce`, as people read them.

use super::escape_for_terminal;
use crate::report::json::AnnouncementsJson;

/// Renders the messages, with their target and a line between them.
pub fn render_announcements(told: &AnnouncementsJson) -> String {
    let blocks = told.announcements.iter().map(|one| {
        let lines = one.announcement.text.lines();
        let text: String = lines.map(|line| format!("  {}\n", escape_for_terminal(line))).collect();
        format!("{}\n{text}", one.announcement.target)
    });
    blocks.collect::<Vec<_>>().join("\n")
}
