//! A finding of an audit rule, and its stable id.

use super::rules::AuditRule;
use crate::git::Oid;
use crate::history::Deployment;
use crate::model::fingerprint;
use crate::model::{CellKey, Version};
use std::collections::BTreeSet;

/// Severity of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing.
    Low,
    /// Worth a look.
    Medium,
    /// The order or the permissions were violated.
    High,
}

impl Severity {
    /// All severities, lowest first.
    pub const ALL: [Severity; 3] = [Severity::Low, Severity::Medium, Severity::High];

    /// The word used in help, tables and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Low => "low",
            Severity::Medium => "medium",
            Severity::High => "high",
        }
    }
}

/// A finding of a rule.
#[derive(Debug, Clone)]
pub struct Finding {
    pub rule: &'static AuditRule,
    /// Severity of the rule, unless this finding matters less.
    pub severity: Severity,
    /// Cells of the finding, all of one app and stage. Empty if it is not about cells.
    pub cells: Vec<CellKey>,
    pub version: Option<Version>,
    /// The mainline commit that caused it; `None` for findings about the current state.
    pub commit: Option<Oid>,
    /// In seconds since 1970.
    pub time: Option<i64>,
    pub path: Option<String>,
    /// 1-based.
    pub line: Option<u32>,
    /// Id of a ledger event, which distinguishes findings of the same rule, cells and commit.
    pub event: Option<String>,
    /// A sentence without its final full stop.
    pub message: String,
}

impl Finding {
    /// Creates a finding about a deployment.
    pub fn from_deployment(
        rule: &'static AuditRule,
        deployment: &Deployment<'_>,
        message: impl Into<String>,
    ) -> Self {
        Finding {
            cells: vec![deployment.cell.clone()],
            version: deployment.to.map(|to| to.version.clone()),
            commit: Some(deployment.commit),
            time: Some(deployment.time),
            path: Some(deployment.path.to_owned()),
            ..Finding::from_message(rule, message)
        }
    }

    /// Creates a finding with only a message.
    pub fn from_message(rule: &'static AuditRule, message: impl Into<String>) -> Self {
        Finding {
            rule,
            severity: rule.severity,
            cells: Vec::new(),
            version: None,
            commit: None,
            time: None,
            path: None,
            line: None,
            event: None,
            message: message.into(),
        }
    }

    /// Returns a stable id, independent of the wording and of other findings. It is a hash of rule,
    /// app, stage, targets and commit, or of the event.
    pub fn id(&self) -> String {
        // Cells are left out if there is an event: its id must not change when the app gets another
        // image.
        let cells = self.cells.iter().filter(|_| self.event.is_none());
        let cells: BTreeSet<[String; 4]> = cells.map(cell_parts).collect();
        let rest = [self.commit.map(|commit| commit.to_string()), self.event.clone()];
        let parts = std::iter::once(self.rule.id.to_owned()).chain(cells.into_iter().flatten());
        let whole: Vec<String> =
            parts.chain(rest.into_iter().map(Option::unwrap_or_default)).collect();
        format!("{:016x}", fingerprint(whole.join("\n").as_bytes()))
    }

    /// Sort key: newest first, then by cell.
    pub(super) fn sort_key(&self) -> (std::cmp::Reverse<Option<i64>>, Option<CellKey>) {
        (std::cmp::Reverse(self.time), self.cells.first().cloned())
    }
}

fn cell_parts(cell: &CellKey) -> [String; 4] {
    [
        cell.app.to_string(),
        cell.component.clone().unwrap_or_default(),
        cell.stage.to_string(),
        cell.target.as_ref().map(ToString::to_string).unwrap_or_default(),
    ]
}
