//! One finding a record, nothing folded.

use super::{commit, version};
use crate::report::{AuditReport, FindingReport, moment};
use crate::ui::formats::records;

const HEADER: [&str; 14] = [
    "id", "rule", "severity", "app", "stage", "targets", "version", "time", "commit", "author",
    "path", "line", "event", "message",
];

/// One finding a record.
pub fn csv(audited: &AuditReport) -> String {
    let header = HEADER.map(str::to_owned);
    records(std::iter::once(header).chain(audited.findings.iter().map(record)))
}

fn record(told: &FindingReport) -> [String; 14] {
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
