//! `drift`: a version runs that the repository gave up.

use super::{AuditRule, live_findings};
use crate::audit::{AuditContext, Finding, RuleRequirement, Severity, SightingKind};

pub(super) static RULE: AuditRule = AuditRule {
    id: "drift",
    severity: Severity::High,
    needs: RuleRequirement::Live,
    title: "A version runs that the repository does not say",
    about: "The witnesses see another version than the repository says, which it did say for this cell before: somebody went back by hand, \
            or the controller does. The version just before the present one is `never-applied`, and one that was never there is \
            `out-of-band`. This rule checks the current state, with `--live` only.",
    remedy: "Let the controller apply the repository, or write down what runs.",
    find,
};

fn find(scene: &AuditContext<'_>) -> Vec<Finding> {
    live_findings(scene, &RULE, |seen| {
        let known = seen.runs.iter().find(|version| scene.has_run(&seen.cell, version))?;
        (seen.kind == SightingKind::Drift)
            .then(|| format!("{known} runs, which the repository gave up"))
    })
}

#[cfg(test)]
mod tests {
    use crate::audit::testing::AuditBench;
    use snapbox::{assert_data_eq, str};

    const PAST: [&str; 3] = ["0 web prod ->v1", "1 web prod v1>v2", "2 web prod v2>v3"];

    #[test]
    fn a_version_of_before() {
        let bench = || AuditBench::new("", &PAST);
        assert_data_eq!(
            bench().seen("web prod drift v1").said("drift"),
            str![[r#"
web prod v3: v1 runs, which the repository gave up

"#]]
        );
        assert_eq!(bench().seen("web prod drift v9").said("drift"), "");
        assert_eq!(bench().seen("web prod other v3").said("drift"), "");
        assert_eq!(bench().said("drift"), "");
    }
}
