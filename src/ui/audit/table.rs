//! Renders tables: rules, findings, and the order of the stages.

use super::lines::{self, FindingLine, HEADINGS, format_count};
use super::{AuditDetail, escape_for_terminal};
use crate::audit::{AuditRule, Severity};
use crate::report::AuditReport;
use crate::ui::table::{Alignment, StyledText, Table, column};
use crate::ui::{TerminalStyle, TextTone};

/// Minimum width of columns that are never cut.
const WHOLE: usize = usize::MAX;

/// Renders the tables.
pub fn render_table(audited: &AuditReport, detail: AuditDetail, look: &TerminalStyle) -> String {
    let parts = [
        render_rules(audited, look),
        render_findings(audited, detail, look),
        render_stage_order(audited, detail, look),
    ];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join("\n")
}

fn render_rules(audited: &AuditReport, look: &TerminalStyle) -> String {
    let counts = audited.rule_counts();
    if counts.is_empty() {
        return String::new();
    }
    let columns = [
        column("rule", Alignment::Left, WHOLE),
        column("severity", Alignment::Left, WHOLE),
        column("findings", Alignment::Right, WHOLE),
        column("description", Alignment::Left, 20),
    ];
    let rows: Vec<[StyledText; 4]> = counts.into_iter().map(rule_row).collect();
    Table::new(columns).render_all(&rows, look)
}

fn rule_row((rule, severity, count): (&AuditRule, Severity, usize)) -> [StyledText; 4] {
    [
        StyledText::plain(rule.id),
        StyledText::new(severity.as_str(), severity_tone(severity)),
        StyledText::plain(format_count(count)),
        StyledText::plain(rule.title),
    ]
}

fn severity_tone(severity: Severity) -> TextTone {
    match severity {
        Severity::Low => TextTone::Dim,
        Severity::Medium => TextTone::Warn,
        Severity::High => TextTone::Bad,
    }
}

fn render_findings(audited: &AuditReport, detail: AuditDetail, look: &TerminalStyle) -> String {
    let rows: Vec<[StyledText; 9]> =
        lines::finding_lines(audited, detail).iter().map(finding_row).collect();
    if rows.is_empty() {
        return String::new();
    }
    let least = [WHOLE, 12, 8, WHOLE, 8, WHOLE, WHOLE, WHOLE, WHOLE];
    let columns = std::array::from_fn(|at| {
        let align = if HEADINGS[at] == "findings" { Alignment::Right } else { Alignment::Left };
        column(HEADINGS[at], align, least[at])
    });
    Table::new(columns).render_all(&rows, look)
}

fn finding_row(line: &FindingLine) -> [StyledText; 9] {
    std::array::from_fn(|at| match at.checked_sub(1) {
        None => StyledText::new(line.rule, severity_tone(line.severity)),
        Some(at) => {
            let tone = if HEADINGS[at + 1] == "commit" { TextTone::Dim } else { TextTone::Plain };
            StyledText::new(escape_for_terminal(&line.cells[at]), tone)
        }
    })
}

/// Renders the order of the stages, with early arrivals counted in full and within the tolerance.
fn render_stage_order(audited: &AuditReport, detail: AuditDetail, look: &TerminalStyle) -> String {
    let (pairs, left) = lines::pair_lines(audited, detail);
    if pairs.is_empty() {
        return String::new();
    }
    let headings = lines::pair_headings(audited);
    let columns = std::array::from_fn(|at| {
        let align = if matches!(at, 1..=4) { Alignment::Right } else { Alignment::Left };
        column(&headings[at], align, WHOLE)
    });
    let rows: Vec<[StyledText; 6]> = pairs
        .iter()
        .map(|pair| pair.each_ref().map(|cell| StyledText::plain(escape_for_terminal(cell))))
        .collect();
    let table = Table::new(columns).render_all(&rows, look);
    if left == 0 { table } else { format!("{table}{}\n", lines::more_pairs(left)) }
}
