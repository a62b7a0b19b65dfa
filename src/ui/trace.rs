//! Renders the way of a version, one block per app.

use super::history::{format_utc, kind_tone, pull_request_or_commit};
use super::table::{StyledText, Table, TableColumn};
use super::{TerminalStyle, TextTone, escape_for_terminal, version};
use crate::model::{format_age, format_duration};
use crate::report::{
    DeploymentKind, DeploymentReport, ReportedRunPeriod, TraceReport, VersionTraceReport,
};
use jiff::Timestamp;

const COLUMNS: [TableColumn<'static>; 7] = [
    TableColumn::left("stage"),
    TableColumn::left("arrived (UTC)"),
    TableColumn::right("after").rank(2),
    TableColumn::left("by").cut(8).rank(3),
    TableColumn::left("change").rank(4),
    TableColumn::right("stayed").rank(1),
    TableColumn::left("now").wrap(16),
];

/// Columns of space before the table of a block.
const INDENT: usize = 2;

/// Renders a block per app and version.
pub fn render_trace(trace: &TraceReport, look: &TerminalStyle, now: Timestamp) -> String {
    let blocks: Vec<String> = trace.ways.iter().map(|way| render_block(way, look, now)).collect();
    blocks.join("\n")
}

fn render_block(way: &VersionTraceReport, look: &TerminalStyle, now: Timestamp) -> String {
    let title = format!("{} {}", way.name, way.version);
    let mut rows: Vec<[StyledText; 7]> =
        way.visits.iter().map(|visit| period_row(visit, look, now)).collect();
    for (cell, version) in &way.absent {
        let mut row = [(); 7].map(|()| StyledText::plain(""));
        row[0] = StyledText::plain(escape_for_terminal(&cell.place()));
        row[1] = StyledText::new("never", TextTone::Dim);
        row[6] = StyledText::new(
            format!("runs {}", version::short_version(version, false)),
            TextTone::Dim,
        );
        rows.push(row);
    }
    let table = Table::new(COLUMNS).render_all(&rows, &look.narrowed(INDENT));
    format!("{}\n{}", look.heading_lines(&escape_for_terminal(&title)), indent_lines(&table))
}

fn indent_lines(text: &str) -> String {
    text.lines().map(|line| format!("{:INDENT$}{line}\n", "")).collect()
}

fn period_row(visit: &ReportedRunPeriod, look: &TerminalStyle, now: Timestamp) -> [StyledText; 7] {
    let stayed = visit.seconds(now.as_second()).map(format_duration).unwrap_or_default();
    let (came, after, by, change) = match &visit.came {
        None => (
            "before the known history".to_owned(),
            StyledText::plain(""),
            String::new(),
            String::new(),
        ),
        Some(came) => (
            format_utc(came.time),
            arrival_text(came),
            escape_for_terminal(&came.account.who.name).into_owned(),
            pull_request_or_commit(came),
        ),
    };
    [
        StyledText::plain(escape_for_terminal(&visit.cell.place())),
        StyledText::plain(came),
        after,
        StyledText::plain(by),
        StyledText::new(change, TextTone::Dim),
        StyledText::plain(stayed),
        end_text(visit.left.as_ref(), look, now),
    ]
}

/// Time since the previous stage, or the kind of deployment.
fn arrival_text(came: &DeploymentReport) -> StyledText {
    match came.kind {
        DeploymentKind::Rollback | DeploymentKind::Skip => {
            StyledText::new(came.kind.as_str(), kind_tone(came.kind))
        }
        _ => StyledText::plain(came.lead.map(format_duration).unwrap_or_default()),
    }
}

/// `running`, or the next version, with its age and author.
fn end_text(left: Option<&DeploymentReport>, look: &TerminalStyle, now: Timestamp) -> StyledText {
    let Some(left) = left else { return StyledText::new("running", TextTone::Good) };
    let next = left
        .to
        .as_ref()
        .map_or_else(|| "removed".to_owned(), |to| version::short_version(&to.version, false));
    let kind = if matches!(left.kind, DeploymentKind::Rollback | DeploymentKind::Skip) {
        format!("{}, ", left.kind.as_str())
    } else {
        String::new()
    };
    let who = escape_for_terminal(&left.account.who.name);
    let ago = format_age(left.time, now);
    StyledText::new(
        format!(
            "{} {next} {ago} ago ({kind}{who}, {})",
            look.arrow(),
            pull_request_or_commit(left)
        ),
        tone_of(left),
    )
}

fn tone_of(left: &DeploymentReport) -> TextTone {
    match left.kind {
        DeploymentKind::Rollback => kind_tone(DeploymentKind::Rollback),
        _ => TextTone::Dim,
    }
}
