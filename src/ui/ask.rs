//! The gates, one a line, what would clear them, and the answer in a sentence.

use super::table::{Alignment, StyledText, Table, TableColumn};
use super::{TerminalStyle, TextTone, age, visible};
use crate::pipeline::{GateAnswer, Verdict};
use crate::report::{GateReport, WaveReports, moment};
use jiff::Timestamp;

/// Reasons are never cut: they are the answer.
const WHOLE: usize = usize::MAX;

/// The whole answer: of waves, a sentence each, and the gates of the one whose turn it is.
pub fn render(waves: &WaveReports, look: &TerminalStyle) -> String {
    let (before, turn, after) = waves.around();
    let told = |waves: &[&GateReport]| {
        waves.iter().map(|wave| sentence(wave, look) + "\n").collect::<String>()
    };
    let parts = [told(&before), whole(turn, look), told(&after)];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
}

fn whole(judged: &GateReport, look: &TerminalStyle) -> String {
    let column = |heading, least| TableColumn { heading, align: Alignment::Left, least };
    let columns = [
        column("gate", WHOLE),
        column("answer", WHOLE),
        column("why", WHOLE),
        column("since", 3),
        column("from", 8),
    ];
    let answers = judged.judgement.answers.iter().zip(&judged.places);
    let rows: Vec<[StyledText; 5]> =
        answers.map(|(answer, place)| row(answer, place, judged.at)).collect();
    let table =
        if rows.is_empty() { String::new() } else { Table::new(columns).whole(&rows, look) + "\n" };
    format!("{table}{}\n{}", sentence(judged, look), clears(judged))
}

fn sentence(judged: &GateReport, look: &TerminalStyle) -> String {
    let tone = if judged.allows() { TextTone::Good } else { TextTone::Bad };
    look.paint(tone, &visible(&judged.sentence())).into_owned()
}

/// One line: the answer to one of many questions.
pub fn line(judged: &GateReport, look: &TerminalStyle) -> String {
    format!("{} {}\n", judged.at, sentence(judged, look))
}

fn row(answer: &GateAnswer, place: &str, at: Timestamp) -> [StyledText; 5] {
    let tone = match answer.verdict {
        Verdict::Open => TextTone::Good,
        Verdict::Wait { .. } | Verdict::NeedsApproval => TextTone::Warn,
        Verdict::Shut => TextTone::Bad,
    };
    [
        StyledText::plain(answer.gate.as_str()),
        StyledText::new(answer.verdict.as_str(), tone),
        StyledText::plain(visible(&answer.reason)),
        StyledText::plain(
            answer.since.map(|since| age::age(moment(since), at)).unwrap_or_default(),
        ),
        StyledText::new(visible(place), TextTone::Dim),
    ]
}

/// The commands that would clear what is not open, each once.
fn clears(judged: &GateReport) -> String {
    let mut seen: Vec<&str> = Vec::new();
    for command in judged.judgement.closed().filter_map(|answer| answer.clear.as_deref()) {
        if !seen.contains(&command) && !judged.allows() {
            seen.push(command);
        }
    }
    seen.into_iter().map(|command| format!("to clear it: {}\n", visible(command))).collect()
}
