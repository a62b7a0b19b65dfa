//! Renders findings for people: by rule, the newest first, with what to do; and the order of the
//! stages.

use super::lines::{self, format_count};
use super::{AuditDetail, escape_for_terminal};
use crate::audit::{AuditRule, Severity};
use crate::report::{AuditReport, FindingGroup};
use crate::ui::table::{StyledText, Table, TableColumn};
use crate::ui::wrap::wrap_text;
use crate::ui::{TerminalStyle, TextTone};

/// Groups of findings that are shown for each rule.
const SHOWN: usize = 3;

/// Length of a date without its time.
const DATE: usize = 10;

/// Columns of space before the findings of a rule.
const INDENT: usize = 2;

const COLUMNS: [TableColumn<'static>; 6] = [
    TableColumn::left("last"),
    TableColumn::left("app").name(20),
    TableColumn::left("stage"),
    TableColumn::left("version"),
    // The title of the rule says most of it.
    TableColumn::left("what").cut(24).rank(2),
    TableColumn::left("commit").rank(1),
];

/// Renders a section for each rule, and the order of the stages.
pub fn render_table(audited: &AuditReport, detail: AuditDetail, look: &TerminalStyle) -> String {
    let parts = [render_rules(audited, detail, look), render_stage_order(audited, detail, look)];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join("\n")
}

/// Explains a rule: what it finds, and what to do.
pub fn explain_rule(rule: &AuditRule, look: &TerminalStyle) -> String {
    let title = format!("{} ({}): {}", rule.id, rule.severity.as_str(), rule.title);
    let about = painted_lines(rule.about, 0, TextTone::Plain, look);
    let remedy = painted_lines(&format!("To do: {}", rule.remedy), 0, TextTone::Plain, look);
    format!("{}\n{about}\n{remedy}", look.heading_lines(&title))
}

/// Findings of one rule and severity.
struct FindingSection {
    rule: &'static AuditRule,
    severity: Severity,
    findings: usize,
    rows: Vec<[StyledText; 6]>,
    /// Places that are not shown.
    left: usize,
}

fn render_rules(audited: &AuditReport, detail: AuditDetail, look: &TerminalStyle) -> String {
    let groups = match detail {
        AuditDetail::Folded => audited.finding_groups(),
        AuditDetail::Whole => audited.findings.iter().map(FindingGroup::from_finding).collect(),
    };
    let shown = match detail {
        AuditDetail::Folded => SHOWN,
        AuditDetail::Whole => usize::MAX,
    };
    let rules = groups.chunk_by(|a, b| (a.rule().id, a.severity()) == (b.rule().id, b.severity()));
    let sections: Vec<FindingSection> = rules.map(|groups| rule_section(groups, shown)).collect();
    let inside = look.narrowed(INDENT);
    let mut table = Table::new(COLUMNS);
    let rows: Vec<_> = sections.iter().flat_map(|section| section.rows.iter().cloned()).collect();
    table.fit_rows(&rows, &inside);
    let rendered: Vec<String> =
        sections.iter().map(|section| render_section(section, &table, &inside, look)).collect();
    rendered.join("\n") + &table.render_left_out(look)
}

/// The newest groups of a rule.
fn rule_section(groups: &[FindingGroup<'_>], shown: usize) -> FindingSection {
    FindingSection {
        rule: groups[0].rule(),
        severity: groups[0].severity(),
        findings: groups.iter().map(|group| group.findings.len()).sum(),
        rows: groups.iter().take(shown).map(finding_row).collect(),
        left: groups.len().saturating_sub(shown),
    }
}

fn finding_row(group: &FindingGroup<'_>) -> [StyledText; 6] {
    let [name, place, count, version, _, last, commit, message] = lines::group_line(group).cells;
    let repeated = if count.is_empty() { String::new() } else { format!(" ({count}x)") };
    let text = |text: &str| StyledText::plain(escape_for_terminal(text));
    [
        StyledText::new(last.get(..DATE).unwrap_or_default(), TextTone::Dim),
        text(&name),
        text(&place),
        text(&version),
        text(&format!("{message}{repeated}")),
        StyledText::new(commit, TextTone::Dim),
    ]
}

fn render_section(
    section: &FindingSection,
    table: &Table<'_, 6>,
    inside: &TerminalStyle,
    look: &TerminalStyle,
) -> String {
    let count = match section.findings {
        1 => "1 finding".to_owned(),
        several => format!("{} findings", format_count(several)),
    };
    let rule = section.rule;
    let title = format!("{} ({}), {count}: {}", rule.id, section.severity.as_str(), rule.title);
    let mut out = painted_lines(&title, 0, severity_tone(section.severity), look);
    for row in &section.rows {
        let lines = table.render_line(row, inside);
        out.extend(lines.lines().map(|line| format!("{:INDENT$}{line}\n", "")));
    }
    if section.left > 0 {
        let places = if section.left == 1 { "place" } else { "places" };
        let more = format!(
            "in {} more {places}; `towpath audit --rule {} --all` lists every finding",
            format_count(section.left),
            rule.id
        );
        out.push_str(&painted_lines(&more, INDENT, TextTone::Dim, look));
    }
    out + &painted_lines(&format!("to do: {}", rule.remedy), INDENT, TextTone::Plain, look)
}

/// A text on as many lines as it takes.
fn painted_lines(text: &str, indent: usize, tone: TextTone, look: &TerminalStyle) -> String {
    let width = look.narrowed(indent).width.unwrap_or(usize::MAX);
    let lines = wrap_text(text, width);
    lines.iter().map(|line| format!("{:indent$}{}\n", "", look.paint(tone, line))).collect()
}

fn severity_tone(severity: Severity) -> TextTone {
    match severity {
        Severity::Low => TextTone::Heading,
        Severity::Medium => TextTone::Warn,
        Severity::High => TextTone::Bad,
    }
}

/// Renders the order of the stages, with early arrivals counted in full and within the tolerance.
fn render_stage_order(audited: &AuditReport, detail: AuditDetail, look: &TerminalStyle) -> String {
    let (pairs, left) = lines::pair_lines(audited, detail);
    if pairs.is_empty() {
        return String::new();
    }
    let headings = lines::pair_headings(audited);
    let columns = [
        TableColumn::left(&headings[0]),
        TableColumn::right(&headings[1]),
        TableColumn::right(&headings[2]),
        TableColumn::right(&headings[3]).rank(2),
        TableColumn::right(&headings[4]),
        TableColumn::left(&headings[5]).wrap(20).rank(1),
    ];
    let rows: Vec<[StyledText; 6]> = pairs
        .iter()
        .map(|pair| pair.each_ref().map(|cell| StyledText::plain(escape_for_terminal(cell))))
        .collect();
    let table = Table::new(columns).render_all(&rows, look);
    if left == 0 { table } else { format!("{table}{}\n", lines::more_pairs(left)) }
}
