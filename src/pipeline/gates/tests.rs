//! Gates about the way of a version: order, outcomes, bake time.

use crate::pipeline::HistoryLimit;
use crate::pipeline::external_facts::ExternalAnswer;
use crate::pipeline::testing::{GateBench, PAST};
use snapbox::{assert_data_eq, str};

#[test]
fn without_a_config_and_a_ledger() {
    assert_data_eq!(
        GateBench::new("", &PAST).said(40, "web prod v2", &[]),
        str![[r#"
order open (built-in): staging has run v2 since 1970-01-01 00:20 UTC
isolation open (built-in): v1 was deployed before outcomes were recorded here
lock open (built-in): not locked
rejected open (built-in): not rejected
hold open (built-in): not on hold

"#]]
    );
}

#[test]
fn order_lets_no_stage_be_skipped() {
    let bench = GateBench::new("", &PAST);
    assert_data_eq!(
        bench.said(40, "web prod v3", &["order"]),
        str![[r#"
order shut (built-in): staging has never run v3
  clear: towpath deploy web v3 --to staging

"#]]
    );
    assert_data_eq!(
        bench.said(40, "web prod v1", &["order"]),
        "order open (built-in): staging ran v1 until 1970-01-01 00:20 UTC\n"
    );
    assert_data_eq!(
        bench.said(40, "web dev v9", &["order"]),
        "order open (built-in): dev has no previous stage\n"
    );
    assert_data_eq!(bench.said(15, "web prod v2", &["order"]), "order shut[..]\n...");
    assert_data_eq!(
        GateBench::new("gates: [{order: off}]\n", &PAST).said(40, "web prod v3", &["order"]),
        ""
    );
}

#[test]
fn order_looks_further_up_where_the_app_is_not() {
    let bench = GateBench::new("", &["0 api dev ->v1", "1 api prod ->v0"]);
    assert_data_eq!(
        bench.said(5, "api prod v1", &["order"]),
        "order open (built-in): dev has run v1 since 1970-01-01 00:00 UTC\n"
    );
}

#[test]
fn a_target_that_is_gone_from_the_stage_before_is_not_waited_for() {
    let past = [
        "0 web staging/eu ->v0",
        "1 web staging/us ->v0",
        "2 web prod/eu ->v0",
        "5 web staging/us v0>v1",
    ];
    let bench = |more: &[&str]| GateBench::new("", &[&past[..], more].concat());
    assert_data_eq!(
        bench(&[]).said(20, "web prod/eu v1", &["order"]),
        str![[r#"
order shut (built-in): staging has never run v1
  clear: towpath deploy web v1 --to staging

"#]]
    );
    assert_data_eq!(
        bench(&["9 web staging/eu v0>-"]).said(20, "web prod/eu v1", &["order"]),
        str![[r#"
order open (built-in): staging has run v1 since 1970-01-01 00:05 UTC

"#]]
    );
    // Versions that ran there before count as well.
    assert_data_eq!(
        bench(&["6 web staging/eu v0>v2", "9 web staging/eu v2>-"]).said(
            20,
            "web prod/eu v2",
            &["order"]
        ),
        str![[r#"
order open (built-in): staging ran v2 until 1970-01-01 00:09 UTC

"#]]
    );
}

#[test]
fn order_knows_renamed_tags_and_merges_that_overtake() {
    let past = ["0 web staging ->v1-RC2", "1 web prod ->v0", "9 web staging v1-RC2>v2-RC1"];
    let bench =
        GateBench::new("gates:\n- order: { rewrite: 's/-RC[0-9]+$//', tolerance: 5m }\n", &past);
    assert_data_eq!(
        bench.said(2, "web prod v1", &["order"]),
        "order open (line 3): staging has run v1-RC2 since[..]\n"
    );
    assert_data_eq!(
        bench.said(5, "web prod v2", &["order"]),
        "order open (line 3): staging has run v2-RC1 since[..]\n"
    );
    assert_data_eq!(
        bench.said(3, "web prod v2", &["order"]),
        "order shut (line 3): staging has never run v2\n..."
    );
    assert_data_eq!(bench.said(5, "web prod v2 now", &["order"]), "order open[..]\n");
}

#[test]
fn verified_wants_a_passed_outcome() {
    let bench = GateBench::new("gates: [verified]\n", &PAST);
    assert_data_eq!(
        bench.said(40, "web prod v2", &["verified"]),
        str![[r#"
verified shut (line 2): v2 has no recorded outcome in staging
  clear: towpath record web --stage staging passed --version v2

"#]]
    );
    assert_data_eq!(
        bench.said(40, "web prod v3", &["verified"]),
        "verified shut (line 2): staging has never run v3\n"
    );
    let bench = bench.outcome(30, "web staging v2 failed");
    assert_data_eq!(
        bench.said(40, "web prod v2", &["verified"]),
        str![[r#"
verified shut (line 2): v2 failed in staging at 1970-01-01 00:30 UTC
  clear: towpath record web --stage staging passed --version v2

"#]]
    );
    let bench = bench.outcome(31, "web staging v2 passed");
    assert_data_eq!(
        bench.said(40, "web prod v2", &["verified"]),
        "verified open (line 2): v2 passed in staging at 1970-01-01 00:31 UTC\n"
    );
    let other = GateBench::new("gates: [verified: dev]\n", &PAST).outcome(12, "web dev v2 passed");
    assert_data_eq!(
        other.said(40, "web prod v2", &["verified"]),
        "verified open[..] passed in dev[..]\n"
    );
}

#[test]
fn verified_by_checks_of_the_forge_or_a_command() {
    use crate::forge::{CheckState, CommitCheck};
    let mut bench = GateBench::new("gates:\n- verified: { checks: e2e* }\n", &PAST);
    let commit = crate::history::testing::oid(4);
    let check = |name: &str, state| CommitCheck {
        name: name.into(),
        state,
        description: String::new(),
        url: None,
    };
    let said = |bench: &GateBench| bench.said(40, "web prod v2", &["verified"]);
    assert_data_eq!(
        said(&bench),
        "verified shut (line 3): the checks of staging's deployment were not read\n"
    );
    bench.facts.checks.insert(commit, Err("it timed out".into()));
    assert_data_eq!(
        said(&bench),
        "verified shut (line 3): no answer from the forge: it timed out\n"
    );
    let lint = check("lint", CheckState::Failed);
    bench.facts.checks.insert(commit, Ok(vec![lint.clone()]));
    assert_data_eq!(
        said(&bench),
        "verified shut (line 3): staging's deployment has no passed check that matches `e2e*`\n"
    );
    bench.facts.checks.insert(commit, Ok(vec![lint.clone(), check("e2e/1", CheckState::Pending)]));
    assert_data_eq!(
        said(&bench),
        "verified shut (line 3): check e2e/1 of staging's deployment is pending\n"
    );
    let passed = check("e2e/1", CheckState::Passed);
    bench
        .facts
        .checks
        .insert(commit, Ok(vec![lint.clone(), passed.clone(), check("e2e/2", CheckState::Failed)]));
    assert_data_eq!(
        said(&bench),
        "verified shut (line 3): check e2e/2 of staging's deployment failed\n"
    );
    bench.facts.checks.insert(commit, Ok(vec![lint, passed, check("e2e/2", CheckState::Neutral)]));
    assert_data_eq!(
        said(&bench),
        "verified open (line 3): check e2e/1 of staging's deployment passed\n"
    );

    let mut bench = GateBench::new("gates:\n- verified: { command: [./passed] }\n", &PAST);
    assert_data_eq!(
        said(&bench),
        "verified shut (line 3): `./passed` was not run; it cannot be checked for a past time\n"
    );
    bench.facts.set_answer(3, ExternalAnswer::Shut("12 of 80 failed".into()));
    assert_data_eq!(said(&bench), "verified shut (line 3): 12 of 80 failed\n");
    bench.facts.set_answer(3, ExternalAnswer::Open);
    assert_data_eq!(said(&bench), "verified open (line 3): `./passed` reports a pass\n");
}

#[test]
fn bake_counts_from_the_landing_and_begins_anew() {
    let bench = GateBench::new("gates: [bake: 15m]\n", &PAST);
    assert_data_eq!(
        bench.said(25, "web prod v2", &["bake"]),
        "bake wait until 1970-01-01 00:35 UTC (line 2): v2 in staging must bake for 15m, counted from 1970-01-01 00:20 UTC\n"
    );
    assert_data_eq!(
        bench.said(35, "web prod v2", &["bake"]),
        "bake open (line 2): v2 in staging has baked for 15m\n"
    );
    assert_data_eq!(
        bench.said(40, "web prod v1", &["bake"]),
        "bake open (line 2): v1 in staging has baked for 19m\n"
    );
    assert_data_eq!(
        bench.said(40, "web prod v3", &["bake"]),
        "bake shut (line 2): staging has never run v3\n"
    );
    let twice = ["0 web staging ->v1", "5 web staging v1>v2", "8 web staging v2>v1"];
    let bench = GateBench::new("gates: [bake: 10m]\n", &twice);
    assert_data_eq!(
        bench.said(9, "web prod v1", &["bake"]),
        "bake wait until 1970-01-01 00:18 UTC[..]\n"
    );
    assert_data_eq!(
        bench.said(9, "web prod v2", &["bake"]),
        "bake shut (line 2): v2 in staging was replaced after 3m; it must bake for 10m\n"
    );
}

/// A version older than a shallow clone's history is not assumed to be old.
#[test]
fn where_history_ends_nothing_is_taken_for_granted() {
    let known = ["30 web dev v2>v3", "32 web staging v1>v2", "34 web staging v2>v1"];
    let mut bench = GateBench::new("gates: [bake: 15m, verified]\n", &known);
    bench.edge = Some(HistoryLimit { since: 20 * 60, remedy: "git fetch --unshallow" });
    let gates = ["order", "isolation", "bake", "verified"];
    assert_data_eq!(
        bench.said(25, "web staging v2", &gates),
        str![[r#"
order open (built-in): dev runs v2
isolation shut (built-in): unknown when v1 was deployed: the history of this clone starts at 1970-01-01 00:20 UTC
  clear: git fetch --unshallow
verified shut (line 2): v2 has no recorded outcome in dev
  clear: towpath record web --stage dev passed --version v2
bake wait until 1970-01-01 00:35 UTC (line 2): v2 in dev must bake for 15m; the history of this clone starts at 1970-01-01 00:20 UTC
  clear: git fetch --unshallow

"#]]
    );
    assert_data_eq!(
        bench.said(33, "web staging v2", &gates),
        str![[r#"
order open (built-in): dev ran v2 until 1970-01-01 00:30 UTC
isolation open (built-in): v2 was deployed before outcomes were recorded here
verified shut (line 2): v2 has no recorded outcome in dev
  clear: towpath record web --stage dev passed --version v2
bake shut (line 2): v2 in dev was replaced after 10m; it must bake for 15m
  clear: git fetch --unshallow

"#]]
    );
    assert_data_eq!(
        bench.said(40, "web staging v9", &gates),
        str![[r#"
order shut (built-in): dev has not run v9 since 1970-01-01 00:20 UTC, where the history of this clone starts
  clear: git fetch --unshallow
isolation open (built-in): v1 was deployed before outcomes were recorded here
verified shut (line 2): dev has not run v9 since 1970-01-01 00:20 UTC, where the history of this clone starts
  clear: git fetch --unshallow
bake shut (line 2): dev has not run v9 since 1970-01-01 00:20 UTC, where the history of this clone starts
  clear: git fetch --unshallow

"#]]
    );
    let recorded = bench.outcome(24, "web staging v1 passed");
    assert_data_eq!(
        recorded.said(25, "web staging v2", &["isolation"]),
        "isolation open (built-in): v1 passed[..]\n"
    );
}

#[test]
fn bake_may_count_from_the_outcome() {
    let bench = GateBench::new("gates:\n- bake: { for: 10m, from: outcome }\n", &PAST);
    assert_data_eq!(
        bench.said(40, "web prod v2", &["bake"]),
        str![[r#"
bake shut (line 3): v2 in staging has not passed; it must bake for 10m after that
  clear: towpath record web --stage staging passed --version v2

"#]]
    );
    let bench = bench.outcome(35, "web staging v2 passed");
    assert_data_eq!(
        bench.said(40, "web prod v2", &["bake"]),
        "bake wait until 1970-01-01 00:45 UTC[..]\n"
    );
    assert_data_eq!(bench.said(45, "web prod v2", &["bake"]), "bake open[..]\n");
}

#[test]
fn a_version_that_was_taken_back_by_hand() {
    let back = [&PAST[..], &["40 web prod v1>v2", "50 web prod v2>v1"]].concat();
    assert_data_eq!(
        GateBench::new("", &back).said(60, "web prod v2", &["hold"]),
        str![[r#"
hold open (built-in): not on hold, but prod ran it before, and went to v1 by 0000000000 on 1970-01-01

"#]]
    );
    // A newer version is another matter, and so is a version that a newer one replaced.
    for version in ["v3", "v1"] {
        assert_data_eq!(
            GateBench::new("", &back).said(60, &format!("web prod {version}"), &["hold"]),
            str![[r#"
hold open (built-in): not on hold

"#]]
        );
    }
}
