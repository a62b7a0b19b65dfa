//! `unverified`: the version had not passed in the previous stages.

use super::{AuditRule, findings_by_gate};
use crate::audit::{AuditContext, Finding, RuleRequirement, Severity};
use crate::config::gates::GateKind;

pub(super) static RULE: AuditRule = AuditRule {
    id: "unverified",
    severity: Severity::High,
    needs: RuleRequirement::Gate(GateKind::Verified),
    title: "Deployed without a passed outcome",
    about: "A version was deployed to a stage before it had passed in the previous stages: it had no outcome, or a failed one. An unknown outcome is no pass. Requires a `verified` gate, in the configuration or in a `--policy`, and outcomes in the ledger (`towpath record`). Rollbacks need not be verified.",
    remedy: "Record outcomes with `towpath record`, and let `towpath advance` promote what passed.",
    find,
};

fn find(scene: &AuditContext<'_>) -> Vec<Finding> {
    findings_by_gate(scene, &RULE, GateKind::Verified)
}

#[cfg(test)]
mod tests {
    use crate::audit::testing::AuditBench;
    use crate::history::testing::oid;
    use crate::pipeline::ledger::{EventKind, Outcome};
    use snapbox::{assert_data_eq, str};

    #[test]
    fn a_version_without_an_outcome() {
        let gates = "gates:\n  - verified\n";
        let lines =
            ["0 web staging ->v1", "1 web prod ->v1", "2 web staging v1>v2", "40 web prod v1>v2"];
        let passed = EventKind::Outcome {
            app: "web".into(),
            stage: "staging".into(),
            target: None,
            version: "v2".into(),
            deployments: vec![oid(2).to_string()],
            outcome: Outcome::Passed,
            evidence: None,
        };
        assert_eq!(
            AuditBench::new(gates, &lines).event(10, "ci", passed.clone()).said("unverified"),
            ""
        );
        assert_data_eq!(
            AuditBench::new(gates, &lines).event(50, "ci", passed).said("unverified"),
            str![[r#"
40 web prod v2: v2 has no recorded outcome in staging

"#]]
        );
    }

    /// A pipeline may be faster than the clock: the position on the mainline decides.
    #[test]
    fn within_one_second_the_mainline_says_what_came_first() {
        let gates = "gates:\n  - verified\n  - isolation\n";
        let lines =
            ["0 web staging ->v1", "0 web prod ->v1", "2 web staging v1>v2", "2' web prod v1>v2"];
        let outcome = |stage: &str, version: &str, commit: usize| EventKind::Outcome {
            app: "web".into(),
            stage: stage.into(),
            target: None,
            version: version.into(),
            deployments: vec![oid(commit).to_string()],
            outcome: Outcome::Passed,
            evidence: None,
        };
        let bench = || {
            let known = AuditBench::new(gates, &lines).event(2, "ci", outcome("staging", "v2", 1));
            known.event(2, "ci", outcome("prod", "v1", 0)).event(
                2,
                "ci",
                outcome("staging", "v1", 0),
            )
        };
        assert_eq!(bench().said("unverified"), "");
        assert_eq!(bench().said("overtaken"), "");
        let at_once =
            ["0 web staging ->v1", "0 web prod ->v1", "2 web staging v1>v2", "2 web prod v1>v2"];
        assert_data_eq!(
            AuditBench::new(gates, &at_once).said("unverified"),
            "2 web prod v2: staging has never run v2\n"
        );
    }
}
