//! The isolation gate.

use crate::pipeline::testing::{GateBench, PAST};
use snapbox::{assert_data_eq, str};

#[test]
fn isolation_waits_for_an_outcome() {
    let past = [&PAST[..], &["50 web prod v1>v2"]].concat();
    let bench = GateBench::new("", &past).outcome(25, "web staging v2 passed");
    assert_data_eq!(
        bench.said(60, "web prod v3", &["isolation"]),
        str![[r#"
isolation shut (built-in): v2 (deployed 1970-01-01 00:50 UTC) has no recorded outcome
  clear: towpath record web --stage prod passed

"#]]
    );
    let passed = bench.outcome(55, "web prod v2 passed");
    assert_data_eq!(
        passed.said(60, "web prod v3", &["isolation"]),
        "isolation open (built-in): v2 passed at 1970-01-01 00:55 UTC\n"
    );
    assert_data_eq!(passed.said(54, "web prod v3", &["isolation"]), "isolation shut[..]\n...");
    let failed = passed.outcome(56, "web prod v2 failed");
    assert_data_eq!(
        failed.said(60, "web prod v3", &["isolation"]),
        "isolation open (built-in): v2 failed at[..]\n"
    );
    assert_data_eq!(
        failed.said(60, "web prod v1 back", &["isolation"]),
        "isolation open[..] rollbacks need no outcome\n"
    );
}

#[test]
fn isolation_judges_the_landing_not_the_version() {
    let past = ["0 web prod ->v1", "5 web prod v1>v2", "9 web prod v2>v1"];
    let bench = GateBench::new("gates: [isolation]\n", &past).outcome(1, "web prod v1 passed");
    assert_data_eq!(bench.said(3, "web prod v2", &["isolation"]), "isolation open[..]\n");
    assert_data_eq!(
        bench.said(10, "web prod v3", &["isolation"]),
        "isolation shut (line 2): v1 (deployed 1970-01-01 00:09 UTC) has no recorded outcome\n..."
    );
}

#[test]
fn isolation_begins_with_the_first_outcome_unless_it_is_asked_for() {
    let past = ["0 web prod ->v1", "5 web prod v1>v2", "8 api prod ->v7"];
    let bench = GateBench::new("", &past);
    let said = |bench: &GateBench, minute, words| bench.said(minute, words, &["isolation"]);
    let before = "isolation open[..]before outcomes[..]\n";
    assert_data_eq!(said(&bench, 10, "web prod v3"), before);
    let recorded = GateBench::new("", &past).outcome(7, "web staging v3 passed");
    assert_data_eq!(said(&recorded, 10, "web prod v3"), before);
    assert_data_eq!(said(&recorded, 10, "api prod v8"), "isolation shut[..]\n...");
    let late = GateBench::new("", &past).outcome(12, "web staging v3 passed");
    assert_data_eq!(said(&late, 10, "api prod v8"), before);
    let asked = GateBench::new("gates: [isolation]\n", &past);
    assert_data_eq!(asked.said(10, "web prod v3", &["isolation"]), "isolation shut[..]\n...");
}

#[test]
fn a_first_stage_takes_what_builds_bring_unless_it_is_to_be_isolated() {
    let past = ["0 web dev ->v1", "5 web dev v1>v2"];
    let bench = GateBench::new("", &past).outcome(1, "web dev v1 passed");
    assert_data_eq!(
        bench.said(10, "web dev v3", &["isolation"]),
        "isolation open (built-in): dev is a first stage and takes every build\n"
    );
    let asked = GateBench::new("gates: [isolation]\n", &past);
    assert_data_eq!(
        asked.said(10, "web dev v3", &["isolation"]),
        "isolation shut (line 2): v2 (deployed[..]\n..."
    );
}

#[test]
fn isolation_is_of_the_target_or_of_the_stage() {
    let past = ["0 web prod/eu ->v1", "0 web prod/us ->v1", "1 api prod ->v7"];
    let bench = GateBench::new("gates: [isolation]\n", &past).outcome(2, "web prod v1 passed");
    assert_data_eq!(bench.said(3, "web prod v2", &["isolation"]), "isolation open[..]\n");
    let stage =
        GateBench::new("gates: [isolation: stage]\n", &past).outcome(2, "web prod v1 passed");
    assert_data_eq!(
        stage.said(3, "web prod v2", &["isolation"]),
        str![[r#"
isolation shut (line 2): api v7 (deployed 1970-01-01 00:01 UTC) has no recorded outcome
  clear: towpath record api --stage prod passed

"#]]
    );
    let one = GateBench::new("gates: [isolation]\n", &["0 web prod/eu ->v1", "1 web prod/us ->v2"]);
    let one = one.outcome(2, "web prod v1 passed");
    assert_data_eq!(one.said(3, "web prod/eu v3", &["isolation"]), "isolation open[..]\n");
    assert_data_eq!(
        one.said(3, "web prod v3", &["isolation"]),
        "isolation shut (line 2): v2 (us) (deployed[..]\n..."
    );
}
