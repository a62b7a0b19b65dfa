//! `gone`: what runs cannot be pulled any more.

use super::{AuditRule, image_findings};
use crate::audit::{AuditContext, Finding, RuleRequirement, Severity};

pub(super) static RULE: AuditRule = AuditRule {
    id: "gone",
    severity: Severity::High,
    needs: RuleRequirement::Registry,
    title: "The registry does not have the version any more",
    about: "A stage runs a version that its registry does not have, so a node that restarts cannot pull it. A pinned version is pulled \
            by its digest, whatever its tag is. Where the registry shows nothing of the image, it may only hide it: then the answer \
            counts as unknown, and there is no finding. This rule checks the current state, with `--registry` only.",
    remedy: "Push the image again, or deploy a version that is there, and keep what runs when you clean up.",
    find,
};

fn find(scene: &AuditContext<'_>) -> Vec<Finding> {
    image_findings(scene, &RULE, |_, seen| seen.gone.clone())
}

#[cfg(test)]
mod tests {
    use crate::audit::testing::AuditBench;
    use snapbox::{assert_data_eq, str};

    #[test]
    fn what_cannot_be_pulled() {
        let bench = || AuditBench::new("", &["0 web dev ->v2", "0 web prod ->v1"]);
        assert_data_eq!(
            bench().image("web prod gone").image("web dev is sha256:a").said("gone"),
            str![[r#"
web prod v1: r.io/web has no v1

"#]]
        );
        // Nothing is known about dev, and nothing is said.
        assert_eq!(bench().image("web prod is sha256:a").said("gone"), "");
        assert_eq!(bench().said("gone"), "");
        assert!(bench().unjudged().contains("gone: an answer of the registries (`--registry`)\n"));
    }
}
