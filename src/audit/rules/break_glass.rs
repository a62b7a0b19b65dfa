//! `break-glass`: the gates were overridden.

use super::AuditRule;
use crate::audit::{AuditContext, Finding, RuleRequirement, Severity};
use crate::history::Deployment;
use crate::model::{CellKey, Version};
use crate::pipeline::ledger::{EventKind, LedgerEvent};

pub(super) static RULE: AuditRule = AuditRule {
    id: "break-glass",
    severity: Severity::Medium,
    needs: RuleRequirement::Nothing,
    title: "The gates were overridden on purpose",
    about: "Somebody overrode the gates: by an event in the ledger, or by a `Gate-Override:` or `Break-glass:` trailer of a \
            deploying commit. That may have been right; it is listed because it should be rare and reviewed. The \
            message is the stated reason.",
    remedy: "Review each override, and note the result with `towpath ledger note`.",
    find,
};

fn find(scene: &AuditContext<'_>) -> Vec<Finding> {
    let mut found: Vec<Finding> =
        scene.deployments().filter_map(|deployment| by_trailer(scene, &deployment)).collect();
    let events = scene
        .ledger_events()
        .filter_map(|(event, cells)| Some((event, by_event(event, cells, &RULE)?)));
    let untold: Vec<Finding> = events
        .filter(|(event, one)| !found.iter().any(|commit| describes_event(commit, event, one)))
        .map(|(_, one)| one)
        .collect();
    found.extend(untold);
    found
}

/// True if a commit tells of the same override as an event. towpath writes both.
fn describes_event(commit: &Finding, event: &LedgerEvent, by_event: &Finding) -> bool {
    let EventKind::Overridden { reason, .. } = &event.what else { return false };
    commit.version == by_event.version
        && commit.cells.iter().any(|cell| by_event.cells.contains(cell))
        && commit.message.contains(&format!(": {reason} ("))
}

fn by_trailer(scene: &AuditContext<'_>, deployment: &Deployment<'_>) -> Option<Finding> {
    (scene.marks)(deployment.commit).filter(|mark| mark.breaks_glass())?;
    let account = scene.commit_details(deployment.commit)?;
    let reason = account.break_glass.as_ref()?;
    Some(Finding::from_deployment(&RULE, deployment, format!("{}: {reason}", account.who.name)))
}

/// Finding for an override in the ledger, about these cells.
pub(super) fn by_event(
    event: &LedgerEvent,
    cells: Vec<CellKey>,
    rule: &'static AuditRule,
) -> Option<Finding> {
    let EventKind::Overridden { app, stage, version, reason, .. } = &event.what else {
        return None;
    };
    let by = &event.by.name;
    // Unknown cells have no columns of their own.
    let message = if cells.is_empty() {
        format!("{by} for {app} in {stage}: {reason}")
    } else {
        format!("{by}: {reason}")
    };
    Some(Finding {
        cells,
        version: Some(Version::parse(version)),
        time: Some(event.time.as_second()),
        event: Some(event.id.clone()),
        ..Finding::from_message(rule, message)
    })
}

#[cfg(test)]
mod tests {
    use crate::audit::testing::AuditBench;
    use crate::history::CommitDetails;
    use crate::pipeline::ledger::EventKind;
    use snapbox::{assert_data_eq, str};

    #[test]
    fn a_reason_in_a_trailer_or_in_the_ledger() {
        let lines = ["0 web dev ->v1", "1 web prod ->v1", "2 web dev v1>v2", "3 web prod v1>v2"];
        assert_eq!(AuditBench::new("", &lines).said("break-glass"), "");
        let broken = EventKind::Overridden {
            app: "web".into(),
            stage: "prod".into(),
            version: "v2".into(),
            reason: "login is down".into(),
            incident: None,
            expires: jiff::Timestamp::from_second(6000).expect("in range"),
            gates: Vec::new(),
        };
        let elsewhere = AuditBench::new("", &lines).event(2, "alice", broken.clone()).only("dev");
        assert_eq!(elsewhere.said("break-glass"), "");
        let gone = AuditBench::new("", &lines[..1]).event(2, "alice", broken.clone());
        assert_eq!(gone.said("break-glass"), "2  v2: alice for web in prod: login is down\n");
        let bench = AuditBench::new("", &lines).event(2, "alice", broken.clone()).only("prod");
        let bench =
            bench.account(3, "Bob", |account| account.break_glass = Some("incident 12".into()));
        assert_data_eq!(
            bench.said("break-glass"),
            str![[r#"
3 web prod v2: Bob: incident 12
2 web prod v2: alice: login is down

"#]]
        );
        let told = |account: &mut CommitDetails| {
            account.break_glass = Some("login is down (bake, isolation)".into())
        };
        let bench = AuditBench::new("", &lines).event(2, "alice", broken).account(3, "alice", told);
        assert_eq!(
            bench.said("break-glass"),
            "3 web prod v2: alice: login is down (bake, isolation)\n",
            "told once"
        );
    }
}
