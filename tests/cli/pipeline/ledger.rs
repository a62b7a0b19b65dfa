//! The commands that write to the ledger.

use super::configured;
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
    assert_data_eq!(site.told(&["locks", "-o", "json"]), snapbox::file!["locks.json.txt"]);
    assert_data_eq!(
        site.told(&["ask", "api", "--to", "prod"]),
        str![[r#"
exit 3
gate        verdict   reason                                                             since   from
order       open      staging has run v2 since 2026-08-03 10:00 UTC                      29d     built-in
isolation   open      v1 was deployed before outcomes were recorded here                 31d     built-in
lock        wait      prod is locked by Jo Doe until 2026-09-01 14:00 UTC: incident 12   0s      ledger [short]
rejected    open      not rejected                                                               built-in
hold        open      not on hold                                                                built-in

api v2 must wait until Tue 2026-09-01 14:00 UTC to go to prod: lock.
to open the gate: towpath unlock --stage prod
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
error: no app or stage is named
hint: name an app, use --stage, or use --all

"#]]
    );
    assert_data_eq!(
        site.told(&["lock", "--all", "--reason", "x", "--until", "2026-01-01"]),
        str![[r#"
exit 2
--
error: `2026-01-01` is in the past

"#]]
    );
    assert_data_eq!(
        site.told(&["lock", "--all", "--reason", "x", "--until", "soon"]),
        str![[r#"
exit 2
--
error: `soon` is neither a time span nor a time
hint: write it as `2h` or `3d`, or as `2026-05-05`, `2026-05-05T10:00`, `2026-05-05T10:00:00Z`, `14:05` (today), `now`, `today`, `yesterday`, `noon`, `last monday`, `3 days ago`, `2 weeks ago`, `90d`

"#]]
    );
}

#[test]
fn outcomes_are_about_a_deployment() {
    let site = configured("gates: [isolation, verified]\n");
    assert_data_eq!(
        site.told(&[
            "record",
            "api",
            "--stage",
            "staging",
            "passed",
            "--evidence",
            "https://ci.example.com/7"
        ]),
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
gate        verdict   reason                                          since   from
order       open      staging has run v2 since 2026-08-03 10:00 UTC   29d     built-in
isolation   open      v1 failed at 2026-09-01 12:00 UTC               0s      towpath.yaml:4
verified    open      v2 passed in staging at 2026-09-01 12:00 UTC    0s      towpath.yaml:4
lock        open      not locked                                              built-in
rejected    open      not rejected                                            built-in
hold        open      not on hold                                             built-in

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
{"schema":"towpath.event/1","by":{"name":"Jo Doe","email":"jo@example.com"},"id":"[id]","time":"2026-09-01T12:00:00Z","event":"outcome","app":"api","stage":"prod","target":null,"version":"v1","deployments":["cea64778d042497d4ef34026fdfdcfdce205b066"],"outcome":"failed","evidence":null,"places":[{"path":"apps/prod/api.yaml","key":"image.tag"}]}
--

"#]]
    );
}

#[test]
fn people_approve_reject_and_release() {
    let site = configured(
        "gates: [approvals: 1]\npermissions:\n  prod: [jo@example.com]\n  staging: [ann]\n",
    );
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
error: Jo Doe <jo@example.com> may not approve web for staging
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
    assert!(said.contains("v2 was rejected by Jo Doe: it leaks"), "{said}");
    assert_data_eq!(
        site.told(&["unreject", "web", "v2"]),
        str![[r#"
exit 0
--
Withdraw the rejection of web v2

"#]]
    );
    assert!(site.told(&["ask", "api", "--to", "prod"]).contains("approved by Jo Doe"));
}

#[test]
fn what_nobody_has_said_is_not_taken_back() {
    let site = configured("");
    let events = || site.told(&["ledger", "-n", "0", "-o", "jsonl"]).lines().count();
    let before = events();
    assert_data_eq!(
        site.told(&["unreject", "web", "v2"]),
        str![[r#"
exit 0
--
web v2 is not rejected

"#]]
    );
    assert_data_eq!(
        site.told(&["release", "web", "--stage", "prod"]),
        str![[r#"
exit 0
--
web is not on hold in prod

"#]]
    );
    assert_eq!(events(), before);
    let other = site.another("other").to_string_lossy().into_owned();
    assert!(site.told(&["-C", &other, "reject", "web", "v2"]).starts_with("exit 0"));
    assert_data_eq!(
        site.told(&["unreject", "web", "v2"]),
        str![[r#"
exit 0
--
Withdraw the rejection of web v2

"#]]
    );
}

#[test]
fn a_slip_is_no_answer() {
    let site = configured("");
    let names = [["--app", "webb"], ["--stage", "production"], ["--app", "api"]];
    let said: String =
        names.iter().map(|name| site.told(&[&["ledger"], &name[..]].concat())).collect();
    assert_data_eq!(
        said,
        str![[r#"
exit 2
--
error: there is no app `webb`
hint: did you mean `web`?
exit 2
--
error: there is no stage `production`
hint: did you mean `prod`?
exit 0
--
no event matches

"#]]
    );
}

#[test]
fn a_record_says_something() {
    let site = configured("");
    let nothing: [&[&str]; 9] = [
        &["lock", "--all", "--reason", " "],
        &["reject", "web", ""],
        &["reject", "web", "v2", "--reason", ""],
        &["approve", "web", "--stage", "prod", "--version", ""],
        &["record", "web", "--stage", "dev", "passed", "--version", ""],
        &["ask", "web", "--to", "prod", "--version", "v1 v2"],
        &["promote", "web", "--to", "prod", "--break-glass", ""],
        &["rollback", "web", "--stage", "prod", "--break-glass", " "],
        &["ledger", "note", "00", ""],
    ];
    let said: String =
        nothing.iter().map(|arguments| format!("{arguments:?} {}", site.told(arguments))).collect();
    assert_data_eq!(
        said,
        str![[r#"
["lock", "--all", "--reason", " "] exit 2
--
error: invalid value ' ' for '--reason <TEXT>': must not be empty

For more information, try '--help'.
["reject", "web", ""] exit 2
--
error: invalid value '' for '<VERSION>': a version must be one line of text

For more information, try '--help'.
["reject", "web", "v2", "--reason", ""] exit 2
--
error: invalid value '' for '--reason <TEXT>': must not be empty

For more information, try '--help'.
["approve", "web", "--stage", "prod", "--version", ""] exit 2
--
error: invalid value '' for '--version <VERSION>': a version must be one line of text

For more information, try '--help'.
["record", "web", "--stage", "dev", "passed", "--version", ""] exit 2
--
error: invalid value '' for '--version <VERSION>': a version must be one line of text

For more information, try '--help'.
["ask", "web", "--to", "prod", "--version", "v1 v2"] exit 2
--
error: `v1 v2` is not a tag: a tag has up to 128 letters, digits, `_`, `.` and `-`, and starts with a letter, a digit or `_`
["promote", "web", "--to", "prod", "--break-glass", ""] exit 2
--
error: invalid value '' for '--break-glass <REASON>': must not be empty

For more information, try '--help'.
["rollback", "web", "--stage", "prod", "--break-glass", " "] exit 2
--
error: invalid value ' ' for '--break-glass <REASON>': must not be empty

For more information, try '--help'.
["ledger", "note", "00", ""] exit 2
--
error: invalid value '' for '<TEXT>': must not be empty

For more information, try '--help'.

"#]]
    );
}

#[test]
fn the_ledger_goes_nowhere_without_an_origin() {
    let site = configured("");
    site.sandbox.git(&site.clone, &["remote", "remove", "origin"]);
    assert_data_eq!(
        site.told(&["ledger", "push"]),
        str![[r#"
exit 1
--
error: the repository has no remote `origin`
hint: the ledger exists only in this clone; `towpath ledger` shows it

"#]]
    );
    assert_data_eq!(
        site.told(&["ledger", "fetch"]),
        str![[r#"
exit 1
--
error: the repository has no remote `origin`
hint: the ledger exists only in this clone; `towpath ledger` shows it

"#]]
    );
    assert_data_eq!(
        site.told(&["advance"]),
        str![[r#"
exit 1
--
error: the repository has no remote `origin` for pull requests
hint: `towpath advance --dry-run` shows what could be promoted

"#]]
    );
}

#[test]
fn a_version_that_nobody_knows_is_taken_with_a_warning() {
    let site = configured("");
    assert_data_eq!(
        site.told(&["approve", "web", "--stage", "prod", "--version", "v99"]),
        str![[r#"
exit 0
--
warning: no stage ever ran web v99
Approve web v99 for prod

"#]]
    );
    assert_data_eq!(
        site.told(&["reject", "web", "v99"]),
        str![[r#"
exit 0
--
warning: no stage ever ran web v99
Reject web v99

"#]]
    );
}
