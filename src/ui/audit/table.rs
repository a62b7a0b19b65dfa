//! The findings as tables: the rules first, then what they found, then the order of the stages.

use super::lines::{self, HEADINGS, Line, thousands};
use super::{Detail, visible};
use crate::audit::{Rule, Severity};
use crate::report::Audited;
use crate::ui::table::{Align, Column, Table, Text};
use crate::ui::{Look, Tone};

/// What is looked for is never cut.
const WHOLE: usize = usize::MAX;

/// The whole answer for people.
pub fn table(audited: &Audited, detail: Detail, look: &Look) -> String {
    let parts =
        [rules(audited, look), findings(audited, detail, look), order(audited, detail, look)];
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
        let severity = Text::new(severity.as_str(), tone(severity));
        [Text::plain(rule.id), severity, Text::plain(thousands(count)), Text::plain(rule.title)]
    };
    let rows: Vec<[Text; 4]> = counts.into_iter().map(row).collect();
    Table::new(columns).whole(&rows, look)
}

fn column(heading: &str, align: Align, least: usize) -> Column<'_> {
    Column { heading, align, least }
}

fn tone(severity: Severity) -> Tone {
    match severity {
        Severity::Low => Tone::Dim,
        Severity::Medium => Tone::Warn,
        Severity::High => Tone::Bad,
    }
}

fn findings(audited: &Audited, detail: Detail, look: &Look) -> String {
    let rows: Vec<[Text; 9]> = lines::findings(audited, detail).iter().map(row).collect();
    if rows.is_empty() {
        return String::new();
    }
    let least = [WHOLE, 12, 8, WHOLE, 8, WHOLE, WHOLE, WHOLE, WHOLE];
    let columns = std::array::from_fn(|at| {
        let align = if HEADINGS[at] == "findings" { Align::Right } else { Align::Left };
        column(HEADINGS[at], align, least[at])
    });
    Table::new(columns).whole(&rows, look)
}

fn row(line: &Line) -> [Text; 9] {
    std::array::from_fn(|at| match at.checked_sub(1) {
        None => Text::new(line.rule, tone(line.severity)),
        Some(at) => {
            let tone = if HEADINGS[at + 1] == "commit" { Tone::Dim } else { Tone::Plain };
            Text::new(visible(&line.cells[at]), tone)
        }
    })
}

/// The order of the stages, with both counts of what came too early.
fn order(audited: &Audited, detail: Detail, look: &Look) -> String {
    let (pairs, left) = lines::pairs(audited, detail);
    if pairs.is_empty() {
        return String::new();
    }
    let headings = lines::pair_headings(audited);
    let columns = std::array::from_fn(|at| {
        let align = if matches!(at, 1..=4) { Align::Right } else { Align::Left };
        column(&headings[at], align, WHOLE)
    });
    let rows: Vec<[Text; 6]> =
        pairs.iter().map(|pair| pair.each_ref().map(|cell| Text::plain(visible(cell)))).collect();
    let table = Table::new(columns).whole(&rows, look);
    if left == 0 { table } else { format!("{table}{}\n", lines::more_pairs(left)) }
}
