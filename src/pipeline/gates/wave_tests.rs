//! Gates of stages with waves.

use crate::pipeline::testing::GateBench;
use snapbox::{assert_data_eq, str};

const CONFIG: &str = "\
stages:
- dev
- name: prod
  waves:
  - { targets: canary, bake: 30m }
  - [eu, us]
";

const PAST: [&str; 6] = [
    "0 web dev ->v1",
    "0 web prod/canary ->v1",
    "0 web prod/eu ->v1",
    "0 web prod/us ->v1",
    "10 web dev v1>v2",
    "20 web prod/canary v1>v2",
];

const GATES: &[&str] = &["wave", "verified"];

#[test]
fn the_first_wave_waits_for_none() {
    let bench = GateBench::of(CONFIG, &PAST);
    assert_data_eq!(
        bench.said(15, "web prod/canary v2", GATES),
        "wave open (line 4): no earlier wave in prod\n"
    );
}

#[test]
fn a_later_wave_takes_what_the_wave_before_has_baked() {
    let bench = GateBench::of(CONFIG, &PAST);
    let said = |minute, words: &str| bench.said(minute, words, GATES);
    assert_data_eq!(
        said(15, "web prod/eu+us v2"),
        str![[r#"
wave shut (line 6): wave 1 comes first, and prod (canary) has never run v2
  clear: towpath promote web --to prod --version v2

"#]]
    );
    assert_data_eq!(
        said(21, "web prod/eu+us v2"),
        str![[r#"
wave wait until 1970-01-01 00:50 UTC (line 6): v2 in prod (canary) must bake for 30m, counted from 1970-01-01 00:20 UTC

"#]]
    );
    assert_data_eq!(
        said(50, "web prod/eu+us v2"),
        str![[r#"
wave open (line 6): v2 in prod (canary) has baked for 30m

"#]]
    );
    // A version that was replaced too early has to run there again.
    let hasty = [&PAST[..], &["25 web dev v2>v3", "30 web prod/canary v2>v3"]].concat();
    assert_data_eq!(
        GateBench::of(CONFIG, &hasty).said(90, "web prod/eu v2", GATES),
        str![[r#"
wave shut (line 6): v2 in prod (canary) was replaced after 10m; it must bake for 30m

"#]]
    );
    // A version that ran long enough may still go on.
    let late = [&PAST[..], &["55 web dev v2>v3", "60 web prod/canary v2>v3"]].concat();
    assert_data_eq!(
        GateBench::of(CONFIG, &late).said(61, "web prod/eu v2", GATES),
        str![[r#"
wave open (line 6): v2 in prod (canary) has baked for 40m

"#]]
    );
}

#[test]
fn all_targets_at_once_are_two_waves_at_once() {
    let bench = GateBench::of(CONFIG, &PAST);
    assert_data_eq!(
        bench.said(15, "web prod v2", GATES),
        str![[r#"
wave shut (line 6): wave 1 comes first, and prod (canary) has never run v2
  clear: towpath promote web --to prod --version v2

"#]]
    );
    // A target that already has the version does not move.
    assert_data_eq!(
        bench.said(50, "web prod v2", GATES),
        str![[r#"
wave open (line 6): v2 in prod (canary) has baked for 30m

"#]]
    );
}

#[test]
fn a_failure_holds_later_waves_back() {
    let bench = GateBench::of(CONFIG, &PAST).outcome(25, "web prod/canary v2 failed");
    assert_data_eq!(
        bench.said(60, "web prod/us v2", GATES),
        str![[r#"
wave shut (line 6): v2 failed in prod (canary) at 1970-01-01 00:25 UTC
  clear: towpath record web --stage prod passed --target canary --version v2

"#]]
    );
    let mended = bench.outcome(61, "web prod/canary v2 passed");
    assert_data_eq!(
        mended.said(62, "web prod/us v2", GATES),
        "wave open (line 6): v2 in prod (canary) has baked for 42m\n"
    );
}

#[test]
fn bake_may_count_from_the_outcome() {
    let config = CONFIG.replace("bake: 30m", "bake: { for: 30m, from: outcome }");
    let bench = GateBench::of(&config, &PAST);
    assert_data_eq!(
        bench.said(90, "web prod/eu v2", GATES),
        str![[r#"
wave shut (line 6): v2 in prod (canary) has not passed; it must bake for 30m after that
  clear: towpath record web --stage prod passed --target canary --version v2

"#]]
    );
    let passed = bench.outcome(40, "web prod/canary v2 passed");
    assert_data_eq!(
        passed.said(69, "web prod/eu v2", GATES),
        "wave wait until 1970-01-01 01:10 UTC (line 6)[..]\n"
    );
    assert_data_eq!(passed.said(70, "web prod/eu v2", GATES), "wave open[..]\n");
}

#[test]
fn verified_looks_at_the_wave_before_too() {
    let bench = GateBench::of(&format!("{CONFIG}  gates: [verified]\n"), &PAST)
        .outcome(12, "web dev v2 passed");
    assert_data_eq!(
        bench.said(15, "web prod/canary v2", GATES),
        str![[r#"
wave open (line 4): no earlier wave in prod
verified open (line 7): v2 passed in dev at 1970-01-01 00:12 UTC

"#]]
    );
    assert_data_eq!(
        bench.said(60, "web prod/eu v2", GATES),
        str![[r#"
wave open (line 6): v2 in prod (canary) has baked for 40m
verified shut (line 7): v2 has no recorded outcome in prod (canary)
  clear: towpath record web --stage prod passed --target canary --version v2

"#]]
    );
    let passed = bench.outcome(30, "web prod/canary v2 passed");
    assert_data_eq!(
        passed.said(60, "web prod/eu v2", &["verified"]),
        "verified open[..]v2 passed in [..]\n"
    );
}

#[test]
fn isolation_is_of_each_target() {
    let past = [&PAST[..], &["60 web dev v2>v3"]].concat();
    let bench = GateBench::of(&format!("{CONFIG}gates: [isolation]\n"), &past)
        .outcome(5, "web prod/eu v1 passed");
    assert_data_eq!(
        bench.said(61, "web prod/canary v3", &["isolation"]),
        str![[r#"
isolation shut (line 7): v2 (canary) (deployed 1970-01-01 00:20 UTC) has no recorded outcome
  clear: towpath record web --stage prod --target canary passed

"#]]
    );
    assert_data_eq!(bench.said(61, "web prod/eu v2", &["isolation"]), "isolation open[..]\n");
}

#[test]
fn waves_hold_no_rollback_back_and_leave_out_where_the_app_is_not() {
    let bench = GateBench::of(CONFIG, &PAST);
    assert_data_eq!(
        bench.said(60, "web prod/eu v1 back", &["wave"]),
        "wave open (line 4): rollbacks do not wait for waves\n"
    );
    let past = ["0 api dev ->v1", "0 api prod/eu ->v0", "0 api prod/us ->v0"];
    assert_data_eq!(
        GateBench::of(CONFIG, &past).said(5, "api prod/eu v1", &["wave"]),
        "wave open (line 4): no earlier wave in prod\n"
    );
    // Without waves there is no such gate.
    assert_data_eq!(GateBench::new("", &PAST).said(15, "web prod/eu v2", &["wave"]), "");
}
