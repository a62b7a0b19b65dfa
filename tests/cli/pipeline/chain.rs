//! The ledger as a chain of commits: here, at origin, offline and on a branch.

use super::configured;
use crate::delivery::Site;
use snapbox::{assert_data_eq, str};

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
    assert_eq!(
        site.at_origin(&["ls-tree", "-r", "--name-only", "refs/towpath/ledger"]),
        "rejected/web/v2.json\n"
    );
    assert_eq!(site.at_origin(&["fsck", "--strict"]), "");
    assert_eq!(
        site.at_origin(&["rev-list", "--count", "main"]),
        "5\n",
        "the mainline is left alone"
    );
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
2 only in this clone; `towpath ledger push` pushes them to the origin

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
the origin has all events of this clone

"#]]
    );
    assert_data_eq!(
        site.told(&["ledger", "push"]),
        str![[r#"
exit 0
--
the origin has all events of this clone

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
    assert!(site.told(&["ask", "api", "--to", "prod"]).contains("api is locked by Jo Doe: alone"));
    assert_data_eq!(
        site.told(&["ledger", "fetch"]),
        str![[r#"
exit 1
--
error: the repository has no remote `origin`
hint: the ledger exists only in this clone; `towpath ledger` shows it

"#]]
    );
}

#[test]
fn a_branch_will_do_where_other_refs_are_refused() {
    let site = configured("");
    let hook = site.origin.join("hooks/update");
    std::fs::write(
        &hook,
        "#!/bin/sh\ncase $1 in refs/heads/*) ;; *) echo 'only branches here'; exit 1;; esac\n",
    )
    .expect("written");
    #[cfg(unix)]
    std::fs::set_permissions(&hook, std::os::unix::fs::PermissionsExt::from_mode(0o755))
        .expect("set");
    assert_data_eq!(
        site.told(&["lock", "api", "--reason", "x"]),
        str![[r#"
exit 1
--
error: the remote refuses `refs/towpath/ledger`: only branches here; error: hook declined to update refs/towpath/ledger (hook declined)
hint: `ledger: branch` in towpath.yaml stores the ledger on a branch; --local writes to this clone only

"#]]
    );
    let stages = "stages: [dev, staging, prod]\nsources:\n- helm-values: apps/{stage}/{app}.yaml\nledger: branch\n";
    site.land("towpath.yaml", stages, "ledger on a branch", "2026-08-06T10:00:00Z");
    assert!(site.told(&["lock", "api", "--reason", "x"]).starts_with("exit 0\n"));
    assert_eq!(site.at_origin(&["rev-list", "--count", "towpath-ledger"]), "1\n");
    assert!(site.told(&["ask", "api", "--to", "prod"]).contains("api is locked by Jo Doe: x"));
}

#[test]
fn nothing_is_written_under_read_only() {
    let site = configured("");
    assert_data_eq!(
        site.told(&["--read-only", "lock", "api", "--reason", "x"]),
        str![[r#"
exit 2
--
error: --read-only refuses `towpath lock`, because it writes

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
    let event: serde_json::Value =
        serde_json::from_str(said.lines().nth(1).expect("an event")).expect("JSON");
    let id = event["id"].as_str().expect("an id").to_owned();
    assert!(site.run(&["ledger", "note", &id[..8], "it was the cache"]).starts_with("exit 0\n"));
    assert_data_eq!(
        site.told(&["ledger", "note", "zzz", "what?"]),
        str![[r#"
exit 2
--
error: the ledger has no event `zzz`
hint: `towpath ledger` lists events

"#]]
    );
    assert!(site.told(&["ledger"]).contains("Note on [id]: it was the cache"));
}
