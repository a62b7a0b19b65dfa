//! `unbuildable`: YAML does not read the tag as a string.

use super::{AuditRule, findings_by_note};
use crate::audit::{AuditContext, Finding, RuleRequirement, Severity};
use crate::model::EntryNote;

pub(super) static RULE: AuditRule = AuditRule {
    id: "unbuildable",
    severity: Severity::High,
    needs: RuleRequirement::Nothing,
    title: "YAML reads the tag as a number, so the build fails",
    about: "YAML reads an unquoted tag as a number, a boolean or null: `1.10` becomes 1.1, and kustomize refuses to build. This rule checks the current state. Quote the tag.",
    remedy: "Quote the tag.",
    find,
};

fn find(scene: &AuditContext<'_>) -> Vec<Finding> {
    findings_by_note(scene, &RULE, |note| match note {
        EntryNote::Unbuildable => {
            Some(String::from("YAML reads this tag as a number, a boolean or null; quote it"))
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use crate::audit::testing::AuditBench;
    use crate::model::EntryNote;
    use snapbox::{assert_data_eq, str};

    #[test]
    fn a_tag_that_is_a_number() {
        let bench = || AuditBench::new("", &["0 web dev ->v1"]);
        assert_eq!(bench().note("web", &EntryNote::Inherited).said("unbuildable"), "");
        assert_data_eq!(
            bench().note("web", &EntryNote::Unbuildable).said("unbuildable"),
            str![[r#"
web dev v1: YAML reads this tag as a number, a boolean or null; quote it

"#]]
        );
    }
}
