//! `verified: {live: healthy}`.

use crate::model::{CellKey, Version};
use crate::pipeline::LiveEvidence;
use crate::pipeline::testing::{GateBench, PAST};
use snapbox::{assert_data_eq, str};

const GATE: &str = "gates: [{verified: {live: healthy, for: 10m}}]\n";

/// The answer of the gate at minute 40, when v2 has been in staging since minute 20.
fn said(seen: Option<LiveEvidence>) -> String {
    with(GateBench::new(GATE, &PAST), seen).said(40, "web prod v2 now", &["verified"])
}

fn with(mut bench: GateBench, seen: Option<LiveEvidence>) -> GateBench {
    let cell =
        CellKey { app: "web".into(), component: None, stage: "staging".into(), target: None };
    bench.facts.live.extend(seen.map(|seen| (cell, seen)));
    bench
}

fn well(version: &str, since: i64, looked: i64) -> Option<LiveEvidence> {
    let version = Version::parse(version);
    Some(LiveEvidence::Well { version, since: since * 60, looked: looked * 60 })
}

fn unwell(since: i64, is_final: bool) -> Option<LiveEvidence> {
    let (version, reason) = (Version::parse("v2"), "it crashes".to_owned());
    Some(LiveEvidence::Unwell { version, since: since * 60, looked: 40 * 60, reason, is_final })
}

#[test]
fn well_for_long_enough_is_open() {
    assert_data_eq!(
        said(well("v2", 25, 40)),
        str![[r#"
verified open (line 2): v2 in staging: well for 15m

"#]]
    );
    assert_data_eq!(
        said(well("v2", 35, 40)),
        str![[r#"
verified wait until 1970-01-01 00:45 UTC (line 2): v2 in staging: well for 5m of 10m

"#]]
    );
    // Well before the version landed is well since it landed.
    assert_data_eq!(
        said(well("v2", 5, 25)),
        str![[r#"
verified wait until 1970-01-01 00:30 UTC (line 2): v2 in staging: well for 5m of 10m

"#]]
    );
}

#[test]
fn health_of_another_version_says_nothing() {
    assert_data_eq!(
        said(well("v1", 5, 40)),
        str![[r#"
verified shut (line 2): v2 in staging: v1 was seen, not v2

"#]]
    );
    // v3 went to staging at minute 50: what is seen now is not about v2 any more.
    let mut past = PAST.to_vec();
    past.push("50 web staging v2>v3");
    let bench = with(GateBench::new(GATE, &past), well("v2", 20, 60));
    assert_data_eq!(
        bench.said(60, "web prod v2 now", &["verified"]),
        str![[r#"
verified shut (line 2): v2 in staging: v2 runs there no more

"#]]
    );
}

#[test]
fn unwell_and_unknown_are_shut() {
    assert_data_eq!(
        said(unwell(35, false)),
        str![[r#"
verified shut (line 2): v2 in staging: unwell for 5m: it crashes

"#]]
    );
    assert_data_eq!(
        said(unwell(35, true)),
        str![[r#"
verified shut (line 2): v2 in staging: failed, unwell for 5m: it crashes

"#]]
    );
    let unknown = LiveEvidence::Unknown("not yet applied: v1 runs".to_owned());
    assert_data_eq!(
        said(Some(unknown)),
        str![[r#"
verified shut (line 2): v2 in staging: not yet applied: v1 runs

"#]]
    );
    assert_data_eq!(
        said(None),
        str![[r#"
verified shut (line 2): v2 in staging: no witness was asked, and no outcome is recorded

"#]]
    );
}

#[test]
fn times_that_cannot_be_are_shut() {
    assert_data_eq!(
        said(well("v2", 45, 40)),
        str![[r#"
verified shut (line 2): v2 in staging: the times of the cluster and of commits differ

"#]]
    );
}

#[test]
fn a_recorded_outcome_decides() {
    let bench = GateBench::new(GATE, &PAST).outcome(30, "web staging v2 failed");
    let bench = with(bench, well("v2", 20, 40));
    assert_data_eq!(
        bench.said(40, "web prod v2 now", &["verified"]),
        str![[r#"
verified shut (line 2): v2 failed in staging at 1970-01-01 00:30 UTC
  clear: towpath record web --stage staging passed --version v2

"#]]
    );
    let bench = GateBench::new(GATE, &PAST).outcome(30, "web staging v2 passed");
    assert_data_eq!(
        bench.said(40, "web prod v2", &["verified"]),
        str![[r#"
verified open (line 2): v2 passed in staging at 1970-01-01 00:30 UTC

"#]]
    );
}

#[test]
fn a_rollback_needs_no_health() {
    let bench = GateBench::new(GATE, &PAST);
    assert_data_eq!(
        bench.said(40, "web prod v1 now back", &["verified"]),
        str![[r#"
verified open (line 2): prod has run this version before

"#]]
    );
}
