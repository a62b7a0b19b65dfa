//! Renders the commits between two versions of an app.

use super::table::{StyledText, Table, TableColumn};
use super::{TerminalStyle, TextTone, escape_for_terminal};
use crate::model::short_commit;
use crate::report::{ChangesEnd, ChangesReport};

const COLUMNS: [TableColumn<'static>; 3] = [
    TableColumn::left("commit"),
    TableColumn::left("author").cut(8).rank(1),
    TableColumn::left("subject").wrap(20),
];

/// Renders a row for each commit. What breaks something is marked.
pub fn render_changes(report: &ChangesReport, look: &TerminalStyle) -> String {
    let rows: Vec<[StyledText; 3]> = report
        .commits
        .iter()
        .map(|commit| {
            let subject = escape_for_terminal(&commit.subject);
            let subject = match commit.is_breaking {
                true => StyledText::new(format!("{subject} (breaking)"), TextTone::Warn),
                false => StyledText::plain(subject),
            };
            let id = short_commit(&commit.id);
            let author = escape_for_terminal(&commit.author);
            [StyledText::new(id, TextTone::Dim), StyledText::plain(author), subject]
        })
        .collect();
    if rows.is_empty() { String::new() } else { Table::new(COLUMNS).render_all(&rows, look) }
}

/// Says which versions were compared: `3 commits of web from v1 (prod) to v2 (dev)`.
pub fn changes_sentence(report: &ChangesReport) -> String {
    let end = |end: &ChangesEnd| match &end.stage {
        Some(stage) => format!("{} ({stage})", end.version),
        None => end.version.clone(),
    };
    let (from, to, app) = (end(&report.from), end(&report.to), &report.app);
    let count = report.commits.len() + report.unlisted;
    if count == 0 {
        return format!("no commits of {app} from {from} to {to}");
    }
    let commits = if count == 1 { "commit" } else { "commits" };
    let more = match report.unlisted {
        0 => String::new(),
        more => format!(", of which {more} are not listed (`-n 0` lists all)"),
    };
    match report.is_back {
        true => format!("{to} is older than {from}, and lacks {count} {commits} of {app}{more}"),
        false => format!("{count} {commits} of {app} from {from} to {to}{more}"),
    }
}
