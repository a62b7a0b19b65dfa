//! `unattested`: what runs lacks what the gate `attested` asks for.

use super::{AuditRule, image_findings};
use crate::audit::{AuditContext, Finding, RuleRequirement, Severity};
use crate::config::gates::GateKind;

pub(super) static RULE: AuditRule = AuditRule {
    id: "unattested",
    severity: Severity::High,
    needs: RuleRequirement::RegistryFor(GateKind::Attested),
    title: "The version lacks what its stage asks images for",
    about: "A stage with the gate `attested` runs a version whose image lacks the artifact or the signature: it came there before the \
            gate did, or past it. The registry tells what is there now, so an artifact that came later counts too. \
            This rule checks the current state, with `--registry` only.",
    remedy: "Let the build attest the version, or deploy one that is attested.",
    find,
};

fn find(scene: &AuditContext<'_>) -> Vec<Finding> {
    image_findings(scene, &RULE, |_, seen| seen.lacks.clone())
}

#[cfg(test)]
mod tests {
    use crate::audit::testing::AuditBench;
    use snapbox::{assert_data_eq, str};

    #[test]
    fn an_image_without_the_artifact() {
        let gate = "gates: [{attested: a/deployable, stages: [prod]}]\n";
        let bench = |config: &str| {
            AuditBench::new(config, &["0 web prod ->v1"]).image("web prod lacks sha256:a")
        };
        assert_data_eq!(
            bench(gate).said("unattested"),
            str![[r#"
web prod v1: v1 has no artifact of type a/deployable

"#]]
        );
        assert!(!bench(gate).unjudged().contains("unattested"));
        let needs =
            "unattested: an `attested` gate and an answer of the registries (`--registry`)\n";
        assert!(bench("").unjudged().contains(needs), "{}", bench("").unjudged());
    }
}
