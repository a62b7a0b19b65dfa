//! `twins-disagree`: places that should hold the same version do not.

use super::{AuditRule, findings_by_note};
use crate::audit::{AuditContext, Finding, RuleRequirement, Severity};
use crate::model::EntryNote;

pub(super) static RULE: AuditRule = AuditRule {
    id: "twins-disagree",
    severity: Severity::Medium,
    needs: RuleRequirement::Nothing,
    title: "Places that should hold one version differ",
    about: "Several places that should hold the same version (a tag and the `ref` of its resources, or several containers) differ. This rule checks the current state. Probably a promotion was interrupted, or somebody changed one of them by hand.",
    remedy: "Write the same version in all of the places; `towpath status APP --locations` lists them.",
    find,
};

fn find(scene: &AuditContext<'_>) -> Vec<Finding> {
    findings_by_note(scene, &RULE, |note| match note {
        EntryNote::Disagrees(what) => Some(what.clone()),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use crate::audit::testing::AuditBench;
    use crate::model::EntryNote;
    use snapbox::{assert_data_eq, str};

    #[test]
    fn two_places_that_differ() {
        let bench = || AuditBench::new("", &["0 web dev ->v1"]);
        assert_eq!(bench().note("web", &EntryNote::Inherited).said("twins-disagree"), "");
        assert_data_eq!(
            bench()
                .note("web", &EntryNote::Disagrees("one place says v1, another v2".into()))
                .said("twins-disagree"),
            str![[r#"
web dev v1: one place says v1, another v2

"#]]
        );
    }
}
