//! `towpath ask`, as people and scripts see it.

use super::configured;
use crate::delivery::{Site, values};
use snapbox::{assert_data_eq, str};

#[test]
fn without_a_config_it_says_what_holds() {
    let site = Site::new();
    assert_data_eq!(
        site.told(&["ask", "api", "--to", "prod"]),
        str![[r#"
exit 0
gate        verdict   reason                                               since   from
order       open      staging has run v2 since 2026-08-03 10:00 UTC        29d     built-in
isolation   open      v1 was deployed before outcomes were recorded here   31d     built-in
lock        open      not locked                                                   built-in
rejected    open      not rejected                                                 built-in
hold        open      not on hold                                                  built-in

api v2 may go to prod.
--

"#]]
    );
    assert_data_eq!(
        site.told(&["ask", "web", "--to", "prod", "--version", "v2"]),
        str![[r#"
exit 3
gate        verdict   reason                                               since   from
order       shut      staging has never run v2                                     built-in
isolation   open      v1 was deployed before outcomes were recorded here   31d     built-in
lock        open      not locked                                                   built-in
rejected    open      not rejected                                                 built-in
hold        open      not on hold                                                  built-in

web v2 may not go to prod: order.
to open the gate: towpath deploy web v2 --to staging
--

"#]]
    );
    assert_data_eq!(
        site.told(&["ask", "blog", "--to", "prod"]),
        str![[r#"
exit 0
gate        verdict   reason                                               since   from
order       open      staging has run v1 since 2026-08-01 10:00 UTC        31d     built-in
isolation   open      v1 was deployed before outcomes were recorded here   31d     built-in
lock        open      not locked                                                   built-in
rejected    open      not rejected                                                 built-in
hold        open      not on hold                                                  built-in

blog v1 already runs in prod.
--

"#]]
    );
}

#[test]
fn every_gate_answers_and_says_what_would_clear_it() {
    let site = configured(
        "\
gates:
- isolation
- { verified: staging, stages: [prod] }
- { bake: 2h, stages: [prod] }
- { approvals: 1, stages: [prod] }
- { window: 'Mon-Thu 09:00-16:00 Europe/London', stages: [prod] }
- { freeze: { from: 2026-12-20, to: 2027-01-03, reason: holidays }, stages: [prod] }
- { version: 'v[0-9]+', stages: [prod] }
permissions:
  prod: [ann@example.com]
",
    );
    assert_data_eq!(
        site.told_at("2026-09-05T20:00:00Z", &["ask", "api", "--to", "prod"]),
        str![[r#"
exit 3
gate        verdict          reason                                                       since   from
order       open             staging has run v2 since 2026-08-03 10:00 UTC                33d     built-in
isolation   shut             v1 (deployed 2026-08-01 10:00 UTC) has no recorded outcome   35d     towpath.yaml:5
verified    shut             v2 has no recorded outcome in staging                        33d     towpath.yaml:6
bake        open             v2 in staging has baked for 33d                              33d     towpath.yaml:7
approval    needs-approval   no approvals yet; 1 required                                         towpath.yaml:8
window      wait             opens Mon 2026-09-07 09:00 Europe/London                             towpath.yaml:9
freeze      open             the freeze starts Sun 2026-12-20 00:00 UTC                           towpath.yaml:10
lock        open             not locked                                                           built-in
rejected    open             not rejected                                                         built-in
hold        open             not on hold                                                          built-in
version     open             v2 meets the requirements                                            towpath.yaml:11

api v2 may not go to prod: isolation, verified, approval, window.
to open the gate: towpath record api --stage prod passed
to open the gate: towpath record api --stage staging passed --version v2
to open the gate: towpath approve api --stage prod --version v2
--

"#]]
    );
}

#[test]
fn json_has_it_all() {
    let site = configured("gates:\n- window: Mon-Thu 09:00-16:00 Europe/London\n");
    site.told(&["lock", "--stage", "prod", "--reason", "incident 12"]);
    let said = site.told_at("2026-09-05T20:00:00Z", &["ask", "api", "--to", "prod", "-o", "json"]);
    assert_data_eq!(said, snapbox::file!["ask.json.txt"]);
}

#[test]
fn any_moment_can_be_asked() {
    let site = configured("gates:\n- bake: 26h\n");
    let ask = |at: &str| site.told(&["ask", "api", "--to", "prod", "--version", "v2", "--at", at]);
    assert_data_eq!(
        ask("2026-08-03T09:59:00Z"),
        str![[r#"
exit 3
gate        verdict   reason                                               since   from
order       shut      staging has never run v2                                     built-in
isolation   open      v1 was deployed before outcomes were recorded here   1d      built-in
bake        shut      staging has never run v2                                     towpath.yaml:5
lock        open      not locked                                                   built-in
rejected    open      not rejected                                                 built-in
hold        open      not on hold                                                  built-in

api v2 may not go to prod: order, bake.
to open the gate: towpath deploy api v2 --to staging
--

"#]]
    );
    assert_data_eq!(
        ask("2026-08-04T10:00:00Z"),
        str![[r#"
exit 3
gate        verdict   reason                                                                 since   from
order       open      staging has run v2 since 2026-08-03 10:00 UTC                          1d      built-in
isolation   open      v1 was deployed before outcomes were recorded here                     3d      built-in
bake        wait      v2 in staging must bake for 1d 2h, counted from 2026-08-03 10:00 UTC   1d      towpath.yaml:5
lock        open      not locked                                                                     built-in
rejected    open      not rejected                                                                   built-in
hold        open      not on hold                                                                    built-in

api v2 must wait until Tue 2026-08-04 12:00 UTC to go to prod: bake.
--

"#]]
    );
    assert!(ask("2026-08-04T12:00:00Z").starts_with("exit 0\n"));
    assert_data_eq!(
        ask("some day"),
        str![[r#"
exit 2
--
error: `some day` is neither a commit, branch or tag in this repository nor a time
hint: write a time as `2026-05-05`, `2026-05-05T10:00`, `2026-05-05T10:00:00Z`, `14:05` (today), `now`, `today`, `yesterday`, `noon`, `last monday`, `3 days ago`, `2 weeks ago`, `90d`

"#]]
    );
}

#[test]
fn a_past_answer_knows_nothing_of_later_events() {
    let site = configured("");
    site.told_at("2026-08-10T10:00:00Z", &["lock", "api", "--reason", "broken"]);
    let exit = |at: &str| {
        site.told(&["ask", "api", "--to", "prod", "--at", at]).lines().next().map(str::to_owned)
    };
    assert_eq!(exit("2026-08-10T09:59:59Z").as_deref(), Some("exit 0"));
    assert_eq!(exit("2026-08-10T10:00:00Z").as_deref(), Some("exit 3"));
}

#[test]
fn what_cannot_be_asked() {
    let site = configured("");
    assert_data_eq!(
        site.told(&["ask", "apy", "--to", "prod"]),
        str![[r#"
exit 2
--
error: there is no app `apy`
hint: did you mean `api`?

"#]]
    );
    assert_data_eq!(
        site.told(&["ask", "api", "--to", "prd"]),
        str![[r#"
exit 2
--
error: there is no stage `prd`
hint: did you mean `prod`?

"#]]
    );
    assert_data_eq!(
        site.told(&["ask", "api", "--to", "dev"]),
        str![[r#"
exit 2
--
error: no previous stage of dev runs api, so the version is unknown
hint: name the version with --version

"#]]
    );
    assert_data_eq!(
        site.told(&["ask", "api", "--to", "prod", "--target", "eu"]),
        str![[r#"
exit 2
--
error: there is no target `eu`

"#]]
    );
}

#[test]
fn many_questions_are_answered_at_once() {
    let site = configured("");
    std::fs::write(
        site.clone.join("questions"),
        "api prod\n\nweb prod v2\nblog prod - 2026-08-02T10:00:00Z\n",
    )
    .expect("written");
    assert_data_eq!(
        site.told(&["ask", "--questions", "questions"]),
        str![[r#"
exit 3
2026-09-01T12:00:00Z api v2 may go to prod.
2026-09-01T12:00:00Z web v2 may not go to prod: order.
2026-08-02T10:00:00Z blog v1 already runs in prod.
--

"#]]
    );
    let jsonl = site.told(&["ask", "--questions", "questions", "-o", "jsonl"]);
    assert_eq!(
        jsonl.lines().filter(|line| line.contains(r#""schema":"towpath.ask/1""#)).count(),
        3
    );
    std::fs::write(site.clone.join("questions"), "api prod\nweb\n").expect("written");
    assert_data_eq!(
        site.told(&["ask", "--questions", "questions"]),
        str![[r#"
exit 2
--
error: `web` is not a question
hint: write a question as APP STAGE [VERSION [TIME]]
hint: the question is in line 2

"#]]
    );
}

#[test]
fn it_waits_until_it_may() {
    let site = configured("");
    site.told(&["lock", "api", "--reason", "wait"]);
    let start = std::process::Stdio::piped();
    let waiting = site.sandbox.spawn(
        &site.clone,
        &["ask", "api", "--to", "prod", "--wait", "--every", "100ms"],
        start,
    );
    std::thread::sleep(std::time::Duration::from_millis(300));
    let other = site.another("other");
    site.sandbox.towpath(&other, &["unlock", "api"]).assert().success();
    let output = waiting.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&output.stdout).ends_with("api v2 may go to prod.\n"));
    let over =
        site.told(&["ask", "web", "--to", "prod", "--version", "v2", "--wait", "--timeout", "1ms"]);
    assert!(over.starts_with("exit 3\n"), "{over}");
}

#[test]
fn flags_of_the_mapping_stop_it() {
    let site = configured("gates: [version]\n");
    let flagged = |flag: &str| format!("{}{flag}: false\n", values("api", "v2"));
    site.land(
        "apps/staging/api.yaml",
        &flagged("promote_deployment"),
        "hold api",
        "2026-08-06T10:00:00Z",
    );
    let said = site.told(&["ask", "api", "--to", "prod"]);
    assert!(
        said.contains("version     shut      promote_deployment is false in staging"),
        "{said}"
    );
}

/// A job that clones one commit knows of no yesterday, and must not take that for long ago.
#[test]
fn a_shallow_clone_takes_nothing_for_granted() {
    let site = configured("gates: [bake: 1h]\n");
    let url = format!("file://{}", site.sandbox.path("origin.git").display());
    site.sandbox.git(&site.sandbox.path(""), &["clone", "-q", "--depth=1", &url, "one"]);
    let one = site.sandbox.path("one").to_string_lossy().into_owned();
    let soon = "2026-08-05T10:30:00Z";
    assert_data_eq!(
        site.told_at(soon, &["-C", &one, "ask", "api", "--to", "prod"]),
        str![[r#"
exit 3
gate        verdict   reason                                                                                     from
order       open      staging runs v2                                                                            built-in
isolation   shut      unknown when v1 was deployed: the history of this clone starts at 2026-08-05 10:00 UTC     built-in
bake        wait      v2 in staging must bake for 1h; the history of this clone starts at 2026-08-05 10:00 UTC   towpath.yaml:4
lock        open      not locked                                                                                 built-in
rejected    open      not rejected                                                                               built-in
hold        open      not on hold                                                                                built-in

api v2 may not go to prod: isolation, bake.
to open the gate: git fetch --unshallow
--

"#]]
    );
    assert_data_eq!(
        site.told_at(soon, &["-C", &one, "promote", "api", "--to", "prod", "--push"]),
        str![[r#"
exit 3
--
error: api is refused: api v2 may not go to prod: isolation, bake.
  isolation: unknown when v1 was deployed: the history of this clone starts at 2026-08-05 10:00 UTC
  bake: v2 in staging must bake for 1h; the history of this clone starts at 2026-08-05 10:00 UTC
hint: `git fetch --unshallow` would clear it; `towpath ask` shows why

"#]]
    );
    site.sandbox.git(&site.sandbox.path("one"), &["fetch", "-q", "--unshallow"]);
    assert!(site.told_at(soon, &["-C", &one, "ask", "api", "--to", "prod"]).starts_with("exit 0"));
}

#[test]
fn an_approval_does_not_end_a_freeze() {
    let site =
        configured("gates:\n- approvals: 1\n- freeze: { from: 2026-08-01, to: 2026-12-31 }\n");
    let said = site.told(&["ask", "api", "--to", "prod"]);
    let sentence = "api v2 may be proposed for prod and needs an approval, not before Fri 2027-01-01 00:00 UTC.";
    assert!(said.contains(sentence), "{said}");
}

/// The mapping itself can say that a version is not to be promoted, without any rule.
#[test]
fn flags_beside_the_version_count_without_a_rule() {
    let site = configured("");
    let text = format!("promote_deployment: false\n{}", crate::delivery::values("api", "v2"));
    site.land("apps/staging/api.yaml", &text, "keep api here", "2026-08-06T10:00:00Z");
    let said = site.told(&["ask", "api", "--to", "prod"]);
    assert!(said.starts_with("exit 3\n"), "{said}");
    assert!(said.contains("promote_deployment is false in staging"), "{said}");
    site.land(
        "apps/staging/api.yaml",
        &crate::delivery::values("api", "v2"),
        "go on",
        "2026-08-07T10:00:00Z",
    );
    assert!(site.told(&["ask", "api", "--to", "prod"]).starts_with("exit 0\n"));
}

/// A version that failed is not promoted, also where no gate asks for an outcome.
#[test]
fn a_failure_in_the_previous_stage_shuts() {
    let site = configured("");
    assert!(site.told(&["record", "api", "--stage", "staging", "failed"]).starts_with("exit 0\n"));
    let said = site.told(&["ask", "api", "--to", "prod"]);
    assert!(said.starts_with("exit 3\n"), "{said}");
    assert!(said.contains("v2 failed in staging at"), "{said}");
    assert!(site.told(&["record", "api", "--stage", "staging", "passed"]).starts_with("exit 0\n"));
    assert!(site.told(&["ask", "api", "--to", "prod"]).starts_with("exit 0\n"));
}
