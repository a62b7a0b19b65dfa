//! What `towpath audit` tells.

mod group;
mod page;
mod plot;

pub use group::FindingGroup;
pub use page::AuditPage;
pub use plot::{DeploymentPlot, StagePlot};

use crate::audit::{AuditRule, Finding, Severity, rules};
use crate::history::{CommitDetails, StagePairFigures};
use jiff::Timestamp;
use std::rc::Rc;

/// All findings, and what they were found in.
#[derive(Debug, Clone)]
pub struct AuditReport {
    pub repository: String,
    pub branch: Option<String>,
    pub revision: Option<String>,
    pub since: Timestamp,
    pub until: Timestamp,
    /// Merges may overtake each other by so many seconds.
    pub tolerance: i64,
    /// Nothing is missing in this clone.
    pub complete: bool,
    /// How many deployments were looked at.
    pub deployments: usize,
    /// The gravest first, of those the newest.
    pub findings: Vec<FindingReport>,
    /// How many findings a baseline hides.
    pub hidden: usize,
    /// How the changes of each stage relate to the stages before it.
    pub pairs: Vec<StagePairFigures>,
    /// The rules that were asked.
    pub asked: Vec<&'static AuditRule>,
    /// Those of them that nothing could be asked of: what they need is not there.
    pub unjudged: Vec<&'static AuditRule>,
    /// How many deployments a policy that is not in force yet would have stopped.
    pub stopped: Option<usize>,
}

/// A finding, as people are told of it.
#[derive(Debug, Clone)]
pub struct FindingReport {
    pub finding: Finding,
    /// Of the app, or `app/component`; empty where it is about none.
    pub name: String,
    pub account: Option<Rc<CommitDetails>>,
}

impl FindingReport {
    /// The stage, if it is about one.
    pub fn stage(&self) -> &str {
        self.finding.slots.first().map_or("", |slot| slot.stage.as_str())
    }

    /// The targets, each once.
    pub fn targets(&self) -> Vec<&str> {
        let slots = self.finding.slots.iter();
        let mut targets: Vec<&str> =
            slots.filter_map(|slot| Some(slot.target.as_ref()?.as_str())).collect();
        targets.sort_unstable();
        targets.dedup();
        targets
    }

    /// `prod`, `prod/eu`, or `prod (3 targets)`.
    pub fn place_text(&self) -> String {
        match self.targets().as_slice() {
            [] => self.stage().to_owned(),
            [one] => format!("{}/{one}", self.stage()),
            several => format!("{} ({} targets)", self.stage(), several.len()),
        }
    }
}

impl AuditReport {
    /// Each rule that found something, and how often; findings that matter less apart.
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

    /// Is there something as grave as this?
    pub fn has_severity(&self, severity: Severity) -> bool {
        self.findings.iter().any(|told| told.finding.severity >= severity)
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use super::{AuditReport, FindingReport, rules};
    use crate::report::to_timestamp;

    /// An audit that found this, and nothing else is known.
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
            stopped: None,
        }
    }
}
