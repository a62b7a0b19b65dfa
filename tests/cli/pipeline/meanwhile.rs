//! What others do between the moment at which the gates are asked and the one at which something lands.
//! A blocker that is a command does it for them: it is asked after the ledger was read.
#![cfg(unix)]

use super::configured;
use crate::delivery::{Site, values};
use snapbox::{assert_data_eq, str};

/// Gates that run the script; everything merges by itself.
const GATES: &str = "proposals: { merge: auto }\ngates:\n- { isolation: stage, stages: [staging, prod] }\n- { blocker: { command: [./scripts/meanwhile] }, stages: [staging] }\n";

/// A site with a script that does nothing yet. What is in staging has passed.
fn site() -> Site {
    let site = configured(GATES);
    script(&site, "exit 0");
    for app in ["web", "api", "blog"] {
        assert!(
            told(&site, &["record", app, "--stage", "staging", "passed"]).starts_with("exit 0\n")
        );
    }
    site
}

fn script(site: &Site, text: &str) {
    let path = site.clone.join("scripts/meanwhile");
    std::fs::create_dir_all(path.parent().expect("it lies in a folder")).expect("a folder");
    std::fs::write(&path, "").expect("written");
    site.land(
        "scripts/meanwhile",
        &format!("#!/bin/sh\n{text}\n"),
        "meanwhile",
        "2026-08-06T10:00:00Z",
    );
}

/// When the script runs for the given time, a ref of origin goes where it was once.
fn moves(site: &Site, run: u32, name: &str, to: &str) {
    let origin = site.origin.display();
    let text = format!(
        "n=$(($(cat '{origin}/runs' 2>/dev/null || echo 0) + 1)); echo $n > '{origin}/runs'\n\
         [ $n != {run} ] || git --git-dir='{origin}' update-ref {name} {to}\nexit 0"
    );
    script(site, &text);
}

/// The ledger as it will be when somebody has locked staging, which is not there yet.
fn lock_to_come(site: &Site) -> String {
    let other = site.another("other");
    let before = site.at_origin(&["for-each-ref", "--format=%(objectname)", "refs/towpath/ledger"]);
    let locked =
        site.sandbox.towpath(&other, &["lock", "--stage", "staging", "--reason", "incident 12"]);
    locked.assert().success();
    let after = site.at_origin(&["rev-parse", "refs/towpath/ledger"]).trim().to_owned();
    match before.trim() {
        "" => site.at_origin(&["update-ref", "-d", "refs/towpath/ledger"]),
        before => site.at_origin(&["update-ref", "refs/towpath/ledger", before]),
    };
    after
}

/// What is said where the commands of the configuration may run.
fn told(site: &Site, arguments: &[&str]) -> String {
    site.told(&[&["--allow-commands"], arguments].concat())
}

fn runs(site: &Site) -> String {
    site.says("main", "apps/staging/web.yaml")
}

