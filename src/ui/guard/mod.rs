//! Renders guard reports: one line per ruling, with the reasons for refusals.

mod explanations;
mod github;
mod sarif;

pub use github::render_annotations;
pub use sarif::render_sarif;

use super::formats::{cell_text, hint_text};
use super::table::{StyledText, Table, TableColumn};
use super::{TerminalStyle, TextTone, escape_for_terminal};
use crate::guard::{GuardRefusal, Ruling};
use crate::report::GuardReport;

/// Renders the table.
pub fn render_table(guarded: &GuardReport, look: &TerminalStyle) -> String {
    let explained = match &guarded.explained {
        Some(files) if !files.is_empty() => {
            format!("\n{}", explanations::render_explanations(guarded, files, look))
        }
        _ => String::new(),
    };
    if guarded.rulings.is_empty() {
        return format!("{}\n{explained}", guarded.summary_sentence());
    }
    let columns = [
        TableColumn::left("result"),
        TableColumn::left("subject").wrap(16),
        TableColumn::left("stage"),
        TableColumn::left("change").wrap(16),
        TableColumn::left("check"),
        TableColumn::left("reason").wrap(24),
    ];
    let rows: Vec<[StyledText; 6]> =
        guarded.rulings.iter().flat_map(|ruling| ruling_rows(ruling, guarded, look)).collect();
    let table = Table::new(columns).render_all(&rows, look);
    let hints: String = distinct_hints(guarded)
        .iter()
        .map(|hint| format!("hint: {}\n", escape_for_terminal(hint)))
        .collect();
    format!("{table}{hints}{explained}")
}

/// Rows of a ruling, one per reason; the first one names the cells.
fn ruling_rows(
    ruling: &Ruling,
    guarded: &GuardReport,
    look: &TerminalStyle,
) -> Vec<[StyledText; 6]> {
    let (answer, tone) = answer_text(ruling);
    let head = [
        StyledText::new(answer, tone),
        StyledText::plain(escape_for_terminal(&ruling_subject(ruling, guarded))),
        StyledText::plain(escape_for_terminal(&GuardReport::place_text(ruling))),
        StyledText::plain(escape_for_terminal(&GuardReport::versions(ruling, look.arrow()))),
    ];
    let whys = ruling_reasons(ruling);
    let empty = || std::array::from_fn(|_| StyledText::plain(""));
    let with = |head: [StyledText; 4], (check, why): (&str, String)| {
        let [a, b, c, d] = head;
        [a, b, c, d, StyledText::plain(check), StyledText::plain(escape_for_terminal(&why))]
    };
    let mut whys = whys.into_iter();
    let first = with(head, whys.next().unwrap_or_default());
    std::iter::once(first).chain(whys.map(|why| with(empty(), why))).collect()
}

fn answer_text(ruling: &Ruling) -> (&'static str, TextTone) {
    match (ruling.is_allowed(), ruling.overridden.is_empty()) {
        (true, true) => ("ok", TextTone::Good),
        (true, false) => ("overridden", TextTone::Warn),
        (false, _) => ("refused", TextTone::Bad),
    }
}

/// The app, or else the file.
fn ruling_subject(ruling: &Ruling, guarded: &GuardReport) -> String {
    let name = guarded.name(ruling);
    if name.is_empty() { ruling.path.clone().unwrap_or_default() } else { name }
}

/// Reasons: the refusals, or else who is permitted and what was overridden.
fn ruling_reasons(ruling: &Ruling) -> Vec<(&'static str, String)> {
    let why = |refusal: &GuardRefusal| (refusal.check.as_str(), refusal.reason.clone());
    if !ruling.is_allowed() {
        return ruling.refusals.iter().map(why).collect();
    }
    let granted = ruling.granted.iter().map(|who| ("permission", who.clone()));
    let overridden = ruling
        .overridden
        .iter()
        .map(|one| (one.check.as_str(), format!("overridden: {}", one.reason)));
    granted.chain(overridden).collect()
}

/// Hints, without duplicates.
fn distinct_hints(guarded: &GuardReport) -> Vec<&str> {
    let refusals = guarded.rulings.iter().flat_map(|ruling| &ruling.refusals);
    let mut out: Vec<&str> = Vec::new();
    for hint in refusals.filter_map(|refusal| refusal.hint.as_deref()) {
        if !out.contains(&hint) {
            out.push(hint);
        }
    }
    out
}

/// Renders Markdown: a sentence and a table.
pub fn render_markdown(guarded: &GuardReport) -> String {
    let title = if guarded.is_allowed() {
        "towpath guard: may be merged"
    } else {
        "towpath guard: may not be merged"
    };
    let mut out = format!("### {title}\n\n{}.\n", cell_text(&guarded.summary_sentence()));
    if guarded.rulings.is_empty() {
        return out;
    }
    out.push_str(
        "\n| result | subject | stage | change | reason |\n| --- | --- | --- | --- | --- |\n",
    );
    for ruling in &guarded.rulings {
        let whys: Vec<String> = ruling_reasons(ruling)
            .iter()
            .map(|(check, why)| format!("**{check}** {}", cell_text(why)))
            .collect();
        let cells = [
            ruling_subject(ruling, guarded),
            GuardReport::place_text(ruling),
            GuardReport::versions(ruling, "→"),
        ];
        let cells = cells.map(|cell| cell_text(&cell)).join(" | ");
        out.push_str(&format!("| {} | {cells} | {} |\n", answer_text(ruling).0, whys.join("<br>")));
    }
    let hints: String =
        distinct_hints(guarded).iter().map(|hint| format!("* {}\n", hint_text(hint))).collect();
    if hints.is_empty() { out } else { format!("{out}\n{hints}") }
}

/// A refusal as a sentence, for formats without columns.
fn refusal_sentence(ruling: &Ruling, refusal: &GuardRefusal, guarded: &GuardReport) -> String {
    let place = GuardReport::place_text(ruling);
    let subject = match ruling.cells.is_empty() {
        true => String::new(),
        false => {
            format!("{} in {place}, {}: ", guarded.name(ruling), GuardReport::versions(ruling, "→"))
        }
    };
    let hint = refusal.hint.as_ref().map(|hint| format!(" ({hint})")).unwrap_or_default();
    escape_for_terminal(&format!("{subject}{}: {}{hint}", refusal.check.as_str(), refusal.reason))
        .into_owned()
}
