//! `unverified`: it had not passed in the stages before.

use super::{Rule, gated};
use crate::audit::{Finding, Need, Scene, Severity};
use crate::config::gates::GateKind;

pub(super) static RULE: Rule = Rule {
    id: "unverified",
    severity: Severity::High,
    needs: Need::Gate(GateKind::Verified),
    title: "Deployed onwards without a passed outcome",
    about: "A version came to a stage, and in the stages before it had not passed by then: it had no outcome, or a failed one. Unknown is not passed. It needs `verified` among the gates, or in a `--policy`, and outcomes in the ledger (`towpath record`). Rollbacks need not be verified.",
    find,
};

fn find(scene: &Scene<'_>) -> Vec<Finding> {
    gated(scene, &RULE, GateKind::Verified)
}

#[cfg(test)]
mod tests {
    use crate::audit::testing::Bench;
    use crate::history::testing::oid;
    use crate::pipeline::ledger::{Outcome, What};
    use snapbox::{assert_data_eq, str};

    #[test]
    fn a_version_without_an_outcome() {
        let gates = "gates:\n  - verified\n";
        let lines = ["0 web staging ->v1", "1 web prod ->v1", "2 web staging v1>v2", "40 web prod v1>v2"];
        let passed = What::Outcome {
            app: "web".into(),
            stage: "staging".into(),
            target: None,
            version: "v2".into(),
            deployments: vec![oid(2).to_string()],
            outcome: Outcome::Passed,
            evidence: None,
        };
        assert_eq!(Bench::new(gates, &lines).event(10, "ci", passed.clone()).said("unverified"), "");
        assert_data_eq!(
            Bench::new(gates, &lines).event(50, "ci", passed).said("unverified"),
            str![[r#"
40 web prod v2: v2 has no outcome in staging; unknown is not passed

"#]]
        );
    }
}
