//! `overtaken`: the replaced deployment had no outcome.

use super::{AuditRule, findings_by_gate};
use crate::audit::{AuditContext, Finding, RuleRequirement, Severity};
use crate::config::gates::GateKind;

pub(super) static RULE: AuditRule = AuditRule {
    id: "overtaken",
    severity: Severity::Medium,
    needs: RuleRequirement::LedgerOr(GateKind::Isolation),
    title: "Replaced a deployment without an outcome",
    about: "A deployment replaced one that had no recorded outcome yet, which violates isolation. Judged since the first recorded outcome, or for the whole history if there is an `isolation` gate in the configuration or in a `--policy`. Rollbacks are left out, as they need no outcome.",
    remedy: "Record outcomes with `towpath record`; the gate `isolation` then waits for them.",
    find,
};

fn find(scene: &AuditContext<'_>) -> Vec<Finding> {
    findings_by_gate(scene, &RULE, GateKind::Isolation)
}

#[cfg(test)]
mod tests {
    use crate::audit::testing::AuditBench;
    use crate::history::testing::oid;
    use crate::pipeline::ledger::{EventKind, Outcome};
    use snapbox::{assert_data_eq, str};

    #[test]
    fn two_versions_on_top_of_each_other() {
        let lines =
            ["0 web staging ->v1", "1 web prod ->v1", "20 web prod v1>v2", "40 web prod v2>v3"];
        let outcome = |number: usize, version: &str| EventKind::Outcome {
            app: "web".into(),
            stage: "prod".into(),
            target: None,
            version: version.into(),
            deployments: vec![oid(number).to_string()],
            outcome: Outcome::Passed,
            evidence: None,
        };
        let bench = AuditBench::new("", &lines).event(5, "ci", outcome(1, "v1"));
        assert_eq!(AuditBench::new("", &lines).said("overtaken"), "");
        assert_data_eq!(
            bench.said("overtaken"),
            str![[r#"
40 web prod v3: v2 (deployed 1970-01-01 00:20 UTC) has no recorded outcome

"#]]
        );
        let good = AuditBench::new("", &lines).event(5, "ci", outcome(1, "v1")).event(
            30,
            "ci",
            outcome(2, "v2"),
        );
        assert_eq!(good.said("overtaken"), "");
    }
}
