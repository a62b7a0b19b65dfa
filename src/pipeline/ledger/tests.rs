//! Events, written and read back.

use super::{EventKind, EventProof, Ledger, LedgerEvent, LedgerFileChange, Outcome};
use crate::config::gates::Permission;
use crate::git::GitIdentity;
use crate::pipeline::testing::time;
use jiff::Timestamp;
use snapbox::{assert_data_eq, str};

fn event(what: EventKind) -> LedgerEvent {
    LedgerEvent {
        proof: Default::default(),
        id: "5f3a".into(),
        time: time(10),
        what,
        places: Vec::new(),
        by: Default::default(),
    }
}

fn ann() -> GitIdentity {
    GitIdentity { name: "Ann".into(), email: "ann@example.com".into() }
}

fn every_kind() -> Vec<EventKind> {
    let (app, stage, version) = ("web", "prod", "v2");
    vec![
        EventKind::Locked {
            app: None,
            stage: Some(stage.into()),
            reason: "incident".into(),
            until: Some(time(60)),
        },
        EventKind::Unlocked { app: Some(app.into()), stage: Some(stage.into()) },
        EventKind::Outcome {
            app: app.into(),
            stage: stage.into(),
            target: Some("eu".into()),
            version: version.into(),
            deployments: vec!["27e1396".into()],
            outcome: Outcome::Passed,
            evidence: Some("https://ci.example.com/7".into()),
        },
        EventKind::Approved {
            app: app.into(),
            stage: stage.into(),
            version: version.into(),
            reason: None,
        },
        EventKind::Rejected {
            app: "api/nginx".into(),
            version: version.into(),
            reason: Some("leaks\nmemory".into()),
        },
        EventKind::Unrejected { app: "api/nginx".into(), version: version.into() },
        EventKind::Held { app: app.into(), stage: stage.into(), reason: "rolled back".into() },
        EventKind::Released { app: app.into(), stage: stage.into() },
        EventKind::Overridden {
            app: app.into(),
            stage: stage.into(),
            version: version.into(),
            reason: "fire".into(),
            incident: Some("INC-7".into()),
            expires: time(120),
            gates: vec!["bake".into()],
        },
        EventKind::Noted { about: "5f3a".into(), text: "all is well".into() },
    ]
}

