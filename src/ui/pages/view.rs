//! Values for the template.

use crate::audit::{AuditRule, Severity};
use crate::model::short_commit;
use crate::report::{AuditPage, AuditReport, to_timestamp};
use crate::ui::audit::AuditDetail;
use crate::ui::audit::lines::{self, format_count};
use crate::ui::pages::display_text;
use crate::ui::pages::matrix;
use crate::ui::pages::matrix::HtmlMatrix;
use crate::ui::pages::rule_sections;
use crate::ui::pages::rule_sections::RuleSection;
use crate::ui::pages::timeline_chart;
use crate::ui::pages::timeline_chart::TimelineChart;
use serde::Serialize;

/// The page.
#[derive(Serialize)]
pub(super) struct AuditHtmlPage {
    /// Last part of `repository`.
    name: String,
    repository: String,
    branch: Option<String>,
    revision: Option<String>,
    since: String,
    until: String,
    deployments: String,
    verdict: PageSummary,
    counts: Vec<SeverityCount>,
    remarks: Vec<String>,
    rules: Vec<RuleRow>,
    kept: Vec<QuietRuleRow>,
    unjudged: Vec<QuietRuleRow>,
    grid: HtmlMatrix,
    timeline: Option<TimelineChart>,
    chapters: Vec<RuleSection>,
    pair_headings: Vec<String>,
    pairs: Vec<lines::StagePairLine>,
    more_pairs: Option<String>,
}

/// Summary at the top of the page.
#[derive(Serialize)]
struct PageSummary {
    /// A class of the style sheet.
    tone: &'static str,
    words: String,
    /// Date of the last finding of high severity.
    last: Option<String>,
}

#[derive(Serialize)]
struct SeverityCount {
    severity: &'static str,
    count: String,
    is_none: bool,
}

/// A rule with findings.
#[derive(Serialize)]
struct RuleRow {
    id: &'static str,
    anchor: String,
    severity: &'static str,
    title: &'static str,
    count: String,
    last: String,
}

/// A rule without findings.
#[derive(Serialize)]
struct QuietRuleRow {
    id: &'static str,
    title: &'static str,
    needs: String,
}

impl AuditHtmlPage {
    pub fn new(page: &AuditPage, detail: AuditDetail) -> Self {
        let audited = &page.audited;
        let (pairs, left) = lines::pair_lines(audited, detail);
        let (unjudged, kept) = quiet_rules(audited);
        AuditHtmlPage {
            name: display_text(short_name(&audited.repository)),
            repository: display_text(&audited.repository),
            branch: audited.branch.as_deref().map(display_text),
            revision: audited.revision.as_deref().map(short_commit),
            since: format_day(audited.since.as_second()),
            until: format_day(audited.until.as_second()),
            deployments: format_count(audited.deployments),
            verdict: summarize_audit(audited),
            counts: Severity::ALL
                .into_iter()
                .rev()
                .map(|severity| severity_count(audited, severity))
                .collect(),
            remarks: limit_remarks(audited),
            rules: audited
                .rule_counts()
                .into_iter()
                .map(|counted| rule_row(audited, counted))
                .collect(),
            kept,
            unjudged,
            grid: matrix::html_matrix(&page.matrix, &matrix::gravest_findings(audited), None),
            timeline: timeline_chart::timeline_chart(&page.plot),
            chapters: rule_sections::rule_sections(page, detail),
            pair_headings: lines::pair_headings(audited).to_vec(),
            pairs: pairs.into_iter().map(|pair| pair.map(|cell| display_text(&cell))).collect(),
            more_pairs: (left > 0).then(|| lines::more_pairs(left)),
        }
    }
}

/// Last part of a folder or URL.
pub(super) fn short_name(repository: &str) -> &str {
    let whole = repository.trim_end_matches('/');
    let last = whole.rsplit(['/', '\\']).next().unwrap_or(whole);
    Some(last.trim_end_matches(".git")).filter(|name| !name.is_empty()).unwrap_or(repository)
}

