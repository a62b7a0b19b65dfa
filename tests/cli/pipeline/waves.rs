//! Targets that follow each other, for every command: asked, planned, proposed, merged, rolled back.

use crate::delivery::{Site, values};
use snapbox::{assert_data_eq, str};

const WAVES: &str = "  waves:\n  - { targets: canary, bake: 30m }\n  - [eu, us]\n  - '*'\n";

/// web in dev, and in four targets of prod; dev is ahead.
fn site(rest: &str) -> Site {
    let site = Site::new();
    for target in ["canary", "eu", "us", "sa"] {
        put(&site, target, "v1");
    }
    site.land("fleet/dev/web.yaml", &values("web", "v1"), "a fleet", "2026-08-30T09:00:00Z");
    let config = "sources:\n- helm-values: ['fleet/{stage}/{target}/{app}.yaml', 'fleet/{stage}/{app}.yaml']\n";
    let text = format!("{config}stages:\n- dev\n- name: prod\n{rest}");
    site.land("towpath.yaml", &text, "configure", "2026-08-30T10:00:00Z");
    site.land("fleet/dev/web.yaml", &values("web", "v2"), "v2", "2026-08-31T10:00:00Z");
    site
}

/// Not committed yet.
fn put(site: &Site, target: &str, version: &str) {
    let folder = site.clone.join(format!("fleet/prod/{target}"));
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join("web.yaml"), values("web", version)).expect("written");
}

/// What runs in prod at origin: `canary v1, eu v1, sa v1, us v1`.
fn runs(site: &Site) -> String {
    let version = |target: &&str| {
        let text = site.says("main", &format!("fleet/prod/{target}/web.yaml"));
        let tag = text
            .lines()
            .find_map(|line| line.trim().strip_prefix("tag: "))
            .expect("a tag")
            .to_owned();
        format!("{target} {}", tag.split(' ').next().unwrap_or_default())
    };
    ["canary", "eu", "us", "sa"].iter().map(version).collect::<Vec<_>>().join(", ")
}

fn at(site: &Site, minute: u32, arguments: &[&str]) -> String {
    site.sandbox.git(&site.clone, &["pull", "-q"]);
    let said = site
        .told_at(&format!("2026-09-01T{:02}:{:02}:00Z", 12 + minute / 60, minute % 60), arguments);
    regex::Regex::new("[0-9a-f]{40}")
        .expect("an expression")
        .replace_all(&said, "[commit]")
        .into_owned()
}

