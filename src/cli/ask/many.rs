//! Many questions at once: the past is read once for all of them.

use super::{
    ExitKind, Failure, GateContext, GateRequest, MoveDirection, OutputFormat, Version, WaveReports,
    by_wave, json, resolve_time,
};
use crate::cli::facts::FactCollector;
use crate::pipeline::{Evidence, ExternalFacts};
use crate::ui;
use jiff::Timestamp;
use std::io::Read;
use std::path::Path;

/// Answers line by line, in the order of the questions.
pub(super) fn run(
    path: &Path,
    format: OutputFormat,
    inquiry: &GateContext<'_>,
) -> Result<ExitKind, Failure> {
    let text = read_questions(path)?;
    let (past, nothing) = (inquiry.deployment_index(), ExternalFacts::default());
    let evidence = inquiry.evidence(&past, &nothing);
    let witness = FactCollector::new(inquiry);
    let (mut all_open, mut out) = (true, String::new());
    for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
        let wrong = |failure: Failure| failure.hint(format!("it is asked in line {number}"));
        let (asked, at) = parse_question(line, inquiry, &evidence).map_err(wrong)?;
        let answer = by_wave(&asked, at, &evidence, &witness);
        all_open &= answer.current().is_allowed();
        out.push_str(&render_answer(&answer, format, inquiry));
    }
    inquiry.context.ui.write_part(&out)?;
    Ok(if all_open { ExitKind::Done } else { ExitKind::Refused })
}

fn render_answer(answer: &WaveReports, format: OutputFormat, inquiry: &GateContext<'_>) -> String {
    match format {
        OutputFormat::Table => ui::ask_line(answer.current(), &inquiry.context.ui.out),
        _ => serde_json::to_string(&json(answer, inquiry)).unwrap_or_default() + "\n",
    }
}

fn read_questions(path: &Path) -> Result<String, Failure> {
    let mut text = String::new();
    let read = match path.to_str() {
        Some("-") => std::io::stdin().read_to_string(&mut text).map(|_| text),
        _ => std::fs::read_to_string(path),
    };
    read.map_err(|error| {
        Failure::usage(format!("the questions in {} cannot be read", path.display()))
            .with_cause(&error)
    })
}

/// `APP STAGE [VERSION [TIME]]`; `-` for a version is what the stage before runs.
fn parse_question(
    line: &str,
    inquiry: &GateContext<'_>,
    evidence: &Evidence<'_>,
) -> Result<(GateRequest, Option<Timestamp>), Failure> {
    let mut words = line.split_whitespace();
    let (Some(app), Some(stage)) = (words.next(), words.next()) else {
        return Err(Failure::usage(format!("`{line}` is no question"))
            .hint("a question is APP STAGE [VERSION [TIME]]"));
    };
    let version = words.next().filter(|version| *version != "-");
    let rest: Vec<&str> = words.collect();
    let at = match rest.join(" ") {
        text if text.is_empty() => None,
        text => Some(resolve_time(&text, inquiry.context, inquiry.repository)?),
    };
    let subject = inquiry.subject(app)?;
    let stage = inquiry.stage(stage)?.name.clone();
    let (targets, purpose) = (Vec::new(), MoveDirection::Forward);
    let mut asked = GateRequest { subject, stage, targets, version: Version::default(), purpose };
    asked.version = match version {
        Some(text) => inquiry.version(evidence, &asked.subject, text),
        None => inquiry.find_candidate(evidence, &asked, at)?,
    };
    Ok((asked, at))
}
