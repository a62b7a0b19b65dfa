//! Renders SARIF 2.1.0 (OASIS), as code scanning pages read it.

use super::finding_sentence;
use crate::audit::{AuditRule, Severity, rules};
use crate::report::{AuditReport, FindingReport};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::{Value, json};

/// Characters to escape in a relative reference (RFC 3986).
const PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}')
    .add(b':')
    .add(b'[')
    .add(b']');

/// Renders one run with all rules and findings.
pub fn render_sarif(audited: &AuditReport, version: &str) -> String {
    let rules = rules::ALL.iter().map(|rule| rule_descriptor(rule)).collect();
    sarif_log(rules, audited.findings.iter().map(finding_result).collect(), version)
}

/// A log with one run.
pub(in crate::ui) fn sarif_log(rules: Vec<Value>, results: Vec<Value>, version: &str) -> String {
    let driver = json!({ "name": "towpath", "semanticVersion": version, "rules": rules });
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{ "tool": { "driver": driver }, "columnKind": "unicodeCodePoints", "results": results }],
    });
    crate::ui::to_json(&log)
}

fn rule_descriptor(rule: &AuditRule) -> Value {
    json!({
        "id": rule.id,
        "shortDescription": { "text": rule.title },
        "fullDescription": { "text": rule.about },
        "defaultConfiguration": { "level": sarif_level(rule.severity) },
    })
}

fn sarif_level(severity: Severity) -> &'static str {
    match severity {
        Severity::Low => "note",
        Severity::Medium => "warning",
        Severity::High => "error",
    }
}

fn finding_result(told: &FindingReport) -> Value {
    let finding = &told.finding;
    let index = rules::ALL.iter().position(|rule| rule.id == finding.rule.id);
    let mut result = json!({
        "ruleId": finding.rule.id,
        "ruleIndex": index,
        "level": sarif_level(finding.severity),
        "message": { "text": finding_sentence(told) },
        "partialFingerprints": { "towpath/v1": finding.id() },
    });
    if let Some(path) = &finding.path {
        result["locations"] =
            json!([{ "physicalLocation": physical_location(path, finding.line) }]);
    }
    if let Some(commit) = finding.commit {
        result["properties"] = json!({ "commit": commit.to_string() });
    }
    result
}

/// A location in the repository.
pub(in crate::ui) fn physical_location(path: &str, line: Option<u32>) -> Value {
    let uri = utf8_percent_encode(path, PATH).to_string();
    let mut physical = json!({ "artifactLocation": { "uri": uri } });
    if let Some(line) = line {
        physical["region"] = json!({ "startLine": line });
    }
    physical
}
