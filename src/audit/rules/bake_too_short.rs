//! `bake-too-short`: the version had not run long enough before.

use super::{AuditRule, findings_by_gate};
use crate::audit::{AuditContext, Finding, RuleRequirement, Severity};
use crate::config::gates::GateKind;

pub(super) static RULE: AuditRule = AuditRule {
    id: "bake-too-short",
    severity: Severity::Medium,
    needs: RuleRequirement::Bake,
    title: "Deployed before the version had baked",
    about: "A version was deployed to a stage before it had run long enough in the previous stages, or to a wave before it had run long enough in the previous wave. Requires a `bake` gate, in the configuration or in a `--policy`, or `waves`. Deployments are judged as of the time they landed. Rollbacks need not bake.",
    remedy: "Let `towpath advance` promote: it waits until a version has baked. `towpath guard` stops pull requests that come too early.",
    find,
};

fn find(scene: &AuditContext<'_>) -> Vec<Finding> {
    [GateKind::Bake, GateKind::Wave]
        .into_iter()
        .flat_map(|kind| findings_by_gate(scene, &RULE, kind))
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::audit::testing::AuditBench;
    use snapbox::{assert_data_eq, str};

    #[test]
    fn a_version_that_had_no_time() {
        let gates = "gates:\n  - bake: 30m\n    stages: [prod]\n";
        let lines =
            ["0 web staging ->v1", "1 web prod ->v1", "2 web staging v1>v2", "40 web prod v1>v2"];
        assert_eq!(AuditBench::new(gates, &lines).said("bake-too-short"), "");
        let hasty = [&lines[..], &["50 web staging v2>v3", "60 web prod v2>v3"]].concat();
        assert_data_eq!(
            AuditBench::new(gates, &hasty).said("bake-too-short"),
            str![[r#"
60 web prod v3: v3 in staging must bake for 30m, counted from 1970-01-01 00:50 UTC

"#]]
        );
    }
}
