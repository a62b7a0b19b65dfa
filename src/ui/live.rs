//! Renders what runs beside what is wanted.

use super::facts::FactLines;
use super::formats::{cell_text, code_text};
use super::table::{StyledText, Table, TableColumn};
use super::version::short_version;
use super::{TerminalStyle, TextTone, escape_for_terminal};
use crate::model::{Version, format_age};
use crate::report::{
    LiveCell, LiveMark, LiveObject, LivePart, LiveReport, LiveSnapshot, LiveState,
};
use jiff::Timestamp;

/// The sign of a state.
fn state_sign(state: LiveState, look: &TerminalStyle) -> &'static str {
    match state {
        LiveState::AsWanted => look.sign("✓", "+"),
        LiveState::NotApplied => look.sign("○", "o"),
        LiveState::Rolling => look.sign("◐", "~"),
        LiveState::Unwell => look.sign("✗", "x"),
        LiveState::Drift => "!",
        LiveState::Unknown => "?",
    }
}

fn state_tone(state: LiveState) -> TextTone {
    match state {
        LiveState::AsWanted => TextTone::Good,
        LiveState::NotApplied | LiveState::Rolling => TextTone::Plain,
        LiveState::Unwell | LiveState::Drift | LiveState::Unknown => TextTone::Warn,
    }
}

/// The sign of a state, and what runs instead: `○ v1`.
pub(super) fn live_mark(mark: &LiveMark, look: &TerminalStyle) -> String {
    let others = mark.others.iter().map(|version| format!(" {}", short_version(version, false)));
    format!("{}{}", state_sign(mark.state, look), others.collect::<String>())
}

/// Says what the signs in a table mean, with the number of places that have each.
pub fn live_legend<'c>(
    cells: impl Iterator<Item = &'c LiveCell>,
    look: &TerminalStyle,
) -> Option<String> {
    let states: Vec<LiveState> = cells.map(|cell| cell.state).collect();
    let count = |state| states.iter().filter(|one| **one == state).count();
    let parts: Vec<String> = LiveState::ALL
        .iter()
        .filter(|state| count(**state) > 0)
        .map(|state| format!("{} {}: {}", state_sign(*state, look), state.words(), count(*state)))
        .collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

const COLUMNS: [TableColumn<'static>; 7] = [
    TableColumn::left("app"),
    TableColumn::left("stage"),
    TableColumn::left("wanted"),
    TableColumn::left("runs"),
    TableColumn::left("state"),
    TableColumn::right("since").rank(2),
    TableColumn::left("reason").wrap(24).rank(1),
];

/// Renders a row for each cell.
pub fn render_live(report: &LiveReport, look: &TerminalStyle) -> String {
    let rows: Vec<[StyledText; 7]> =
        report.cells.iter().map(|cell| cell_row(cell, look, report.time)).collect();
    if rows.is_empty() { String::new() } else { Table::new(COLUMNS).render_all(&rows, look) }
}

/// Renders a Markdown table.
pub fn render_live_markdown(report: &LiveReport, look: &TerminalStyle) -> String {
    let mut out = String::from(
        "| app | stage | wanted | runs | state | since | reason |\n\
         | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    for cell in &report.cells {
        let [app, stage, wanted, runs, state, since, reason] = cell_row(cell, look, report.time);
        let code = |text: &str| if text.is_empty() { String::new() } else { code_text(text) };
        out.push_str(&format!(
            "| {} | {} | {} | {} | {} | {} | {} |\n",
            cell_text(&app.text),
            cell_text(&stage.text),
            code(&wanted.text),
            code(&runs.text),
            cell_text(&state.text),
            since.text,
            cell_text(&reason.text),
        ));
    }
    out
}

fn cell_row(cell: &LiveCell, look: &TerminalStyle, now: Timestamp) -> [StyledText; 7] {
    let tone = state_tone(cell.state);
    let state = format!("{} {}", state_sign(cell.state, look), cell.state.words());
    let since = cell.since.map(|since| format_age(since, now)).unwrap_or_default();
    let reason = cell.reason.as_deref().unwrap_or_default();
    [
        StyledText::plain(escape_for_terminal(&cell.name)),
        StyledText::plain(escape_for_terminal(&cell.place())),
        StyledText::plain(short_version(&cell.wanted, false)),
        StyledText::plain(version_list(&cell.runs)),
        StyledText::new(state, tone),
        StyledText::new(since, TextTone::Dim),
        StyledText::plain(escape_for_terminal(reason)),
    ]
}

const OBJECTS: [TableColumn<'static>; 5] = [
    TableColumn::left("object"),
    TableColumn::left("context").rank(2),
    TableColumn::left("images").wrap(24),
    TableColumn::left("health"),
    TableColumn::left("reason").wrap(24).rank(1),
];

/// Renders a row for each object of a snapshot.
pub fn render_objects(snapshot: &LiveSnapshot, look: &TerminalStyle) -> String {
    let row = |object: &LiveObject| {
        let images: Vec<&str> = object.images.iter().map(|image| image.image.as_str()).collect();
        let plain = |text: &str| StyledText::plain(escape_for_terminal(text));
        [
            plain(&object.title()),
            plain(object.context.as_deref().unwrap_or_default()),
            plain(&images.join(", ")),
            plain(object.health.as_str()),
            plain(object.reason.as_deref().unwrap_or_default()),
        ]
    };
    let rows: Vec<[StyledText; 5]> = snapshot.objects.iter().map(row).collect();
    if rows.is_empty() { String::new() } else { Table::new(OBJECTS).render_all(&rows, look) }
}

fn version_list(versions: &[Version]) -> String {
    let texts: Vec<String> = versions.iter().map(|one| short_version(one, false)).collect();
    texts.join(", ")
}

/// Adds what the witnesses saw of a place: the state, and each workload and container.
pub(super) fn add_live_facts(live: &LiveCell, now: Timestamp, facts: &mut FactLines<'_>) {
    let since = live.since.map(|since| format!(", for {}", format_age(since, now)));
    let reason = live.reason.as_ref().map(|reason| format!(": {reason}"));
    let state = format!(
        "{} {}{}{}",
        state_sign(live.state, facts.look),
        live.state.words(),
        since.unwrap_or_default(),
        reason.unwrap_or_default()
    );
    facts.add("live", &state);
    for part in &live.parts {
        facts.add("runs", &part_text(part));
        for digest in &part.digests {
            facts.add("", &format!("  {digest}"));
        }
    }
}

/// `Deployment shop/web (web): ghcr.io/x/web:v2, 2 of 3 ready, unwell: …`
fn part_text(part: &LivePart) -> String {
    let container = part.container.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
    let mut out = format!("{}{container}:", part.object);
    let image = part.image.as_deref().or(part.revision.as_deref());
    let mut add = |text: String| {
        out.push_str(if out.ends_with(':') { " " } else { ", " });
        out.push_str(&text);
    };
    if let Some(image) = image {
        add(image.to_owned());
    }
    if let Some(count) = part.replicas {
        add(format!("{} of {} ready", count.ready, count.wanted));
    }
    add(part.state.words().to_owned());
    if let Some(reason) = &part.reason {
        out.push_str(&format!(" ({reason})"));
    }
    out
}
