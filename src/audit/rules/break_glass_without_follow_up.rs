//! `break-glass-without-follow-up`: an override has no follow-up note.

use super::AuditRule;
use super::break_glass::by_event;
use crate::audit::{AuditContext, Finding, RuleRequirement, Severity};
use crate::pipeline::ledger::LedgerEvent;

pub(super) static RULE: AuditRule = AuditRule {
    id: "break-glass-without-follow-up",
    severity: Severity::High,
    needs: RuleRequirement::Ledger,
    title: "An override has no follow-up note",
    about: "Somebody overrode the gates more than a week ago, and no note in the ledger tells the result. \
            `towpath ledger note EVENT TEXT` writes one; a link to the incident report is enough.",
    remedy: "Write the result down: `towpath ledger note EVENT TEXT`.",
    find,
};

/// Time allowed for writing the note.
const WEEK: i64 = 7 * 24 * 60 * 60;

fn find(scene: &AuditContext<'_>) -> Vec<Finding> {
    let open = scene.evidence.ledger.overrides_without_follow_up();
    let is_open = |event: &LedgerEvent| open.iter().any(|other| other.id == event.id);
    let is_late = |event: &LedgerEvent| event.time.as_second() + WEEK <= scene.now;
    let late = scene.ledger_events().filter(|(event, _)| is_open(event) && is_late(event));
    late.filter_map(|(event, cells)| by_event(event, cells, &RULE)).collect()
}

#[cfg(test)]
mod tests {
    use crate::audit::testing::AuditBench;
    use crate::pipeline::ledger::EventKind;
    use snapbox::{assert_data_eq, str};

    #[test]
    fn a_week_later() {
        let broken = EventKind::Overridden {
            app: "web".into(),
            stage: "prod".into(),
            version: "v2".into(),
            reason: "login is down".into(),
            incident: None,
            expires: jiff::Timestamp::from_second(6000).expect("in range"),
            gates: Vec::new(),
        };
        let bench = || AuditBench::new("", &["0 web prod ->v1"]).event(2, "alice", broken.clone());
        let rule = "break-glass-without-follow-up";
        assert_eq!(bench().now(60).said(rule), "");
        let noted = EventKind::Noted { about: "e1".into(), text: "see the report".into() };
        assert_eq!(bench().event(9, "alice", noted).said(rule), "");
        assert_data_eq!(
            bench().said(rule),
            str![[r#"
2 web prod v2: alice: login is down

"#]]
        );
    }
}
