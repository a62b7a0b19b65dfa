//! The findings as tables: the rules first, then what they found, then the order of the stages.

mod junit;
mod sarif;

pub use junit::junit;
pub(super) use sarif::physical;
pub use sarif::sarif;

use super::formats::{cell_text, records};
use super::table::{Align, Column, Table, Text};
use super::{Look, Tone, span, visible};
use crate::audit::{Rule, Severity};
use crate::report::{Audited, PairFigures, Told, moment};

/// What is looked for is never cut.
const WHOLE: usize = usize::MAX;

/// The whole answer for people.
pub fn table(audited: &Audited, look: &Look) -> String {
    let rules = rules(audited, look);
    let parts = [rules, findings(&audited.findings, look), order(audited)];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join("\n")
}

fn rules(audited: &Audited, look: &Look) -> String {
    let counts = audited.counts();
    if counts.is_empty() {
        return String::new();
    }
    let columns = [
        column("rule", Align::Left, WHOLE),
        column("severity", Align::Left, WHOLE),
        column("findings", Align::Right, WHOLE),
        column("what", Align::Left, 20),
    ];
    let row = |(rule, severity, count): (&'static Rule, Severity, usize)| {
        let (severity, count) = (shown(severity), Text::plain(count.to_string()));
        [Text::plain(rule.id), severity, count, Text::plain(rule.title)]
    };
    let rows: Vec<[Text; 4]> = counts.into_iter().map(row).collect();
    Table::new(columns).whole(&rows, look)
}

fn column(heading: &'static str, align: Align, least: usize) -> Column<'static> {
    Column { heading, align, least }
}

fn shown(severity: Severity) -> Text {
    let tone = match severity {
        Severity::Low => Tone::Dim,
        Severity::Medium => Tone::Warn,
        Severity::High => Tone::Bad,
    };
    Text::new(severity.as_str(), tone)
}

fn findings(findings: &[Told], look: &Look) -> String {
    if findings.is_empty() {
        return String::new();
    }
    let columns = [
        column("rule", Align::Left, WHOLE),
        column("app", Align::Left, 12),
        column("stage", Align::Left, 8),
        column("version", Align::Left, 8),
        column("time", Align::Left, WHOLE),
        column("commit", Align::Left, WHOLE),
        column("what", Align::Left, WHOLE),
    ];
    let rows: Vec<[Text; 7]> = findings.iter().map(row).collect();
    Table::new(columns).whole(&rows, look)
}

fn row(told: &Told) -> [Text; 7] {
    let finding = &told.finding;
    [
        Text::new(finding.rule.id, shown(finding.severity).tone),
        Text::plain(visible(&told.name)),
        Text::plain(visible(&told.place())),
        Text::plain(visible(&version(told))),
        Text::plain(finding.time.map(minute).unwrap_or_default()),
        Text::new(commit(told).chars().take(10).collect::<String>(), Tone::Dim),
        Text::plain(visible(&finding.message)),
    ]
}

fn version(told: &Told) -> String {
    told.finding.version.as_ref().map(ToString::to_string).unwrap_or_default()
}

fn commit(told: &Told) -> String {
    told.finding.commit.map(|commit| commit.to_string()).unwrap_or_default()
}

fn minute(seconds: i64) -> String {
    moment(seconds).strftime("%Y-%m-%d %H:%M").to_string()
}

/// The order of the stages in words, with both counts of what was overtaken.
fn order(audited: &Audited) -> String {
    audited.pairs.iter().map(|pair| in_words(pair, audited.tolerance) + "\n").collect()
}

/// `staging to production: 31766 changes; 64 came to production first, 60 of them by 10m or less; …`.
fn in_words(pair: &PairFigures, tolerance: i64) -> String {
    let PairFigures { before, stage, changes, after, tolerated, never, .. } = pair;
    let text = format!(
        "{before} to {stage}: {changes} changes; {after} came to {stage} first, {tolerated} of them by {} or less; \
         {never} were never in {before}",
        span(tolerance)
    );
    let PairFigures { versions, met, .. } = pair;
    let silent = format!("; not judged, for {} of {versions} versions never match", versions - met);
    visible(&if pair.comparable { text } else { text + &silent }).into_owned()
}

/// For pages: the rules, then the findings.
pub fn markdown(audited: &Audited) -> String {
    let mut out = String::from("| rule | severity | findings | what |\n| --- | --- | ---: | --- |\n");
    for (rule, severity, count) in audited.counts() {
        out.push_str(&format!("| {} | {} | {count} | {} |\n", rule.id, severity.as_str(), rule.title));
    }
    if !audited.findings.is_empty() {
        out.push_str("\n| rule | app | stage | version | time | commit | what |\n");
        out.push_str("| --- | --- | --- | --- | --- | --- | --- |\n");
    }
    for told in &audited.findings {
        let cells = row(told).map(|cell| cell_text(&cell.text));
        out.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
    let order = audited.pairs.iter().map(|pair| format!("* {}\n", cell_text(&in_words(pair, audited.tolerance))));
    let order: String = order.collect();
    if order.is_empty() { out } else { format!("{out}\n{order}") }
}

const HEADER: [&str; 14] = [
    "id", "rule", "severity", "app", "stage", "targets", "version", "time", "commit", "author", "path", "line",
    "event", "message",
];

/// One finding a record.
pub fn csv(audited: &Audited) -> String {
    let header = HEADER.map(str::to_owned);
    records(std::iter::once(header).chain(audited.findings.iter().map(record)))
}

fn record(told: &Told) -> [String; 14] {
    let finding = &told.finding;
    [
        finding.id(),
        finding.rule.id.to_owned(),
        finding.severity.as_str().to_owned(),
        told.name.clone(),
        told.stage().to_owned(),
        told.targets().join(" "),
        version(told),
        finding.time.map(|time| moment(time).to_string()).unwrap_or_default(),
        commit(told),
        told.account.as_ref().map(|account| account.author.name.clone()).unwrap_or_default(),
        finding.path.clone().unwrap_or_default(),
        finding.line.map(|line| line.to_string()).unwrap_or_default(),
        finding.event.clone().unwrap_or_default(),
        finding.message.clone(),
    ]
}

/// A finding in one sentence, for formats that have no columns.
fn sentence(told: &Told) -> String {
    let version = version(told);
    let cell: Vec<&str> = [told.name.as_str(), version.as_str()].into_iter().filter(|word| !word.is_empty()).collect();
    let place = told.place();
    let place = if place.is_empty() { String::new() } else { format!(" in {place}") };
    let landed = finding_place(told);
    let subject = if cell.is_empty() { String::new() } else { format!("{}{place}: ", cell.join(" ")) };
    visible(&format!("{subject}{}{landed}", told.finding.message)).into_owned()
}

/// ` (0123456789, 2026-08-01 10:00)`.
fn finding_place(told: &Told) -> String {
    match (told.finding.commit, told.finding.time) {
        (Some(_), Some(time)) => {
            format!(" ({}, {} UTC)", commit(told).chars().take(10).collect::<String>(), minute(time))
        }
        _ => String::new(),
    }
}
