//! `outside-window`: the deployment landed outside of opening hours.

use super::{AuditRule, findings_by_gate};
use crate::audit::{AuditContext, Finding, RuleRequirement, Severity};
use crate::config::gates::GateKind;

pub(super) static RULE: AuditRule = AuditRule {
    id: "outside-window",
    severity: Severity::Medium,
    needs: RuleRequirement::Gate(GateKind::Window),
    title: "Deployed outside of opening hours",
    about: "A deployment landed while none of the stage's windows was open. Requires a `window` gate, in the configuration or in a `--policy`. Hours are in the time zone of the window, with daylight saving time. Deployments whose gates were overridden are listed under `break-glass` instead.",
    remedy: "Require the check `towpath guard` on pull requests, so that the forge refuses merges outside of the window.",
    find,
};

fn find(scene: &AuditContext<'_>) -> Vec<Finding> {
    findings_by_gate(scene, &RULE, GateKind::Window)
}

#[cfg(test)]
mod tests {
    use crate::audit::testing::AuditBench;
    use snapbox::{assert_data_eq, str};

    /// The first of January 1970 was a Thursday.
    #[test]
    fn a_deployment_at_night() {
        let gates = "gates:\n  - window: \"Mon-Fri 09:00-17:00 UTC\"\n    stages: [prod]\n";
        let lines = ["0 web dev ->v1", "1 web prod ->v1", "2 web dev v1>v2", "600 web prod v1>v2"];
        assert_eq!(AuditBench::new(gates, &lines).said("outside-window"), "");
        let night = [&lines[..], &["601 web dev v2>v3", "1300 web prod v2>v3"]].concat();
        assert_data_eq!(
            AuditBench::new(gates, &night).said("outside-window"),
            str![[r#"
1300 web prod v3: opens Fri 1970-01-02 09:00 UTC

"#]]
        );
    }
}
