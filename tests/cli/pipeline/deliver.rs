//! `promote`, `deploy` and `rollback` ask the gates, on the very tip they write to.

use super::configured;
use crate::delivery::{Site, values};
use snapbox::{assert_data_eq, str};

/// What origin's mainline says at last, and how many commits it has.
fn landed(site: &Site) -> String {
    site.at_origin(&["log", "-1", "--format=%s", "main"])
}

#[test]
fn what_is_shut_is_not_written() {
    let site = configured("");
    assert_data_eq!(
        site.told(&["deploy", "api", "v9", "--to", "prod", "--push"]),
        str![[r#"
exit 3
--
error: api is refused: api v9 may not go to prod: order.
  order: staging has never run v9
hint: `towpath deploy api v9 --to staging` would clear it; `towpath ask` shows why

"#]]
    );
    assert_data_eq!(
        site.told(&["deploy", "api", "v9", "--to", "prod", "--commit"]),
        str![[r#"
exit 3
--
error: api is refused: api v9 may not go to prod: order.
  order: staging has never run v9
hint: `towpath deploy api v9 --to staging` would clear it; `towpath ask` shows why

"#]]
    );
    assert_data_eq!(
        site.told(&["deploy", "api", "v9", "--to", "prod", "--dry-run"]),
        str![[r#"
exit 3
--
error: api is refused: api v9 may not go to prod: order.
  order: staging has never run v9
hint: `towpath deploy api v9 --to staging` would clear it; `towpath ask` shows why

"#]]
    );
    assert_eq!(landed(&site), "configure\n");
    assert_eq!(site.at_origin(&["for-each-ref", "--format=%(refname)"]), "refs/heads/main\n");
}

#[test]
fn an_unproven_deployment_is_not_overtaken() {
    let site = configured("");
    let push = |app: &str, stage: &str| site.told(&["promote", app, "--to", stage, "--push"]);
    site.told(&["record", "api", "--stage", "staging", "passed"]);
    assert!(push("api", "prod").starts_with("exit 0\n"));
    site.told(&["deploy", "api", "v3", "--push"]);
    assert!(push("api", "staging").starts_with("exit 0\n"));
    assert_data_eq!(
        push("api", "prod"),
        str![[r#"
exit 3
--
error: api is refused: api v3 may not go to prod: isolation.
  isolation: v2 (deployed 2026-09-01 12:00 UTC) has no recorded outcome
hint: `towpath record api --stage prod passed` would clear it; `towpath ask` shows why

"#]]
    );
    let recorded = site.told(&["record", "api", "--stage", "prod", "passed"]);
    assert!(
        recorded.contains("Record api v2 in prod: passed"),
        "it is about what was pushed: {recorded}"
    );
    assert!(push("api", "prod").starts_with("exit 0\n"));
    assert_eq!(site.says("main", "apps/prod/api.yaml"), values("api", "v3"));
}

#[test]
fn one_stopped_app_does_not_stop_the_others() {
    let site = configured("gates:\n- { approvals: 1, apps: [web], stages: [staging] }\n");
    site.told(&["deploy", "blog", "v2", "--push"]);
    assert_data_eq!(
        site.told(&["promote", "--all", "--to", "staging", "--push"]),
        str![[r#"
exit 0
86484e26662365b6419610c10f6697f9cf259c5d
--
app    staging   from dev
blog   v1        → v2
web              refused
warning: web is refused: web v2 may be proposed for staging and needs an approval.
  approval: no approvals yet; 1 required
hint: `towpath approve web --stage staging --version v2` would clear it; `towpath ask` shows why
api is at v2 in staging already
pushed to main: Promote blog to staging: v1 -> v2

"#]]
    );
    assert_eq!(site.says("main", "apps/staging/web.yaml"), values("web", "v1"));
    assert_eq!(site.says("main", "apps/staging/blog.yaml"), values("blog", "v2"));
}

#[test]
fn a_lock_of_somebody_elses_counts_at_the_moment_of_writing() {
    let site = configured("");
    let other = site.another("other");
    site.sandbox
        .towpath(&other, &["lock", "--stage", "prod", "--reason", "incident 12"])
        .assert()
        .success();
    assert_data_eq!(
        site.told(&["promote", "api", "--to", "prod", "--push"]),
        str![[r#"
exit 3
--
error: api is refused: api v2 may not go to prod: lock.
  lock: prod is locked by Jo Doe: incident 12
hint: `towpath unlock --stage prod` would clear it; `towpath ask` shows why

"#]]
    );
    assert_eq!(landed(&site), "configure\n");
}

#[test]
fn a_rollback_says_that_it_failed_and_holds_the_stage() {
    let site = configured("gates: [isolation]\n");
    site.told(&["record", "api", "--stage", "prod", "passed"]);
    assert!(site.told(&["promote", "api", "--to", "prod", "--push"]).starts_with("exit 0\n"));
    assert_data_eq!(
        hash(site.told(&["rollback", "api", "--stage", "prod", "--push", "--yes"])),
        str![[r#"
exit 0
[commit]
--
app   prod   to
api   v2     → v1
Record api v2 in prod: failed
Hold api in prod: rolled back to v1
pushed to main: Roll back api in prod: v2 -> v1

"#]]
    );
    assert_eq!(site.says("main", "apps/prod/api.yaml"), values("api", "v1"));
    assert_data_eq!(
        site.told(&["promote", "api", "--to", "prod", "--push"]),
        str![[r#"
exit 3
--
error: api is refused: api v2 may not go to prod: isolation, hold.
  isolation: v1 (deployed 2026-09-01 12:00 UTC) has no recorded outcome
  hold: put on hold by Jo Doe: rolled back to v1
hint: `towpath record api --stage prod passed` would clear it; `towpath ask` shows why

"#]]
    );
    site.sandbox.git(&site.clone, &["pull", "-q"]);
    assert!(site.told(&["release", "api", "--stage", "prod"]).starts_with("exit 0\n"));
    assert!(site.told(&["record", "api", "--stage", "prod", "passed"]).starts_with("exit 0\n"));
    assert!(site.told(&["promote", "api", "--to", "prod", "--push"]).starts_with("exit 0\n"));
}

#[test]
fn the_glass_is_broken_by_those_who_may_and_on_record() {
    let site = configured("permissions:\n  break-glass: [ann]\n");
    let fire = [
        "deploy",
        "api",
        "v9",
        "--stage",
        "prod",
        "--push",
        "--break-glass",
        "the site is down",
        "--incident",
        "INC-7",
    ];
    assert_data_eq!(
        site.told(&fire),
        str![[r#"
exit 3
--
`--stage` is called `--to` now, and is accepted until 0.3
error: Jo Doe <jo@example.com> may not break the glass
hint: `permissions` in towpath.yaml:5 names ann

"#]]
    );
    assert_eq!(landed(&site), "configure\n");
    let site = configured("permissions:\n  break-glass: [jo]\n");
    assert_data_eq!(
        hash(site.told(&fire)),
        str![[r#"
exit 0
[commit]
--
`--stage` is called `--to` now, and is accepted until 0.3
warning: glass broken for api v9 to prod
warning: overridden: order: staging has never run v9
app   prod   to
api   v1     → v9
Override the gates for api v9 in prod: the site is down
pushed to main: Deploy api to prod: v1 -> v9

"#]]
    );
    assert_data_eq!(
        site.at_origin(&["log", "-1", "--format=%B", "main"]),
        str![[r#"
Deploy api to prod: v1 -> v9

App: api
Stage: prod
Image: ghcr.io/example/api
From-Version: v1
To-Version: v9
Promoted-By: Jo Doe <jo@example.com>
Gate-Override: the site is down (order)


"#]]
    );
    site.sandbox.git(&site.clone, &["pull", "-q"]);
    let history = site.told(&["history", "api", "-n", "1", "-o", "json"]);
    assert!(history.contains(r#""break_glass": "the site is down (order)""#), "{history}");
    let table = site.told(&["history", "api", "-n", "1"]);
    assert!(table.contains(", gates overridden: the site is down (order)"), "{table}");
    let said = site.told(&["ask", "api", "--to", "prod", "--version", "v8"]);
    assert!(said.starts_with("exit 3\n"), "another version is not let through: {said}");
    assert!(site.told(&["status"]).contains("glass broken by"), "{}", site.told(&["status"]));
    let events = site.run(&["ledger", "-o", "jsonl"]);
    let event: serde_json::Value =
        serde_json::from_str(events.lines().nth(1).expect("an event")).expect("JSON");
    assert_eq!(
        (event["incident"].as_str(), event["expires"].as_str()),
        (Some("INC-7"), Some("2026-09-01T14:00:00Z"))
    );
    let id = event["id"].as_str().expect("an id");
    assert!(site.run(&["ledger", "note", id, "it was the cache"]).starts_with("exit 0\n"));
    assert!(!site.told(&["status"]).contains("glass broken by"));
}

#[test]
fn nobody_may_break_the_glass_unless_somebody_is_named() {
    let site = configured("");
    assert_data_eq!(
        site.told(&["deploy", "api", "v9", "--to", "prod", "--push", "--break-glass", "fire"]),
        str![[r#"
exit 3
--
error: Jo Doe <jo@example.com> may not break the glass
hint: nobody may, because towpath.yaml has no `permissions: { break-glass: [...] }`

"#]]
    );
}

/// The commit is of the moment, because of what it stands on.
fn hash(said: String) -> String {
    let id = regex::Regex::new(r"\b[0-9a-f]{40}\b").expect("an expression");
    id.replace_all(&said, "[commit]").into_owned()
}

/// `proposals merge` is the web page of a repository without a forge, and no way around the gates.
#[test]
fn a_merge_passes_the_gates_like_everything_else() {
    let site = configured("permissions: { break-glass: [jo] }\n");
    assert!(site.told(&["promote", "web", "--to", "staging"]).starts_with("exit 0"));
    site.told(&["lock", "web", "--stage", "staging", "--reason", "incident 12"]);
    assert_data_eq!(
        site.told(&["proposals", "merge", "1"]),
        str![[r#"
exit 3
--
error: pull request 1 is not merged: web v2 may not go to staging: lock.
  lock: web in staging is locked by Jo Doe: incident 12
hint: `towpath unlock web --stage staging` would clear it; `towpath ask` shows why

"#]]
    );
    assert_eq!(site.says("main", "apps/staging/web.yaml"), values("web", "v1"));
    site.told(&["promote", "web", "--to", "staging", "--break-glass", "on fire"]);
    assert!(site.told(&["proposals", "merge", "1"]).starts_with("exit 0"));
    assert_eq!(site.says("main", "apps/staging/web.yaml"), values("web", "v2"));
}
