//! The commands that write to the ledger.

use super::configured;
use crate::delivery::Site;
use snapbox::{assert_data_eq, str};

#[test]
fn locks_are_set_listed_and_taken_away() {
    let site = configured("");
    assert_data_eq!(
        site.told(&["lock", "--stage", "prod", "--reason", "incident 12", "--until", "2h"]),
        str![[r#"
exit 0
--
Lock prod until 2026-09-01 14:00 UTC: incident 12

"#]]
    );
    assert_data_eq!(
        site.told(&["lock", "api", "--stage", "prod", "--reason", "load test", "--until", "11:00"]),
        str![[r#"
exit 0
--
Lock api in prod until 2026-09-02 11:00 UTC: load test

"#]]
    );
    assert_data_eq!(
        site.told(&["locks"]),
        str![[r#"
exit 0
locked        by       since   until                  reason
prod          Jo Doe   0s      2026-09-01 14:00 UTC   incident 12
api in prod   Jo Doe   0s      2026-09-02 11:00 UTC   load test
--

"#]]
    );
    assert_data_eq!(
        site.told(&["locks", "-o", "json"]),
        str![[r#"
exit 0
{
  "schema": "towpath.locks/1",
  "locks": [
    {
      "app": null,
      "stage": "prod",
      "reason": "incident 12",
      "since": "2026-09-01T12:00:00Z",
      "until": "2026-09-01T14:00:00Z",
      "by": {
        "name": "Jo Doe",
        "email": "jo@example.com"
      },
      "event": "[id]"
    },
    {
      "app": "api",
      "stage": "prod",
      "reason": "load test",
      "since": "2026-09-01T12:00:00Z",
      "until": "2026-09-02T11:00:00Z",
      "by": {
        "name": "Jo Doe",
        "email": "jo@example.com"
      },
      "event": "[id]"
    }
  ]
}
--

"#]]
    );
    assert_data_eq!(
        site.told(&["ask", "api", "--to", "prod"]),
        str![[r#"
exit 3
gate        answer   why                                                              since   from
order       open     staging runs v2 since 2026-08-03 10:00 UTC                       29d     built-in
isolation   open     v1 landed before outcomes were kept here                         31d     built-in
lock        wait     Jo Doe has locked prod until 2026-09-01 14:00 UTC: incident 12   0s      ledger [short]
rejected    open     nobody has rejected it                                                   built-in
hold        open     it is not on hold                                                        built-in

api v2 has to wait for prod until Tue 2026-09-01 14:00 UTC: lock.
to clear it: towpath unlock --stage prod
--

"#]]
    );
    assert_data_eq!(
        site.told(&["unlock", "--stage", "prod"]),
        str![[r#"
exit 0
--
Unlock prod

"#]]
    );
    assert_data_eq!(
        site.told(&["unlock", "--stage", "prod"]),
        str![[r#"
exit 2
--
error: prod is not locked
hint: locked: api in prod

"#]]
    );
    assert_data_eq!(
        site.told_at("2026-09-02T11:00:00Z", &["locks"]),
        str![[r#"
exit 0
--
nothing is locked

"#]]
    );
}

#[test]
fn locks_say_what_and_until_when() {
    let site = configured("");
    assert_data_eq!(
        site.told(&["lock", "--reason", "all"]),
        str![[r#"
exit 2
--
error: it is not said what
hint: name an app or a --stage, or say --all

"#]]
    );
    assert_data_eq!(
        site.told(&["lock", "--all", "--reason", "x", "--until", "2026-01-01"]),
        str![[r#"
exit 2
--
error: `2026-01-01` is over already

"#]]
    );
    assert_data_eq!(
        site.told(&["lock", "--all", "--reason", "x", "--until", "soon"]),
        str![[r#"
exit 2
--
error: `soon` is no time span and no time
hint: it is written `2h`, or `2026-05-05`, `2026-05-05T10:00`, `2026-05-05T10:00:00Z`, `14:05` (today), `now`, `today`, `yesterday`, `noon`, `last monday`, `3 days ago`, `2 weeks ago`

"#]]
    );
}

#[test]
fn outcomes_are_about_a_deployment() {
    let site = configured("gates: [isolation, verified]\n");
    assert_data_eq!(
        site.told(&["record", "api", "--stage", "staging", "passed", "--evidence", "https://ci.example.com/7"]),
        str![[r#"
exit 0
--
Record api v2 in staging: passed

"#]]
    );
    assert_data_eq!(
        site.told(&["record", "api", "--stage", "prod", "failed", "--version", "v1"]),
        str![[r#"
exit 0
--
Record api v1 in prod: failed

"#]]
    );
    assert_data_eq!(
        site.told(&["ask", "api", "--to", "prod"]),
        str![[r#"
exit 0
gate        answer   why                                            since   from
order       open     staging runs v2 since 2026-08-03 10:00 UTC     29d     built-in
isolation   open     v1 failed at 2026-09-01 12:00 UTC              0s      towpath.yaml:4
verified    open     v2 passed in staging at 2026-09-01 12:00 UTC   0s      towpath.yaml:4
lock        open     nobody has locked it                                   built-in
rejected    open     nobody has rejected it                                 built-in
hold        open     it is not on hold                                      built-in

api v2 may go to prod.
--

"#]]
    );
    assert_data_eq!(
        site.told(&["record", "api", "--stage", "prod", "passed", "--version", "v9"]),
        str![[r#"
exit 2
--
error: prod has never run api v9
hint: `towpath history api --stage prod` shows what it ran

"#]]
    );
    assert_data_eq!(
        site.told(&["record", "api", "--stage", "prod", "fine"]),
        str![[r#"
exit 2
--
error: invalid value 'fine' for '<passed|failed>'
  [possible values: passed, failed]

  tip: a similar value exists: 'failed'

For more information, try '--help'.

"#]]
    );
    assert_data_eq!(
        site.told(&["ledger"]),
        str![[r#"
exit 0
time                   id         by       event
2026-09-01 12:00 UTC   [short]   Jo Doe   Record api v1 in prod: failed
2026-09-01 12:00 UTC   [short]   Jo Doe   Record api v2 in staging: passed
--

"#]]
    );
    let jsonl = site.told(&["ledger", "-o", "jsonl", "-n", "1"]);
    assert_data_eq!(
        jsonl,
        str![[r#"
exit 0
{"schema":"towpath.event/1","by":{"name":"Jo Doe","email":"jo@example.com"},"id":"[id]","time":"2026-09-01T12:00:00Z","event":"outcome","app":"api","stage":"prod","target":null,"version":"v1","deployments":["8c09f889a474075571943d9180eacc395c6121b4"],"outcome":"failed","evidence":null}
--

"#]]
    );
}

#[test]
fn people_approve_reject_and_release() {
    let site = configured("gates: [approvals: 1]\npermissions:\n  prod: [jo@example.com]\n  staging: [ann]\n");
    assert_data_eq!(
        site.told(&["approve", "api", "--stage", "prod"]),
        str![[r#"
exit 0
--
Approve api v2 for prod

"#]]
    );
    assert_data_eq!(
        site.told(&["approve", "web", "--stage", "staging"]),
        str![[r#"
exit 3
--
error: Jo Doe <jo@example.com> may not approve for staging
hint: `permissions` in towpath.yaml:7 names ann

"#]]
    );
    assert_data_eq!(
        site.told(&["reject", "web", "v2", "--reason", "it leaks"]),
        str![[r#"
exit 0
--
Reject web v2: it leaks

"#]]
    );
    let said = site.told(&["ask", "web", "--to", "staging"]);
    assert!(said.contains("Jo Doe has rejected v2: it leaks"), "{said}");
    assert_data_eq!(
        site.told(&["unreject", "web", "v2"]),
        str![[r#"
exit 0
--
Take back the rejection of web v2

"#]]
    );
    assert_data_eq!(
        site.told(&["release", "web", "--stage", "prod"]),
        str![[r#"
exit 0
--
Release web in prod

"#]]
    );
    assert!(site.told(&["ask", "api", "--to", "prod"]).contains("approved by Jo Doe"));
}

#[test]
fn the_chain_holds_events_and_the_current_state() {
    let site = configured("");
    site.told(&["lock", "--stage", "prod", "--reason", "one"]);
    site.told(&["reject", "web", "v2"]);
    site.told(&["unlock", "--stage", "prod"]);
    let log = site.at_origin(&["log", "--format=%an <%ae> %aI %s", "refs/towpath/ledger"]);
    assert_data_eq!(
        log,
        str![[r#"
Jo Doe <jo@example.com> 2026-09-01T12:00:00Z Unlock prod
Jo Doe <jo@example.com> 2026-09-01T12:00:00Z Reject web v2
Jo Doe <jo@example.com> 2026-09-01T12:00:00Z Lock prod: one

"#]]
    );
    assert_eq!(site.at_origin(&["ls-tree", "-r", "--name-only", "refs/towpath/ledger"]), "rejected/web/v2.json\n");
    assert_eq!(site.at_origin(&["fsck", "--strict"]), "");
    assert_eq!(site.at_origin(&["rev-list", "--count", "main"]), "5\n", "the mainline is left alone");
    assert_eq!(site.sandbox.git(&site.clone, &["status", "--porcelain"]), "");
}

#[test]
fn offline_events_go_along_later_each_once() {
    let site = configured("");
    let other = site.another("other");
    site.told(&["lock", "api", "--reason", "here", "--local"]);
    site.told(&["lock", "web", "--reason", "here too", "--local"]);
    assert_eq!(site.at_origin(&["for-each-ref", "refs/towpath"]), "");
    site.sandbox.towpath(&other, &["lock", "blog", "--reason", "there"]).assert().success();
    assert_data_eq!(
        site.told(&["ledger", "fetch"]),
        str![[r#"
exit 0
--
1 new event
2 only here; `towpath ledger push` brings them to the origin

"#]]
    );
    assert_data_eq!(
        site.told(&["ledger"]),
        str![[r#"
exit 0
time                   id         by       event
2026-09-01 12:00 UTC   [short]   Jo Doe   Lock web: here too
2026-09-01 12:00 UTC   [short]   Jo Doe   Lock api: here
2026-09-01 12:00 UTC   [short]   Jo Doe   Lock blog: there
--

"#]]
    );
    assert_data_eq!(
        site.told(&["ledger", "push"]),
        str![[r#"
exit 0
--
the origin has all that is here

"#]]
    );
    assert_data_eq!(
        site.told(&["ledger", "push"]),
        str![[r#"
exit 0
--
the origin has all that is here

"#]]
    );
    let subjects = site.at_origin(&["log", "--reverse", "--format=%s", "refs/towpath/ledger"]);
    assert_eq!(subjects, "Lock blog: there\nLock api: here\nLock web: here too\n");
    let files = site.at_origin(&["ls-tree", "-r", "--name-only", "refs/towpath/ledger"]);
    assert_eq!(files, "locks/%all/api.json\nlocks/%all/blog.json\nlocks/%all/web.json\n");
    site.sandbox.towpath(&other, &["ledger", "fetch"]).assert().success();
    let here = site.sandbox.git(&other, &["rev-parse", "refs/towpath/ledger"]);
    assert_eq!(here, site.at_origin(&["rev-parse", "refs/towpath/ledger"]));
}

#[test]
fn without_an_origin_it_is_only_here() {
    let site = configured("");
    site.sandbox.git(&site.clone, &["remote", "remove", "origin"]);
    assert!(site.told(&["lock", "api", "--reason", "alone"]).starts_with("exit 0\n"));
    assert!(site.told(&["ask", "api", "--to", "prod"]).contains("has locked api: alone"));
    assert_data_eq!(
        site.told(&["ledger", "fetch"]),
        str![[r#"
exit 1
--
error: the repository has no remote `origin`
hint: what is in this clone is all there is; `towpath ledger` shows it

"#]]
    );
}

#[test]
fn a_branch_will_do_where_other_refs_are_refused() {
    let site = configured("");
    let hook = site.origin.join("hooks/update");
    std::fs::write(&hook, "#!/bin/sh\ncase $1 in refs/heads/*) ;; *) echo 'only branches here'; exit 1;; esac\n")
        .expect("written");
    #[cfg(unix)]
    std::fs::set_permissions(&hook, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("set");
    assert_data_eq!(
        site.told(&["lock", "api", "--reason", "x"]),
        str![[r#"
exit 1
--
error: the remote refuses `refs/towpath/ledger`: only branches here; error: hook declined to update refs/towpath/ledger (hook declined)
hint: `ledger: branch` in towpath.yaml keeps the ledger on a branch; --local writes to this clone only

"#]]
    );
    let stages = "stages: [dev, staging, prod]\nsources:\n- helm-values: apps/{stage}/{app}.yaml\nledger: branch\n";
    site.land("towpath.yaml", stages, "ledger on a branch", "2026-08-06T10:00:00Z");
    assert!(site.told(&["lock", "api", "--reason", "x"]).starts_with("exit 0\n"));
    assert_eq!(site.at_origin(&["rev-list", "--count", "towpath-ledger"]), "1\n");
    assert!(site.told(&["ask", "api", "--to", "prod"]).contains("has locked api: x"));
}

#[test]
fn nothing_is_written_under_read_only() {
    let site = configured("");
    assert_data_eq!(
        site.told(&["--read-only", "lock", "api", "--reason", "x"]),
        str![[r#"
exit 2
--
error: nothing is written under --read-only

"#]]
    );
    assert!(site.told(&["--read-only", "ask", "api", "--to", "prod"]).starts_with("exit 0\n"));
    assert_eq!(site.sandbox.git(&site.clone, &["for-each-ref", "refs/towpath"]), "");
}

#[test]
fn notes_are_about_events() {
    let site: Site = configured("");
    site.told(&["lock", "api", "--reason", "x"]);
    let said = site.run(&["ledger", "-o", "jsonl"]);
    let event: serde_json::Value = serde_json::from_str(said.lines().nth(1).expect("an event")).expect("JSON");
    let id = event["id"].as_str().expect("an id").to_owned();
    assert!(site.run(&["ledger", "note", &id[..8], "it was the cache"]).starts_with("exit 0\n"));
    assert_data_eq!(
        site.told(&["ledger", "note", "zzz", "what?"]),
        str![[r#"
exit 2
--
error: the ledger has no event `zzz` here
hint: `towpath ledger` lists them, `towpath ledger fetch` brings what is new

"#]]
    );
    assert!(site.told(&["ledger"]).contains("Note on [id]: it was the cache"));
}
