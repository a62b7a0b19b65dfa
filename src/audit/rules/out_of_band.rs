//! `out-of-band`: a version runs that was never in the repository.

use super::{AuditRule, live_findings};
use crate::audit::{AuditContext, Finding, RuleRequirement, Severity, SightingKind};

pub(super) static RULE: AuditRule = AuditRule {
    id: "out-of-band",
    severity: Severity::High,
    needs: RuleRequirement::Live,
    title: "A version runs that was never in the repository",
    about: "The witnesses see a version in a cell that the repository has never said for it: it came by another way, \
            so that no gate was asked. This rule checks the current state, with `--live` only.",
    remedy: "Find out who deployed it, and let the controller apply the repository.",
    find,
};

fn find(scene: &AuditContext<'_>) -> Vec<Finding> {
    live_findings(scene, &RULE, |seen| {
        let strange = seen.runs.iter().find(|version| !scene.has_run(&seen.cell, version))?;
        (seen.kind == SightingKind::Drift)
            .then(|| format!("{strange} runs, which was never in the repository"))
    })
}

#[cfg(test)]
mod tests {
    use crate::audit::testing::AuditBench;
    use snapbox::{assert_data_eq, str};

    #[test]
    fn a_version_from_elsewhere() {
        let bench = || AuditBench::new("", &["0 web prod ->v1", "1 web prod v1>v2"]);
        assert_data_eq!(
            bench().seen("web prod drift v9").said("out-of-band"),
            str![[r#"
web prod v2: v9 runs, which was never in the repository

"#]]
        );
        assert_eq!(bench().seen("web prod drift v1").said("out-of-band"), "");
        assert_eq!(bench().seen("web prod other v9").said("out-of-band"), "");
    }
}
