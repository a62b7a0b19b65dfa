//! Events, written and read back.

use super::{EventKind, Ledger, LedgerEvent, LedgerFileChange, Outcome};
use crate::git::GitIdentity;
use crate::pipeline::testing::time;
use snapbox::{assert_data_eq, str};

fn event(what: EventKind) -> LedgerEvent {
    LedgerEvent {
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