#[test]
fn each_promotion_moves_the_wave_whose_turn_it_is() {
    let site = site(WAVES);
    assert_data_eq!(
        at(&site, 0, &["ask", "web", "--to", "prod"]),
        str![[r#"
exit 0
gate        verdict   reason                                                        since   from
order       open      dev has run v2 since 2026-08-31 10:00 UTC                     1d      built-in
isolation   open      v1 (canary) was deployed before outcomes were recorded here   2d      built-in
wave        open      no earlier wave in prod                                               towpath.yaml:6
lock        open      not locked                                                            built-in
rejected    open      not rejected                                                          built-in
hold        open      not on hold                                                           built-in

web v2 may go to prod (canary).

web v2 may not go to prod (eu, us): wave.
web v2 may not go to prod (sa): wave.
--

"#]]
    );
    assert_data_eq!(
        at(&site, 0, &["promote", "web", "--to", "prod", "--dry-run"]),
        str![[r#"
exit 0
app   target   prod   from dev
web   canary   v1     → v2

diff --git a/fleet/prod/canary/web.yaml b/fleet/prod/canary/web.yaml
--- a/fleet/prod/canary/web.yaml
+++ b/fleet/prod/canary/web.yaml
@@ -1,5 +1,5 @@
 # of web
 image:
   repository: ghcr.io/example/web
-  tag: v1 # moves
+  tag: v2 # moves
 replicas: 2
--

"#]]
    );
    assert_data_eq!(
        at(&site, 0, &["promote", "web", "--to", "prod", "--push"]),
        str![[r#"
exit 0
[commit]
--
app   target   prod   from dev
web   canary   v1     → v2
pushed to main: Promote web to prod/canary: v1 -> v2

"#]]
    );
    assert_eq!(runs(&site), "canary v2, eu v1, us v1, sa v1");
}

/// The first wave has it, and it has passed there.
fn begun() -> Site {
    let site = site(WAVES);
    at(&site, 0, &["promote", "web", "--to", "prod", "--push"]);
    at(&site, 1, &["record", "web", "--stage", "prod", "--target", "canary", "passed"]);
    site
}

#[test]
fn the_next_wave_waits_until_the_one_before_has_baked() {
    let site = begun();
    assert_data_eq!(
        at(&site, 10, &["ask", "web", "--to", "prod"]),
        str![[r#"
exit 3
web v2 already runs in prod (canary).

gate        verdict   reason                                                                     since   from
order       open      dev has run v2 since 2026-08-31 10:00 UTC                                  1d      built-in
isolation   open      v1 (eu) was deployed before outcomes were recorded here                    2d      built-in
wave        wait      v2 in prod (canary) must bake for 30m, counted from 2026-09-01 12:00 UTC   10m     towpath.yaml:8
lock        open      not locked                                                                         built-in
rejected    open      not rejected                                                                       built-in
hold        open      not on hold                                                                        built-in

web v2 must wait until Tue 2026-09-01 12:30 UTC to go to prod (eu, us): wave.

web v2 may not go to prod (sa): wave.
--

"#]]
    );
    assert_data_eq!(
        at(&site, 10, &["promote", "web", "--to", "prod", "--push"]),
        str![[r#"
exit 3
--
error: web is refused: web v2 must wait until Tue 2026-09-01 12:30 UTC to go to prod (eu, us): wave.
  wave: v2 in prod (canary) must bake for 30m, counted from 2026-09-01 12:00 UTC
hint: without --push, towpath opens a pull request that waits

"#]]
    );
    assert_eq!(runs(&site), "canary v2, eu v1, us v1, sa v1");
    let said = at(&site, 31, &["promote", "web", "--to", "prod", "--push"]);
    assert!(said.starts_with("exit 0\n"), "{said}");
    assert_eq!(runs(&site), "canary v2, eu v2, us v2, sa v1");
    let said = at(&site, 32, &["promote", "web", "--to", "prod", "--push"]);
    assert!(said.starts_with("exit 0\n"), "{said}");
    assert_eq!(runs(&site), "canary v2, eu v2, us v2, sa v2");
    assert_data_eq!(
        at(&site, 33, &["ask", "web", "--to", "prod"]),
        str![[r#"
exit 0
web v2 already runs in prod (canary).
web v2 already runs in prod (eu, us).

gate        verdict   reason                                                            since   from
order       open      dev has run v2 since 2026-08-31 10:00 UTC                         1d      built-in
isolation   shut      v2 (sa) (deployed 2026-09-01 12:32 UTC) has no recorded outcome   1m      built-in
wave        open      already runs v2                                                           towpath.yaml:6
lock        open      not locked                                                                built-in
rejected    open      not rejected                                                              built-in
hold        open      not on hold                                                               built-in

web v2 already runs in prod (sa).
--

"#]]
    );
}

#[test]
fn nobody_gets_round_it_by_naming_a_target() {
    let site = begun();
    assert_data_eq!(
        at(&site, 10, &["promote", "web", "--to", "prod", "--target", "sa", "--push"]),
        str![[r#"
exit 3
--
error: web is refused: web v2 may not go to prod (sa): wave.
  wave: wave 2 comes first, and prod (eu) has never run v2
hint: `towpath promote web --to prod --version v2` would clear it; `towpath ask` shows why

"#]]
    );
    assert_data_eq!(
        at(&site, 10, &["ask", "web", "--to", "prod", "--target", "sa"]),
        str![[r#"
exit 3
gate        verdict   reason                                                    since   from
order       open      dev has run v2 since 2026-08-31 10:00 UTC                 1d      built-in
isolation   open      v1 (sa) was deployed before outcomes were recorded here   2d      built-in
wave        shut      wave 2 comes first, and prod (eu) has never run v2                towpath.yaml:9
lock        open      not locked                                                        built-in
rejected    open      not rejected                                                      built-in
hold        open      not on hold                                                       built-in

web v2 may not go to prod (sa): wave.
to open the gate: towpath promote web --to prod --version v2
--

"#]]
    );
    assert_eq!(runs(&site), "canary v2, eu v1, us v1, sa v1");
}

#[test]
fn json_tells_of_each_wave() {
    let site = site(WAVES);
    let said = at(&site, 0, &["ask", "web", "--to", "prod", "--output", "json"]);
    let json: serde_json::Value = serde_json::from_str(
        said.split_once('\n').expect("lines").1.split("\n--").next().expect("a part"),
    )
    .expect("JSON");
    assert_eq!(json["targets"], serde_json::json!(["canary"]));
    assert_eq!(json["target"], "canary");
    let waves: Vec<String> = json["waves"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|wave| {
            format!("{} {} {} {}", wave["targets"], wave["there"], wave["allowed"], wave["verdict"])
        })
        .collect();
    assert_eq!(
        waves,
        [
            "[\"canary\"] false true \"open\"",
            "[\"eu\",\"us\"] false false \"shut\"",
            "[\"sa\"] false false \"shut\""
        ]
    );
}

#[test]
fn advance_takes_wave_after_wave() {
    let site = site(&format!("  merge: auto\n{WAVES}"));
    assert_data_eq!(
        at(&site, 0, &["advance", "--dry-run"]),
        str![[r#"
exit 0
web v2 to prod (canary): would be proposed: every gate is open
--

"#]]
    );
    assert_data_eq!(
        at(&site, 0, &["advance"]),
        str![[r#"
exit 0
web v2 to prod (canary): merged /sandbox/origin.git#1
--

"#]]
    );
    assert_eq!(runs(&site), "canary v2, eu v1, us v1, sa v1");
    at(&site, 1, &["record", "web", "--stage", "prod", "--target", "canary", "passed"]);
    assert_data_eq!(
        at(&site, 2, &["advance"]),
        str![[r#"
exit 0
web v2 to prod (eu, us): opened /sandbox/origin.git#2: wave: v2 in prod (canary) must bake for 30m, counted from 2026-09-01 12:00 UTC
--

"#]]
    );
    assert_eq!(runs(&site), "canary v2, eu v1, us v1, sa v1");
    // The next version may be tried in the canary while the last one waits for its turn.
    site.land("fleet/dev/web.yaml", &values("web", "v3"), "v3", "2026-09-01T12:20:00Z");
    assert_data_eq!(
        at(&site, 35, &["advance"]),
        str![[r#"
exit 0
web v3 to prod (canary): merged /sandbox/origin.git#3
web v2 to prod (eu, us): merged /sandbox/origin.git#2
--

"#]]
    );
    assert_eq!(runs(&site), "canary v3, eu v2, us v2, sa v1");
    assert_data_eq!(
        at(&site, 36, &["advance"]),
        str![[r#"
exit 0
web v3 to prod (eu, us): not proposed: isolation: v2 (eu) (deployed 2026-09-01 12:35 UTC) has no recorded outcome; wave: v3 in prod (canary) must bake for 30m, counted from 2026-09-01 12:35 UTC
web v2 to prod (sa): merged /sandbox/origin.git#4
--

"#]]
    );
    assert_eq!(runs(&site), "canary v3, eu v2, us v2, sa v2");
}

#[test]
fn a_proposal_of_a_later_wave_says_what_it_waits_for_and_is_closed_when_it_comes_too_late() {
    let site = begun();
    assert_data_eq!(
        at(&site, 2, &["advance"]),
        str![[r#"
exit 0
web v2 to prod (eu, us): opened /sandbox/origin.git#1: wave: v2 in prod (canary) must bake for 30m, counted from 2026-09-01 12:00 UTC
--

"#]]
    );
    let shown = at(&site, 2, &["proposals", "show", "towpath/prod/web@eu+us"]);
    assert!(shown.contains("**wave** wait: v2 in prod (canary) must bake for 30m"), "{shown}");
    put(&site, "eu", "v2");
    site.land("fleet/prod/us/web.yaml", &values("web", "v2"), "by hand", "2026-09-01T12:40:00Z");
    assert_data_eq!(
        at(&site, 41, &["advance"]),
        str![[r#"
exit 0
web v2 to prod (sa): opened /sandbox/origin.git#2: every gate is open
closed /sandbox/origin.git#1: the stage already runs its version
--

"#]]
    );
}

#[test]
fn neither_a_rollback_nor_an_emergency_waits_for_waves() {
    let site = site(&format!("{WAVES}permissions: {{ break-glass: [Jo Doe] }}\n"));
    let said = at(&site, 0, &["promote", "web", "--to", "prod", "--push", "--break-glass", "down"]);
    assert_data_eq!(
        said,
        str![[r#"
exit 0
[commit]
--
warning: glass broken for web v2 to prod
warning: overridden: wave: wave 1 comes first, and prod (canary) has never run v2
app   target   prod   from dev
web   canary   v1     → v2
web   eu       v1     → v2
web   sa       v1     → v2
web   us       v1     → v2
Override the gates for web v2 in prod: down
pushed to main: Promote web to prod: v1 -> v2

"#]]
    );
    assert_eq!(runs(&site), "canary v2, eu v2, us v2, sa v2");
    let said = at(&site, 1, &["rollback", "web", "--stage", "prod", "--push"]);
    assert!(said.starts_with("exit 0\n"), "{said}");
    assert_eq!(runs(&site), "canary v1, eu v1, us v1, sa v1");
}

#[test]
fn the_audit_finds_a_wave_that_did_not_wait() {
    let site = site(WAVES);
    at(&site, 0, &["promote", "web", "--to", "prod", "--push"]);
    site.sandbox.git(&site.clone, &["pull", "-q"]);
    site.land("fleet/prod/eu/web.yaml", &values("web", "v2"), "by hand", "2026-09-01T12:05:00Z");
    let said = at(&site, 10, &["audit", "--rule", "bake-too-short", "--output", "markdown"]);
    assert!(
        said.contains("v2 in prod (canary) must bake for 30m, counted from 2026-09-01 12:00 UTC"),
        "{said}"
    );
}

#[test]
fn a_wave_that_names_no_target_is_an_error() {
    let site = site("  waves: [canray, '*']\n");
    for arguments in [
        &["ask", "web", "--to", "prod"][..],
        &["promote", "web", "--to", "prod", "--push"],
        &["advance"],
    ] {
        assert_data_eq!(
            at(&site, 0, arguments),
            str![[r#"
exit 2
--
error: towpath.yaml:6: a wave of prod names `canray`, which is not a target of the stage
hint: its targets are canary, eu, sa, us

"#]]
        );
    }
}
