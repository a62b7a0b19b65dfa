//! `merged-past-rejection`: a rejected version was deployed.

use super::{AuditRule, findings_by_gate};
use crate::audit::{AuditContext, Finding, RuleRequirement, Severity};
use crate::config::gates::GateKind;

pub(super) static RULE: AuditRule = AuditRule {
    id: "merged-past-rejection",
    severity: Severity::High,
    needs: RuleRequirement::Ledger,
    title: "Deployed a rejected version",
    about: "A version was deployed after `towpath reject` had stopped it, for example because somebody merged its pull request on the page of the forge. Make the status `towpath/gates` or the check `towpath guard` required, so that the forge refuses the merge. A rejection that came later, or that was taken back before, is not counted.",
    remedy: "Require the status `towpath/gates` or the check `towpath guard`, so that the forge refuses the merge.",
    find,
};

fn find(scene: &AuditContext<'_>) -> Vec<Finding> {
    findings_by_gate(scene, &RULE, GateKind::Rejected)
}

#[cfg(test)]
mod tests {
    use crate::audit::testing::AuditBench;
    use crate::pipeline::ledger::EventKind;
    use snapbox::{assert_data_eq, str};

    #[test]
    fn a_rejection_counts_until_it_is_taken_back() {
        let lines = ["0 web staging ->v1", "1 web prod ->v1", "20 web prod v1>v2"];
        let reject = |version: &str| EventKind::Rejected {
            app: "web".into(),
            version: version.into(),
            reason: Some("it leaks".into()),
        };
        let bench = AuditBench::new("", &lines).event(5, "jo", reject("v2"));
        assert_data_eq!(
            bench.said("merged-past-rejection"),
            str![[r#"
20 web prod v2: v2 was rejected by jo: it leaks

"#]]
        );
        let late = AuditBench::new("", &lines).event(25, "jo", reject("v2"));
        assert_eq!(late.said("merged-past-rejection"), "");
        let other = AuditBench::new("", &lines).event(5, "jo", reject("v3"));
        assert_eq!(other.said("merged-past-rejection"), "");
    }
}
