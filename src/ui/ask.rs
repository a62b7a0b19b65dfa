//! Renders gate answers: one gate per line, the verdict as a sentence, and the commands that help.

use super::table::{StyledText, Table, TableColumn};
use super::{TerminalStyle, TextTone, escape_for_terminal};
use crate::pipeline::{GateAnswer, Verdict};
use crate::report::{GateReport, WaveReports, to_timestamp};
use jiff::Timestamp;

/// Renders the answer: a sentence per wave, and the gates of the current one.
pub fn render_answer(waves: &WaveReports, look: &TerminalStyle) -> String {
    let (before, turn, after) = waves.split_at_current();
    let told = |waves: &[&GateReport]| {
        waves.iter().map(|wave| answer_sentence(wave, look) + "\n").collect::<String>()
    };
    let parts = [told(&before), render_gates(turn, look), told(&after)];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
}

fn render_gates(judged: &GateReport, look: &TerminalStyle) -> String {
    let columns = [
        TableColumn::left("gate"),
        TableColumn::left("verdict"),
        TableColumn::left("reason").wrap(24),
        TableColumn::left("since").rank(1),
        TableColumn::left("from").cut(8).rank(2),
    ];
    let answers = judged.judgement.answers.iter().zip(&judged.places);
    let rows: Vec<[StyledText; 5]> =
        answers.map(|(answer, place)| gate_row(answer, place, judged.at)).collect();
    let table = if rows.is_empty() {
        String::new()
    } else {
        Table::new(columns).render_all(&rows, look) + "\n"
    };
    format!("{table}{}\n{}", answer_sentence(judged, look), clearing_commands(judged))
}

fn answer_sentence(judged: &GateReport, look: &TerminalStyle) -> String {
    let tone = if judged.is_allowed() { TextTone::Good } else { TextTone::Bad };
    look.paint(tone, &escape_for_terminal(&judged.summary_sentence())).into_owned()
}

/// Renders the answer to one of many queries as a line.
pub fn render_line(judged: &GateReport, look: &TerminalStyle) -> String {
    format!("{} {}\n", judged.at, answer_sentence(judged, look))
}

fn gate_row(answer: &GateAnswer, place: &str, at: Timestamp) -> [StyledText; 5] {
    let tone = match answer.verdict {
        Verdict::Open => TextTone::Good,
        Verdict::Wait { .. } | Verdict::NeedsApproval => TextTone::Warn,
        Verdict::Shut => TextTone::Bad,
    };
    [
        StyledText::plain(answer.gate.as_str()),
        StyledText::new(answer.verdict.as_str(), tone),
        StyledText::plain(escape_for_terminal(&answer.reason)),
        StyledText::plain(
            answer
                .since
                .map(|since| crate::model::format_age(to_timestamp(since), at))
                .unwrap_or_default(),
        ),
        StyledText::new(escape_for_terminal(place), TextTone::Dim),
    ]
}

/// Commands that would open the gates, without duplicates.
fn clearing_commands(judged: &GateReport) -> String {
    let mut seen: Vec<&str> = Vec::new();
    for command in judged.judgement.closed_gates().filter_map(|answer| answer.clear.as_deref()) {
        if !seen.contains(&command) && !judged.is_allowed() {
            seen.push(command);
        }
    }
    seen.into_iter()
        .map(|command| format!("to open the gate: {}\n", escape_for_terminal(command)))
        .collect()
}
