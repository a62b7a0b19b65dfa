//! `merged-past-lock`: a deployment landed while its stage or app was locked.

use super::{AuditRule, findings_by_gate};
use crate::audit::{AuditContext, Finding, RuleRequirement, Severity};
use crate::config::gates::GateKind;

pub(super) static RULE: AuditRule = AuditRule {
    id: "merged-past-lock",
    severity: Severity::High,
    needs: RuleRequirement::Ledger,
    title: "Deployed in spite of a lock",
    about: "A deployment landed while `towpath lock` held its stage or its app, for example because somebody merged its pull request on the page of the forge. Make the status `towpath/gates` or the check `towpath guard` required, so that the forge refuses the merge. A lock that begins later, or that had expired, is not counted.",
    remedy: "Require the status `towpath/gates` or the check `towpath guard`, so that the forge refuses the merge.",
    find,
};

fn find(scene: &AuditContext<'_>) -> Vec<Finding> {
    findings_by_gate(scene, &RULE, GateKind::Lock)
}

#[cfg(test)]
mod tests {
    use crate::audit::testing::AuditBench;
    use crate::pipeline::ledger::EventKind;
    use snapbox::{assert_data_eq, str};

    #[test]
    fn a_lock_counts_while_it_holds() {
        let lines = ["0 web staging ->v1", "1 web prod ->v1", "20 web prod v1>v2"];
        let (app, stage) = (None, Some("prod".into()));
        let lock = |app: Option<String>| EventKind::Locked {
            app,
            stage: Some("prod".into()),
            reason: "an incident".into(),
            until: None,
        };
        assert_eq!(AuditBench::new("", &lines).said("merged-past-lock"), "");
        let bench = AuditBench::new("", &lines).event(5, "jo", lock(app.clone()));
        assert_data_eq!(
            bench.said("merged-past-lock"),
            str![[r#"
20 web prod v2: prod is locked by jo: an incident

"#]]
        );
        let other = AuditBench::new("", &lines).event(5, "jo", lock(Some("api".into())));
        assert_eq!(other.said("merged-past-lock"), "");
        let late = AuditBench::new("", &lines).event(25, "jo", lock(app.clone()));
        assert_eq!(late.said("merged-past-lock"), "");
        let gone = AuditBench::new("", &lines).event(5, "jo", lock(app.clone())).event(
            10,
            "jo",
            EventKind::Unlocked { app, stage },
        );
        assert_eq!(gone.said("merged-past-lock"), "");
    }
}
