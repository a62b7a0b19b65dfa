//! Audits the whole history: deployments that the rules do not allow, and states that should not
//! be.
//!
//! Each rule is a file in [`rules`]. All of them read one [`AuditContext`]: the classified
//! timeline, the current mapping, and the judgement of the gates at any time.

mod context;
mod finding;
mod gates;
mod live;
mod registry;
mod requirement;
pub mod rules;
#[cfg(test)]
mod testing;

pub use context::{AuditCache, AuditContext, MappedFileChange};
pub use finding::{Finding, Severity};
pub use live::{LiveSighting, SightingKind};
pub use registry::{ImageSighting, RecordedDigest, RecordedDigests, RegistryAnswers, TagState};
pub use requirement::{CommitConvention, RuleRequirement};
pub use rules::AuditRule;

use std::collections::{BTreeSet, HashMap};

/// Runs all rules. Findings are sorted by severity, highest first, then by rule, newest first.
pub fn run_rules(scene: &AuditContext<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> =
        rules::ALL.iter().flat_map(|rule| merge_findings((rule.find)(scene))).collect();
    findings.sort_by_key(|finding| {
        (std::cmp::Reverse(finding.severity), rule_index(finding.rule), finding.sort_key())
    });
    findings
}

/// Number of deployments that landed although a gate was not open.
pub fn count_stopped(scene: &AuditContext<'_>) -> usize {
    let stopped: BTreeSet<usize> = scene.closed_gates().iter().map(|(index, _)| *index).collect();
    stopped.len()
}

/// Rules that were skipped because their requirement is not met.
pub fn unjudged_rules(scene: &AuditContext<'_>) -> Vec<&'static AuditRule> {
    rules::ALL.iter().copied().filter(|rule| !rule.needs.is_met(scene)).collect()
}

fn rule_index(rule: &AuditRule) -> usize {
    rules::ALL.iter().position(|known| known.id == rule.id).unwrap_or(rules::ALL.len())
}

/// Merges findings: changes of one commit to several targets or images of an app are one finding.
fn merge_findings(findings: Vec<Finding>) -> Vec<Finding> {
    let mut out: Vec<Finding> = Vec::new();
    let mut known: HashMap<_, usize> = HashMap::new();
    for finding in findings {
        let key = finding.commit.and_then(|commit| {
            let cell = finding.cells.first()?;
            Some((commit, cell.app.clone(), cell.stage.clone(), finding.version.clone()))
        });
        match key.as_ref().and_then(|key| known.get(key)) {
            Some(at) => out[*at].cells.extend(finding.cells),
            None => {
                known.extend(key.map(|key| (key, out.len())));
                out.push(finding);
            }
        }
    }
    out
}