#[test]
fn an_event_is_a_commit_message() {
    let lock = &every_kind()[0];
    assert_data_eq!(
        event(lock.clone()).message(),
        str![[r#"
Lock prod until 1970-01-01 01:00 UTC: incident

{
  "id": "5f3a",
  "time": "1970-01-01T00:10:00Z",
  "event": "locked",
  "app": null,
  "stage": "prod",
  "reason": "incident",
  "until": "1970-01-01T01:00:00Z"
}

"#]]
    );
    for what in every_kind() {
        let written = event(what);
        let read = LedgerEvent::parse(&written.message(), ann()).expect("it is read back");
        assert_eq!((&read.id, read.time, &read.what), (&written.id, written.time, &written.what));
        assert_eq!(
            read.by.permission_words().collect::<Vec<_>>(),
            ["Ann", "ann@example.com", "ann"]
        );
    }
    assert!(LedgerEvent::parse("Merge branch 'x'\n\nno event\n", ann()).is_none());
    assert!(LedgerEvent::parse("one line", ann()).is_none());
}

/// Whether each kind needs a proof is decided here once more, by what it can do.
#[test]
fn what_opens_needs_a_proof() {
    let needing = every_kind().into_iter().filter(EventKind::needs_proof);
    let mut names: Vec<String> = needing
        .map(|what| serde_json::to_value(what).expect("plain data")["event"].to_string())
        .collect();
    names.dedup();
    let all = ["unlocked", "outcome", "approved", "unrejected", "released", "overridden", "noted"];
    assert_eq!(names, all.map(|name| format!("{name:?}")));
}

#[test]
fn a_forged_event_opens_nothing() {
    let missing = || EventProof::Missing("it is not signed".into());
    let lock = |id: &str, until: Option<i64>, proof: EventProof| {
        let until = until.map(|second| Timestamp::from_second(second).expect("a time"));
        let what = EventKind::Locked { app: None, stage: None, reason: "r".into(), until };
        LedgerEvent { id: id.into(), ..event(what).with_proof(proof) }
    };
    let unlock = |proof: EventProof| {
        let what = EventKind::Unlocked { app: None, stage: None };
        LedgerEvent { id: "unlock".into(), ..event(what).with_proof(proof) }
    };
    let held = |events: Vec<LedgerEvent>| {
        let ledger = Ledger::new(events);
        let unproven = ledger.all_events().len() - ledger.events().len();
        (ledger.active_locks(None, 100).len(), unproven)
    };
    let signed = || EventProof::SignedBy { signer: "ann".into(), lists: Vec::new() };
    assert_eq!(held(vec![lock("a", None, signed()), unlock(missing())]), (1, 1));
    assert_eq!(held(vec![lock("a", None, signed()), unlock(signed())]), (0, 0));
    // A lock that is over replaces one that is not, but only if it is signed.
    assert_eq!(held(vec![lock("a", None, signed()), lock("b", Some(50), missing())]), (1, 0));
    assert_eq!(held(vec![lock("a", None, signed()), lock("b", Some(50), signed())]), (0, 0));
    assert_eq!(held(vec![lock("a", None, missing())]), (1, 0), "it can only hold more");
}

#[test]
fn the_signer_is_the_author() {
    let signed = |signer: &str| {
        let lists = vec!["keys".to_owned()];
        let what = EventKind::Released { app: "web".into(), stage: "prod".into() };
        event(what).with_proof(EventProof::SignedBy { signer: signer.into(), lists })
    };
    let by = |signer: &str| (signed(signer).by.name, signed(signer).by.email);
    assert_eq!(by("eve@example.com"), ("eve@example.com".into(), "eve@example.com".into()));
    assert_eq!(by("eve,eve@example.com"), ("eve".into(), "eve@example.com".into()));
    let permission = |actors: &[&str], signers: &[&str]| Permission {
        of: "prod".into(),
        actors: actors.iter().map(ToString::to_string).collect(),
        signers: signers.iter().map(ToString::to_string).collect(),
        line: 1,
    };
    let entry = |permission: Permission| signed("eve@example.com").entry_in(&permission);
    assert_eq!(entry(permission(&["Ann", "ann@example.com"], &["other"])), None);
    assert_eq!(entry(permission(&["eve"], &[])).as_deref(), Some("eve"));
    assert_eq!(entry(permission(&[], &["keys"])).as_deref(), Some("eve@example.com"));
}

#[test]
fn each_has_a_sentence_and_a_file() {
    let lines = every_kind().into_iter().map(|what| {
        let LedgerFileChange { path, text } = event(what.clone()).state_change();
        format!(
            "{} {path}: {}\n",
            if text.is_some() { "+" } else { "-" },
            what.sentence().replace('\n', "|")
        )
    });
    assert_data_eq!(
        lines.collect::<String>(),
        str![[r#"
+ locks/prod/%all.json: Lock prod until 1970-01-01 01:00 UTC: incident
- locks/prod/web.json: Unlock web in prod
+ outcomes/prod/web.json: Record web v2 in prod/eu: passed
+ approvals/prod/web/5f3a.json: Approve web v2 for prod
+ rejected/api%2Fnginx/v2.json: Reject api/nginx v2: leaks|memory
- rejected/api%2Fnginx/v2.json: Withdraw the rejection of api/nginx v2
+ holds/prod/web.json: Hold web in prod: rolled back
- holds/prod/web.json: Release web in prod
+ overrides/5f3a.json: Override the gates for web v2 in prod: fire
+ notes/5f3a.json: Note on 5f3a: all is well

"#]]
    );
}

#[test]
fn names_cannot_leave_their_folder() {
    for (app, expected) in [
        ("..", "holds/prod/%...json"),
        (".git", "holds/prod/%.git.json"),
        ("a/b\\c", "holds/prod/a%2Fb%5Cc.json"),
    ] {
        let held = EventKind::Held { app: app.into(), stage: "prod".into(), reason: String::new() };
        assert_eq!(event(held).state_change().path, expected);
    }
}

#[test]
fn an_event_that_comes_twice_counts_once() {
    let twice = vec![event(every_kind()[0].clone()), event(every_kind()[0].clone())];
    let ledger = Ledger::new(twice);
    assert_eq!((ledger.events().len(), ledger.start_time()), (1, Some(600)));
}
