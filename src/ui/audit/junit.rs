//! Renders findings as a JUnit report: a suite per rule, a failed case per finding.

use super::finding_sentence;
use crate::audit::AuditRule;
use crate::report::{AuditReport, FindingReport};
use crate::ui::escape_for_terminal;

/// Renders the report. A rule without findings is one passed case, and one that could not be judged
/// is one skipped case. A rule that was not asked has no suite.
pub fn render_junit(audited: &AuditReport) -> String {
    let count = audited.findings.len();
    let silent =
        |rule: &&&AuditRule| !audited.findings.iter().any(|told| told.finding.rule.id == rule.id);
    let tests = count + audited.asked.iter().filter(silent).count();
    let skipped = audited.asked.iter().filter(silent).filter(|rule| is_unjudged(rule, audited));
    let skipped = skipped.count();
    let suites: String = audited.asked.iter().map(|rule| render_suite(rule, audited)).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"towpath audit\" tests=\"{tests}\" \
         failures=\"{count}\" skipped=\"{skipped}\">\n{suites}</testsuites>\n"
    )
}

fn is_unjudged(rule: &AuditRule, audited: &AuditReport) -> bool {
    audited.unjudged.iter().any(|other| other.id == rule.id)
}

fn render_suite(rule: &AuditRule, audited: &AuditReport) -> String {
    let found: Vec<&FindingReport> =
        audited.findings.iter().filter(|told| told.finding.rule.id == rule.id).collect();
    let (tests, failures) = (found.len().max(1), found.len());
    let cases: String = if found.is_empty() && is_unjudged(rule, audited) {
        format!(
            "    <testcase classname=\"{}\" name=\"{}\">\n      <skipped message=\"needs {}\"/>\n    \
             </testcase>\n",
            rule.id,
            escape_attribute(rule.title),
            escape_attribute(&rule.needs.missing_text())
        )
    } else if found.is_empty() {
        format!(
            "    <testcase classname=\"{}\" name=\"{}\"/>\n",
            rule.id,
            escape_attribute(rule.title)
        )
    } else {
        found.into_iter().map(render_case).collect()
    };
    format!(
        "  <testsuite name=\"{}\" tests=\"{tests}\" failures=\"{failures}\">\n{cases}  </testsuite>\n",
        rule.id
    )
}

fn render_case(told: &FindingReport) -> String {
    let (rule, sentence) = (told.finding.rule, escape_attribute(&finding_sentence(told)));
    let name = escape_attribute(
        format!("{} {} {}", told.name, told.place_text(), told.finding.id()).trim(),
    );
    format!(
        "    <testcase classname=\"{}\" name=\"{name}\">\n      <failure type=\"{}\" message=\"{sentence}\"/>\n    \
         </testcase>\n",
        rule.id,
        told.finding.severity.as_str()
    )
}

/// Escapes a text for an XML attribute.
fn escape_attribute(text: &str) -> String {
    let text = escape_for_terminal(text);
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
