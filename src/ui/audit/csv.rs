//! Renders findings as CSV, one record each, without grouping.

use super::{commit_text, version_text};
use crate::report::{AuditReport, FindingReport, to_timestamp};
use crate::ui::formats::csv_records;

const HEADER: [&str; 14] = [
    "id", "rule", "severity", "app", "stage", "targets", "version", "time", "commit", "author",
    "path", "line", "event", "message",
];

/// Renders one record per finding.
pub fn render_csv(audited: &AuditReport) -> String {
    let header = HEADER.map(str::to_owned);
    csv_records(std::iter::once(header).chain(audited.findings.iter().map(finding_record)))
}

fn finding_record(told: &FindingReport) -> [String; 14] {
    let finding = &told.finding;
    [
        finding.id(),
        finding.rule.id.to_owned(),
        finding.severity.as_str().to_owned(),
        told.name.clone(),
        told.stage().to_owned(),
        told.targets().join(" "),
        version_text(told),
        finding.time.map(|time| to_timestamp(time).to_string()).unwrap_or_default(),
        commit_text(told),
        told.account.as_ref().map(|account| account.author.name.clone()).unwrap_or_default(),
        finding.path.clone().unwrap_or_default(),
        finding.line.map(|line| line.to_string()).unwrap_or_default(),
        finding.event.clone().unwrap_or_default(),
        finding.message.clone(),
    ]
}
