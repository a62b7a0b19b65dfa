//! The report of `towpath audit`.

mod group;
mod page;
mod plot;

pub use group::FindingGroup;
pub use page::AuditPage;
pub use plot::{DeploymentPlot, StagePlot};

use crate::audit::{AuditRule, Finding, Severity, rules};
use crate::history::{CommitDetails, StagePairFigures};
use crate::model::{CellKey, Version};
use jiff::Timestamp;
use std::rc::Rc;

/// All findings, and the scope of the audit.
#[derive(Debug, Clone)]
pub struct AuditReport {
    pub repository: String,
    pub branch: Option<String>,
    pub revision: Option<String>,
    pub since: Timestamp,
    pub until: Timestamp,
    /// Seconds by which merges may overtake each other.
    pub tolerance: i64,
    /// True if nothing is missing in this clone.
    pub complete: bool,
    /// Number of audited deployments.
    pub deployments: usize,
    /// Highest severity first, then newest first.
    pub findings: Vec<FindingReport>,
    /// Number of findings hidden by a baseline.
    pub hidden: usize,
    /// Relations of each stage's changes to the stages before it.
    pub pairs: Vec<StagePairFigures>,
    /// Rules that were selected.
    pub asked: Vec<&'static AuditRule>,
    /// Selected rules that were skipped because what they need is missing.
    pub unjudged: Vec<&'static AuditRule>,
    /// Cells of which no registry told anything, so that the rules about images were not judged.
    pub unknown: Vec<UnknownImage>,
    /// Number of tags of which no digest is recorded, so that nobody can say whether they moved.
    pub unrecorded: usize,
    /// Number of deployments that a trial policy would have stopped.
    pub stopped: Option<usize>,
}

/// A version of which no registry told anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownImage {
    pub cell: CellKey,
    pub version: Version,
    /// True where the image is known, so that a registry was to be asked.
    pub has_image: bool,
    pub reason: String,
}

/// A finding with its display name and commit details.
#[derive(Debug, Clone)]
pub struct FindingReport {
    pub finding: Finding,
    /// Name of the app, or `app/component`; empty if the finding is about no app.
    pub name: String,
    pub account: Option<Rc<CommitDetails>>,
}

impl FindingReport {
    /// The stage; empty if the finding is about none.
    pub fn stage(&self) -> &str {
        self.finding.cells.first().map_or("", |cell| cell.stage.as_str())
    }

    /// The targets, sorted, without duplicates.
    pub fn targets(&self) -> Vec<&str> {
        let cells = self.finding.cells.iter();
        let mut targets: Vec<&str> =
            cells.filter_map(|cell| Some(cell.target.as_ref()?.as_str())).collect();
        targets.sort_unstable();
        targets.dedup();
        targets
    }

    /// Formats the place: `prod`, `prod/eu`, or `prod (3 targets)`.
    pub fn place_text(&self) -> String {
        match self.targets().as_slice() {
            [] => self.stage().to_owned(),
            [one] => format!("{}/{one}", self.stage()),
            several => format!("{} ({} targets)", self.stage(), several.len()),
        }
    }
}

impl AuditReport {
    /// Counts findings by rule and severity; rules without findings are left out.
    pub fn rule_counts(&self) -> Vec<(&'static AuditRule, Severity, usize)> {
        let severities = Severity::ALL.into_iter().rev();
        let rows =
            severities.flat_map(|severity| rules::ALL.iter().map(move |rule| (*rule, severity)));
        let counted = rows.map(|(rule, severity)| (rule, severity, self.count(rule, severity)));
        counted.filter(|(_, _, count)| *count > 0).collect()
    }

    fn count(&self, rule: &AuditRule, severity: Severity) -> usize {
        let findings = self.findings.iter().map(|told| &told.finding);
        findings
            .filter(|finding| finding.rule.id == rule.id && finding.severity == severity)
            .count()
    }

    /// True where a registry was to be asked about an image and gave no answer.
    pub fn lacks_answers(&self) -> bool {
        self.unknown.iter().any(|unknown| unknown.has_image)
    }

    /// True if there is a finding of at least this severity.
    pub fn has_severity(&self, severity: Severity) -> bool {
        self.findings.iter().any(|told| told.finding.severity >= severity)
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use super::{AuditReport, FindingReport, rules};
    use crate::report::to_timestamp;

    /// An audit report with these findings and defaults.
    pub fn audited(findings: Vec<FindingReport>) -> AuditReport {
        AuditReport {
            repository: "deploy".into(),
            branch: Some("main".into()),
            revision: Some("0123456789".repeat(4)),
            since: to_timestamp(0),
            until: to_timestamp(86_400),
            tolerance: 600,
            complete: true,
            deployments: findings.len(),
            findings,
            hidden: 0,
            pairs: Vec::new(),
            asked: rules::ALL.to_vec(),
            unjudged: Vec::new(),
            unknown: Vec::new(),
            unrecorded: 0,
            stopped: None,
        }
    }
}