#[test]
fn a_lock_that_lands_before_the_push_is_heeded() {
    let site = site();
    let locked = lock_to_come(&site);
    moves(&site, 1, "refs/towpath/ledger", &locked);
    assert_data_eq!(
        told(&site, &["promote", "web", "--to", "staging", "--push"]),
        str![[r#"
exit 3
--
app   staging   from dev
web   v1        → v2
error: web is refused: web v2 may not go to staging: lock.
  lock: staging is locked by Jo Doe: incident 12
hint: `towpath unlock --stage staging` would clear it; `towpath ask` shows why

"#]]
    );
    assert_eq!(runs(&site), values("web", "v1"));
}

#[test]
fn so_is_one_that_begins_the_ledger() {
    let site = configured(&GATES.replace("- { isolation: stage, stages: [staging, prod] }\n", ""));
    let locked = lock_to_come(&site);
    moves(&site, 1, "refs/towpath/ledger", &locked);
    let said = told(&site, &["promote", "web", "--to", "staging", "--push"]);
    assert!(said.starts_with("exit 3\n") && said.contains("incident 12"), "{said}");
    assert_eq!(runs(&site), values("web", "v1"));
}

#[test]
fn a_server_without_atomic_pushes_is_asked_right_before() {
    let site = site();
    site.at_origin(&["config", "receive.advertiseAtomic", "false"]);
    let locked = lock_to_come(&site);
    moves(&site, 1, "refs/towpath/ledger", &locked);
    let said = told(&site, &["promote", "web", "--to", "staging", "--push"]);
    assert!(said.starts_with("exit 3\n") && said.contains("incident 12"), "{said}");
    assert_eq!(runs(&site), values("web", "v1"));
    assert!(told(&site, &["unlock", "--stage", "staging"]).starts_with("exit 0\n"));
    let said = told(&site, &["promote", "web", "--to", "staging", "--push"]);
    assert!(said.starts_with("exit 0\n"), "{said}");
    assert_eq!(runs(&site), values("web", "v2"));
}

#[test]
fn and_one_that_lands_beside_a_hold_of_our_own() {
    let site = site();
    assert!(told(&site, &["promote", "web", "--to", "staging", "--push"]).starts_with("exit 0\n"));
    site.sandbox.git(&site.clone, &["pull", "-q"]);
    let locked = lock_to_come(&site);
    moves(&site, 2, "refs/towpath/ledger", &locked);
    let said = told(&site, &["rollback", "web", "--stage", "staging", "--push"]);
    assert_data_eq!(
        said,
        str![[r#"
exit 3
--
app   staging   to
web   v2        → v1
Record web v2 in staging: failed
Hold web in staging: rolled back to v1
error: web is refused: web v1 may not go to staging: lock.
  lock: staging is locked by Jo Doe: incident 12
hint: `towpath unlock --stage staging` would clear it; `towpath ask` shows why

"#]]
    );
    assert_eq!(runs(&site), values("web", "v2"));
}

#[test]
fn an_event_that_stops_nothing_stops_nothing() {
    let site = site();
    let other = site.another("other");
    let before = site.at_origin(&["rev-parse", "refs/towpath/ledger"]).trim().to_owned();
    site.sandbox
        .towpath(&other, &["lock", "--stage", "prod", "--reason", "incident 13"])
        .assert()
        .success();
    let after = site.at_origin(&["rev-parse", "refs/towpath/ledger"]).trim().to_owned();
    site.at_origin(&["update-ref", "refs/towpath/ledger", &before]);
    moves(&site, 1, "refs/towpath/ledger", &after);
    let said = told(&site, &["promote", "web", "--to", "staging", "--push"]);
    assert!(said.starts_with("exit 0\n"), "{said}");
    assert_eq!(runs(&site), values("web", "v2"));
}

#[test]
fn advance_merges_nothing_that_was_locked_meanwhile() {
    let site = site();
    let locked = lock_to_come(&site);
    moves(&site, 2, "refs/towpath/ledger", &locked);
    assert_data_eq!(
        told(&site, &["advance", "--app", "web"]),
        str![[r#"
exit 0
web v2 to staging: opened /sandbox/origin.git#1: lock: staging is locked by Jo Doe: incident 12
--

"#]]
    );
    assert_eq!(runs(&site), values("web", "v1"));
}

/// With `isolation: stage`, an app that lands just before keeps the next out, whoever brings them.
#[test]
fn advance_merges_nothing_beside_what_landed_meanwhile() {
    let site = site();
    moves(&site, 2, "refs/heads/main", "refs/heads/coming");
    site.sandbox.git(&site.clone, &["switch", "-qc", "coming"]);
    std::fs::write(site.clone.join("apps/staging/api.yaml"), values("api", "v9")).expect("written");
    let date = [
        ("GIT_AUTHOR_DATE", "2026-09-01T11:59:00Z"),
        ("GIT_COMMITTER_DATE", "2026-09-01T11:59:00Z"),
    ];
    site.sandbox.git_with(&site.clone, &["commit", "-qam", "api by another"], &date);
    site.sandbox.git(&site.clone, &["push", "-q", "origin", "coming"]);
    site.sandbox.git(&site.clone, &["switch", "-q", "main"]);
    assert_data_eq!(
        told(&site, &["advance", "--app", "web"]),
        str![[r#"
exit 0
web v2 to staging: opened /sandbox/origin.git#1: isolation: api v9 (deployed 2026-09-01 11:59 UTC) has no recorded outcome
--

"#]]
    );
    assert_eq!(
        (runs(&site), site.says("main", "apps/staging/api.yaml")),
        (values("web", "v1"), values("api", "v9"))
    );
}