/// `2026-08-21`, in UTC.
fn format_day(seconds: i64) -> String {
    to_timestamp(seconds).strftime("%Y-%m-%d").to_string()
}

/// Anchor of a rule's section.
pub(super) fn anchor(rule: &AuditRule, severity: Severity) -> String {
    format!("{}-{}", rule.id, severity.as_str())
}

fn count_findings(audited: &AuditReport, severity: Severity) -> usize {
    audited.findings.iter().filter(|told| told.finding.severity == severity).count()
}

fn summarize_audit(audited: &AuditReport) -> PageSummary {
    let broken =
        audited.rule_counts().iter().filter(|(_, severity, _)| *severity == Severity::High).count();
    let (tone, words) = match (broken, audited.findings.len()) {
        (0, 0) if audited.deployments == 0 => ("none", "No deployments to audit".to_owned()),
        (0, 0) if audited.hidden > 0 => ("good", "No new findings".to_owned()),
        (0, 0) => ("good", "All applicable rules passed".to_owned()),
        (0, 1) => ("medium", "No high-severity findings; 1 to review".to_owned()),
        (0, some) => {
            ("medium", format!("No high-severity findings; {} to review", format_count(some)))
        }
        (1, _) => ("high", "1 rule was violated".to_owned()),
        (rules, _) => ("high", format!("{rules} rules were violated")),
    };
    let grave = audited.findings.iter().filter(|told| told.finding.severity == Severity::High);
    let last = grave.filter_map(|told| told.finding.time).max();
    PageSummary { tone, words, last: last.map(format_day) }
}

fn severity_count(audited: &AuditReport, severity: Severity) -> SeverityCount {
    let count = count_findings(audited, severity);
    SeverityCount { severity: severity.as_str(), count: format_count(count), is_none: count == 0 }
}

/// Remarks on what limits the audit.
fn limit_remarks(audited: &AuditReport) -> Vec<String> {
    let mut out = Vec::new();
    if !audited.complete {
        out.push(
            "Parts of the history are missing in this clone, so older deployments were not audited."
                .to_owned(),
        );
    }
    if audited.hidden > 0 {
        out.push(match audited.hidden {
            1 => "1 finding in the baseline is hidden.".to_owned(),
            hidden => {
                format!("{} findings in the baseline are hidden.", format_count(hidden))
            }
        });
    }
    if let Some(stopped) = audited.stopped {
        out.push(format!(
            "Audited with a trial policy: its gates would have stopped {} of {} deployments.",
            format_count(stopped),
            format_count(audited.deployments)
        ));
    }
    out
}

fn rule_row(
    audited: &AuditReport,
    (rule, severity, count): (&'static AuditRule, Severity, usize),
) -> RuleRow {
    let findings = audited.findings.iter().map(|told| &told.finding);
    let last = findings
        .filter(|finding| finding.rule.id == rule.id && finding.severity == severity)
        .filter_map(|finding| finding.time)
        .max();
    RuleRow {
        id: rule.id,
        anchor: anchor(rule, severity),
        severity: severity.as_str(),
        title: rule.title,
        count: format_count(count),
        last: last.map_or_else(|| "now".to_owned(), format_day),
    }
}

/// Rules without findings: those that were skipped, and those that passed.
fn quiet_rules(audited: &AuditReport) -> (Vec<QuietRuleRow>, Vec<QuietRuleRow>) {
    let silent = audited
        .asked
        .iter()
        .filter(|rule| !audited.findings.iter().any(|told| told.finding.rule.id == rule.id));
    let is_unjudged = |rule: &&&AuditRule| audited.unjudged.iter().any(|other| other.id == rule.id);
    let (unjudged, kept): (Vec<&&AuditRule>, Vec<&&AuditRule>) = silent.partition(is_unjudged);
    let quiet = |rule: &&'static AuditRule| QuietRuleRow {
        id: rule.id,
        title: rule.title,
        needs: rule.needs.missing_text(),
    };
    (unjudged.into_iter().map(quiet).collect(), kept.into_iter().map(quiet).collect())
}
