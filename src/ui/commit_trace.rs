//! Renders the stages that contain a commit, one block per app.

use super::history::format_utc;
use super::table::{StyledText, Table, TableColumn};
use super::{TerminalStyle, TextTone, escape_for_terminal, version};
use crate::model::short_commit;
use crate::report::{AppCommitTrace, CellWithCommit, CommitPresence, CommitTraceReport};

const COLUMNS: [TableColumn<'static>; 4] = [
    TableColumn::left("stage"),
    TableColumn::left("since (UTC)"),
    TableColumn::left("with").rank(1),
    TableColumn::left("now").wrap(16),
];

/// Columns of space before the table of a block.
const INDENT: usize = 2;
/// Renders a block per app.
pub fn render_commit_trace(report: &CommitTraceReport, look: &TerminalStyle) -> String {
    let blocks: Vec<String> = report.apps.iter().map(|app| render_block(app, look)).collect();
    blocks.join("\n")
}

fn render_block(app: &AppCommitTrace, look: &TerminalStyle) -> String {
    let id = short_commit(&app.commit);
    let title = format!("{} {id} {} ({})", app.app, app.subject, app.author);
    let rows: Vec<[StyledText; 4]> = app.cells.iter().map(cell_row).collect();
    let table = Table::new(COLUMNS).render_all(&rows, &look.narrowed(INDENT));
    let table: String = table.lines().map(|line| format!("{:INDENT$}{line}\n", "")).collect();
    format!("{}\n{table}", look.heading_lines(&escape_for_terminal(&title)))
}

fn cell_row(place: &CellWithCommit) -> [StyledText; 4] {
    let runs = version::short_version(&place.version, false);
    let (since, with, now) = match &place.presence {
        CommitPresence::Since { version, time, .. } => (
            format_utc(*time),
            version::short_version(version, false),
            StyledText::new(format!("contains it, runs {runs}"), TextTone::Good),
        ),
        CommitPresence::Always => (
            "before the known history".to_owned(),
            String::new(),
            StyledText::new(format!("contains it, runs {runs}"), TextTone::Good),
        ),
        CommitPresence::Missing => (
            "never".to_owned(),
            String::new(),
            StyledText::new(format!("waits for it, runs {runs}"), TextTone::Warn),
        ),
        CommitPresence::Unknown(why) => (
            "unknown".to_owned(),
            String::new(),
            StyledText::new(escape_for_terminal(why), TextTone::Dim),
        ),
    };
    let place = escape_for_terminal(&place.cell.place()).into_owned();
    [StyledText::plain(place), StyledText::plain(since), StyledText::plain(with), now]
}
