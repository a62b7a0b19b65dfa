//! Gates about people, times, external facts and versions.

use crate::pipeline::external_facts::ExternalAnswer;
use crate::pipeline::ledger::EventKind;
use crate::pipeline::testing::{GateBench, PAST, shown, time};
use snapbox::{assert_data_eq, str};

fn approved(version: &str) -> EventKind {
    EventKind::Approved {
        app: "web".into(),
        stage: "prod".into(),
        version: version.into(),
        reason: None,
    }
}

#[test]
fn after_a_failure_somebody_has_to_approve() {
    let bench = GateBench::new(
        "gates: [approval-after-failure]\npermissions: { prod: [ann, bob] }\n",
        &PAST,
    );
    assert_data_eq!(
        bench.said(40, "web prod v2", &["approval"]),
        "approval open (line 2): the last deployment to prod did not fail\n"
    );
    let bench = bench.event(3, "ann", approved("v2")).outcome(5, "web prod v1 failed");
    let needed = str![[r#"
approval needs-approval (line 2): v1 failed at 1970-01-01 00:05 UTC; approval required
  clear: towpath approve web --stage prod --version v2

"#]];
    assert_data_eq!(bench.said(40, "web prod v2", &["approval"]), needed.clone());
    let bench = bench.event(6, "eve", approved("v2")).event(6, "ann", approved("v1"));
    assert_data_eq!(bench.said(40, "web prod v2", &["approval"]), needed);
    assert_data_eq!(bench.said(40, "web prod v0 back", &["approval"]), "approval open[..]\n");
    let bench = bench.event(7, "bob", approved("v2"));
    assert_data_eq!(
        bench.said(40, "web prod v2", &["approval"]),
        "approval open (line 2): approved by bob\n"
    );
}

#[test]
fn owners_approve_what_they_own() {
    let config =
        "gates: [approvals: 1]\npermissions: { prod: [ann, bob], apps: { web: [bob, eve] } }\n";
    let bench = GateBench::new(config, &PAST);
    let bench = bench.event(3, "ann", approved("v2")).event(4, "eve", approved("v2"));
    let said = bench.said(40, "web prod v2", &["approval"]);
    assert!(said.starts_with("approval needs-approval (line 2): no approvals yet"), "{said}");
    let said = bench.event(5, "bob", approved("v2")).said(40, "web prod v2", &["approval"]);
    assert_data_eq!(said, "approval open (line 2): approved by bob\n");
}

#[test]
fn approvals_are_counted_by_head() {
    let bench = GateBench::new("gates: [approvals: 2]\n", &PAST);
    assert_data_eq!(
        bench.said(40, "web prod v2", &["approval"]),
        str![[r#"
approval needs-approval (line 2): no approvals yet; 2 required
  clear: towpath approve web --stage prod --version v2

"#]]
    );
    let bench = bench.event(3, "ann", approved("v2")).event(4, "ann", approved("v2"));
    assert_data_eq!(
        bench.said(40, "web prod v2", &["approval"]),
        "approval needs[..] 1 of 2 approvals: ann\n..."
    );
    let bench = bench.event(4, "bob", approved("v2"));
    assert_data_eq!(
        bench.said(40, "web prod v2", &["approval"]),
        "approval open (line 2): approved by ann, bob\n"
    );
    assert_data_eq!(bench.said(3, "web prod v2", &["approval"]), "approval needs[..]\n...");
}

#[test]
fn window_and_freeze_open_together() {
    let gates = "\
gates:
- window: Thu-Fri 09:00-16:00 Europe/London
- freeze: { from: 1970-01-01, to: 1970-01-05, reason: holidays, zone: Europe/London }
";
    let bench = GateBench::new(gates, &PAST);
    assert_data_eq!(
        bench.said(40, "web prod v2", &["window", "freeze"]),
        str![[r#"
window wait until 1970-01-01 09:00 BST (line 3): opens Thu 1970-01-01 09:00 Europe/London
freeze wait until 1970-01-06 00:00 BST (line 4): holidays: frozen until Tue 1970-01-06 00:00 Europe/London

"#]]
    );
    assert_eq!(shown(&bench.judged(40, "web prod v2").verdict), "wait until 1970-01-08 09:00 BST");
    let week = 7 * 24 * 60;
    assert_data_eq!(
        bench.said(week + 9 * 60, "web prod v2", &["window", "freeze"]),
        str![[r#"
window open (line 3): within opening hours
freeze open (line 4): the freeze ended Tue 1970-01-06 00:00 Europe/London

"#]]
    );
}

#[test]
fn a_blocker_without_an_answer_is_shut() {
    let gates = "gates:\n- blocker: { command: [./incidents], reason: open incident }\n";
    let mut bench = GateBench::new(gates, &PAST);
    let said = |bench: &GateBench| bench.said(40, "web prod v2 now", &["blocker"]);
    assert_data_eq!(
        said(&bench),
        "blocker shut (line 3): `./incidents` was not checked (counts as shut)\n"
    );
    assert_data_eq!(
        bench.said(40, "web prod v2", &["blocker"]),
        "blocker open (line 3): `./incidents` cannot be checked for a past time\n"
    );
    bench.facts.set_answer(3, ExternalAnswer::NoAnswer("it did not end within 10s".into()));
    assert_data_eq!(
        said(&bench),
        "blocker shut (line 3): no answer from `./incidents` (counts as shut): it did not end within 10s\n"
    );
    bench.facts.set_answer(3, ExternalAnswer::Shut(String::new()));
    assert_data_eq!(said(&bench), "blocker shut (line 3): open incident\n");
    bench.facts.set_answer(3, ExternalAnswer::Shut("INC-7".into()));
    assert_data_eq!(said(&bench), "blocker shut (line 3): open incident: INC-7\n");
    bench.facts.set_answer(3, ExternalAnswer::Open);
    assert_data_eq!(said(&bench), "blocker open (line 3): `./incidents` does not block\n");
}

#[test]
fn locks_hold_until_their_end() {
    let lock = |app: Option<&str>, stage: Option<&str>, until: Option<i64>| EventKind::Locked {
        app: app.map(str::to_owned),
        stage: stage.map(Into::into),
        reason: "incident 12".into(),
        until: until.map(time),
    };
    let bench = GateBench::new("", &PAST).event(5, "ann", lock(None, Some("prod"), Some(50)));
    assert_data_eq!(
        bench.said(40, "web prod v2", &["lock"]),
        str![[r#"
lock wait until 1970-01-01 00:50 UTC (e1): prod is locked by ann until 1970-01-01 00:50 UTC: incident 12
  clear: towpath unlock --stage prod

"#]]
    );
    assert_data_eq!(bench.said(50, "web prod v2", &["lock"]), "lock open (built-in): not locked\n");
    assert_data_eq!(bench.said(4, "web prod v2", &["lock"]), "lock open[..]\n");
    assert_data_eq!(bench.said(40, "web staging v3", &["lock"]), "lock open[..]\n");
    let bench = bench.event(6, "bob", lock(Some("web"), None, None));
    assert_data_eq!(
        bench.said(40, "web prod v2", &["lock"]),
        str![[r#"
lock shut (e2): web is locked by bob: incident 12
  clear: towpath unlock web

"#]]
    );
    let unlocked =
        bench.event(7, "bob", EventKind::Unlocked { app: Some("web".into()), stage: None });
    assert_data_eq!(unlocked.said(40, "web staging v3", &["lock"]), "lock open[..]\n");
    let all = unlocked.event(8, "ann", lock(None, None, None));
    assert_data_eq!(
        all.said(40, "api dev v3", &["lock"]),
        str![[r#"
lock shut (e4): everything is locked by ann: incident 12
  clear: towpath unlock --all

"#]]
    );
}

#[test]
fn rejected_and_on_hold_until_taken_back() {
    let rejected = EventKind::Rejected {
        app: "web".into(),
        version: "v2".into(),
        reason: Some("leaks".into()),
    };
    let held = EventKind::Held {
        app: "web".into(),
        stage: "prod".into(),
        reason: "rolled back from v2".into(),
    };
    let bench = GateBench::new("", &PAST).event(25, "ann", rejected).event(26, "ann", held);
    assert_data_eq!(
        bench.said(40, "web prod v2", &["rejected", "hold"]),
        str![[r#"
rejected shut (e1): v2 was rejected by ann: leaks
  clear: towpath unreject web v2
hold shut (e2): put on hold by ann: rolled back from v2
  clear: towpath release web --stage prod

"#]]
    );
    assert_data_eq!(bench.said(40, "web prod v3", &["rejected"]), "rejected open[..]\n");
    assert_data_eq!(bench.said(40, "web staging v2", &["hold"]), "hold open[..]\n");
    assert_data_eq!(
        bench.said(40, "web prod v1 back", &["hold"]),
        "hold open (built-in): holds do not stop rollbacks\n"
    );
    let bench =
        bench.event(27, "ann", EventKind::Unrejected { app: "web".into(), version: "v2".into() });
    let bench =
        bench.event(28, "ann", EventKind::Released { app: "web".into(), stage: "prod".into() });
    assert_eq!(shown(&bench.judged(40, "web prod v2").verdict), "open");
}

#[test]
fn version_knows_what_it_must_look_like() {
    let gate = "gates:\n- version: { pattern: 'main-.*', branches: [main], immutable: true, digest: true }\n";
    let bench = GateBench::new(gate, &PAST);
    let said = |version: &str| bench.said(40, &format!("web dev {version}"), &["version"]);
    assert_data_eq!(said("v1"), "version shut (line 3): v1 does not match `main-.*`\n");
    assert_data_eq!(said("main-latest"), "version shut (line 3): main-latest is mutable\n");
    assert_data_eq!(said("main-27e1396"), "version shut (line 3): main-27e1396 has no digest\n");
    let digest = format!("main-1@sha256:{}", "0".repeat(64));
    assert_data_eq!(
        said(&digest),
        "version open (line 3): main-1@sha256:[..] meets the requirements\n"
    );
    let bench = GateBench::new("gates:\n- version: { branches: [main, release/*] }\n", &PAST);
    assert_data_eq!(
        bench.said(40, "web dev next-1", &["version"]),
        "version shut (line 3): next-1 is not from branch main or release/*\n"
    );
}

#[test]
fn version_hears_the_flags_of_the_mapping() {
    let mut bench = GateBench::new("gates: [version]\n", &PAST);
    let cell = |stage: &str| crate::model::CellKey {
        app: "web".into(),
        component: None,
        stage: stage.into(),
        target: None,
    };
    bench.facts.flags.insert(
        cell("prod"),
        [("automatic_deploys_enabled".into(), true), ("promote_deployment".into(), false)].into(),
    );
    assert_data_eq!(bench.said(40, "web prod v2", &["version"]), "version open[..]\n");
    bench.facts.flags.insert(cell("staging"), [("promote_deployment".into(), false)].into());
    assert_data_eq!(
        bench.said(40, "web prod v2", &["version"]),
        "version shut (line 2): promote_deployment is false in staging\n"
    );
    assert_data_eq!(bench.said(40, "web staging v3", &["version"]), "version open[..]\n");
}

#[test]
fn gates_hold_for_the_apps_and_stages_they_name() {
    let gates = "\
gates:
- { bake: 1h, apps: [pay*], stages: [prod] }
- bake: 5m
";
    let count = |words: &str| {
        GateBench::new(gates, &PAST)
            .judged(40, words)
            .answers
            .iter()
            .filter(|a| a.gate.as_str() == "bake")
            .count()
    };
    assert_eq!(
        [count("web prod v2"), count("payments prod v2"), count("payments staging v2")],
        [1, 2, 1]
    );
}

#[test]
fn broken_glass_opens_for_one_version_and_some_time() {
    let broken = |version: &str| EventKind::Overridden {
        app: "web".into(),
        stage: "prod".into(),
        version: version.into(),
        reason: "fire".into(),
        incident: None,
        expires: time(60),
        gates: vec!["order".into()],
    };
    let gates = "permissions: { break-glass: { actors: [ann@example.com] } }\n";
    let bench = GateBench::new(gates, &PAST).event(30, "ann", broken("v3"));
    let judgement = bench.judged(40, "web prod v3");
    assert!(judgement.is_allowed() && !judgement.verdict.is_open());
    assert_eq!(
        judgement.broken.map(|broken| (broken.by, broken.reason)),
        Some(("ann".into(), "fire".into()))
    );
    assert!(!bench.judged(60, "web prod v3").is_allowed(), "its time is over");
    assert!(!bench.judged(40, "web prod v4").is_allowed(), "another version");
    assert!(
        !GateBench::new(gates, &PAST)
            .event(30, "eve", broken("v3"))
            .judged(40, "web prod v3")
            .is_allowed()
    );
    assert!(
        !GateBench::new("", &PAST)
            .event(30, "ann", broken("v3"))
            .judged(40, "web prod v3")
            .is_allowed()
    );
}
