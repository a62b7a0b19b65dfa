//! The table of versions that are not shown.

use super::table::{StyledText, Table, TableColumn};
use super::version::short_version;
use super::{TerminalStyle, escape_for_terminal};
use crate::report::LeftOutEntry;

/// Renders the versions that are not shown: name, version, place and reason.
pub fn left_out(entries: &[LeftOutEntry], look: &TerminalStyle) -> String {
    let table = Table::new([
        TableColumn::left("not shown").name(12),
        TableColumn::left("stage").rank(1),
        TableColumn::left("version"),
        TableColumn::left("where"),
        TableColumn::left("why").wrap(12),
    ]);
    let text = |text: &str| StyledText::plain(escape_for_terminal(text));
    let row = |left: &LeftOutEntry| {
        let place = left.place().map(|(path, line)| format!("{path}:{line}"));
        let stage = left.stage.as_ref().map(ToString::to_string);
        [
            text(&left.name),
            text(&stage.unwrap_or_default()),
            text(&short_version(&left.entry.version, false)),
            text(&place.unwrap_or_default()),
            text(left.reason),
        ]
    };
    let rows: Vec<_> = entries.iter().map(row).collect();
    table.render_all(&rows, look)
}
