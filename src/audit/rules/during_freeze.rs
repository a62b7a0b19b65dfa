//! `during-freeze`: the deployment landed in a freeze.

use super::{AuditRule, findings_by_gate};
use crate::audit::{AuditContext, Finding, RuleRequirement, Severity};
use crate::config::gates::GateKind;

pub(super) static RULE: AuditRule = AuditRule {
    id: "during-freeze",
    severity: Severity::High,
    needs: RuleRequirement::Gate(GateKind::Freeze),
    title: "Deployed during a freeze",
    about: "A deployment landed during a freeze that applies to its stage and app. Requires a `freeze` gate, in the configuration or in a `--policy`, with which a planned freeze can be tried on the past. Deployments whose gates were overridden are listed under `break-glass` instead.",
    remedy: "Require the check `towpath guard` on pull requests, so that the forge refuses merges during a freeze.",
    find,
};

fn find(scene: &AuditContext<'_>) -> Vec<Finding> {
    findings_by_gate(scene, &RULE, GateKind::Freeze)
}

#[cfg(test)]
mod tests {
    use crate::audit::testing::AuditBench;
    use snapbox::{assert_data_eq, str};

    #[test]
    fn a_deployment_on_a_day_off() {
        let gates = "gates:\n  - freeze: { from: 1970-01-02, to: 1970-01-03, reason: holiday }\n    stages: [prod]\n";
        let lines = ["0 web dev ->v1", "1 web prod ->v1", "2 web dev v1>v2", "600 web prod v1>v2"];
        assert_eq!(AuditBench::new(gates, &lines).said("during-freeze"), "");
        let late = [&lines[..], &["1500 web dev v2>v3", "1501 web prod v2>v3"]].concat();
        assert_data_eq!(
            AuditBench::new(gates, &late).said("during-freeze"),
            str![[r#"
1501 web prod v3: holiday: frozen until Sun 1970-01-04 00:00 UTC

"#]]
        );
    }
}
