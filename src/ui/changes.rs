//! Renders the commits between two versions of an app.

use super::table::{StyledText, Table, TableColumn};
use super::wrap::wrap_text;
use super::{TerminalStyle, TextTone, escape_for_terminal};
use crate::model::short_commit;
use crate::report::{ChangedCommit, ChangesEnd, ChangesReport, SourceChanges};
use std::collections::BTreeSet;

const COLUMNS: [TableColumn<'static>; 3] = [
    TableColumn::left("commit"),
    TableColumn::left("author").cut(8).rank(1),
    TableColumn::left("subject").wrap(20),
];

/// Renders a row for each commit. What breaks something is marked.
pub fn render_changes(report: &ChangesReport, look: &TerminalStyle) -> String {
    let rows: Vec<[StyledText; 3]> = report.commits.iter().map(commit_row).collect();
    if rows.is_empty() { String::new() } else { Table::new(COLUMNS).render_all(&rows, look) }
}

fn commit_row(commit: &ChangedCommit) -> [StyledText; 3] {
    let subject = escape_for_terminal(&commit.subject);
    let subject = match commit.is_breaking {
        true => StyledText::new(format!("{subject} (breaking)"), TextTone::Warn),
        false => StyledText::plain(subject),
    };
    let id = short_commit(&commit.id);
    let author = escape_for_terminal(&commit.author);
    [StyledText::new(id, TextTone::Dim), StyledText::plain(author), subject]
}

/// Renders the commits below a line of another answer, indented. `told` has the reasons for unknown
/// commits that were printed before, and are not repeated.
pub(super) fn render_changes_below(
    changes: &SourceChanges,
    told: &mut BTreeSet<String>,
    look: &TerminalStyle,
) -> String {
    let report = match changes {
        SourceChanges::Known(report) => report,
        SourceChanges::Unknown { reason, hint } => return unknown_lines(reason, hint, told, look),
    };
    let narrow =
        TerminalStyle { width: look.width.map(|width| width.saturating_sub(4)), ..look.clone() };
    let rows: Vec<[StyledText; 3]> = report.commits.iter().map(commit_row).collect();
    let mut table = Table::new(COLUMNS);
    table.fit_rows(&rows, &narrow);
    let lines = rows.iter().map(|row| table.render_line(row, &narrow));
    let mut out: String = lines.flat_map(|text| add_indent(&text)).collect();
    out += &match (report.commits.len(), report.unlisted) {
        (0, 0) => indent("no commits", look),
        (_, 0) if report.is_back => indent("these were taken back", look),
        (_, 0) => String::new(),
        (_, more) => indent(&format!("and {more} more"), look),
    };
    out
}

/// Says why commits are unknown. A reason is printed once, and so is a hint of one kind.
fn unknown_lines(
    reason: &str,
    hint: &Option<String>,
    told: &mut BTreeSet<String>,
    look: &TerminalStyle,
) -> String {
    if !told.insert(reason.to_owned()) {
        return indent("commits unknown, as above", look);
    }
    let text = indent(&format!("commits unknown: {}", escape_for_terminal(reason)), look);
    let kind = |hint: &String| hint.split('`').next().unwrap_or_default().to_owned();
    match hint.as_ref().filter(|hint| told.insert(kind(hint))) {
        Some(hint) => text + &indent(&format!("hint: {}", escape_for_terminal(hint)), look),
        None => text,
    }
}

fn indent(text: &str, look: &TerminalStyle) -> String {
    let width = look.width.map_or(usize::MAX, |width| width.saturating_sub(4));
    let lines = wrap_text(text, width).into_iter();
    lines.map(|line| format!("    {}\n", look.paint(TextTone::Dim, &line))).collect()
}

fn add_indent(text: &str) -> Vec<String> {
    text.lines().map(|line| format!("    {line}\n")).collect()
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
