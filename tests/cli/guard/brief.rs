//! Without an index the guard reads the past only as far as a change needs it, and comes to the same
//! verdict.

use super::{Case, Site, ahead, lines, values};
use crate::pipeline::model::cases;
use crate::support::{History, NOW};
use proptest::prelude::{Just, ProptestConfig, Strategy, prop_oneof};
use serde_json::Value;
use std::collections::BTreeSet;

/// web comes and goes: staging has v2 for the second time, after v3; dev has v3 for the second time.
fn story(gates: &str) -> History {
    let config =
        "stages: [dev, staging, prod]\nsources:\n- helm-values: 'envs/{stage}/{app}.yaml'\n";
    let mut history = History::new().commit("2026-07-01T10:00:00Z", "Bot", "start");
    history = history.write("towpath.yaml", &format!("{config}{gates}"));
    for stage in ["dev", "staging", "prod"] {
        history = history.write(&format!("envs/{stage}/web.yaml"), &values("v1"));
        history = history.write(&format!("envs/{stage}/late.yaml"), &values("v1"));
    }
    let steps = [
        ("dev", "web", "v2"),
        ("staging", "web", "v2"),
        ("dev", "web", "v3"),
        ("prod", "web", "v2"),
        ("staging", "web", "v3"),
        ("dev", "web", "v4"),
        ("staging", "web", "v2"),
        ("dev", "web", "v3"),
        ("dev", "late", "v2"),
        ("staging", "late", "v2"),
    ];
    for (day, (stage, app, tag)) in (10..).zip(steps) {
        let time = format!("2026-07-{day}T10:00:00Z");
        history = history
            .commit(&time, "Bot", "deploy")
            .write(&format!("envs/{stage}/{app}.yaml"), &values(tag));
    }
    history
}

/// What the guard says of a branch without an index and with one, and whether it read the newest commits
/// only.
fn said(site: &Site, index: usize) -> (Value, Value, bool) {
    let head = format!("case-{index}");
    let run = |arguments: &[&str]| {
        let all = [
            &["guard", "--base", "main", "--head", &head, "-o", "json", "--actor", "x"],
            arguments,
        ]
        .concat();
        let output = site
            .sandbox
            .program(&site.repository, &all)
            .env("TOWPATH_NOW", NOW)
            .output()
            .expect("it runs");
        let answer: Value = serde_json::from_slice(&output.stdout).expect("an answer");
        (answer, String::from_utf8_lossy(&output.stderr).contains("read only the newest commits"))
    };
    let (brief, is_brief) = run(&["--no-index", "-v"]);
    let history =
        site.sandbox.program(&site.repository, &["history", "-q"]).output().expect("it runs");
    assert!(history.status.success());
    let (whole, is_still) = run(&["-v"]);
    assert!(!is_still, "the index of `main` is there");
    (brief, whole, is_brief)
}

/// A change, and whether the newest commits are enough to judge it.
type Trial = (fn(History) -> History, bool);

fn judged(gates: &str, cases: &[Trial]) -> String {
    let changes = cases.iter().map(|(change, _)| Case { name: "", actor: "", change: *change });
    let site = Site::of(story(gates), &changes.collect::<Vec<_>>());
    let mut out = String::new();
    for (index, (_, expected)) in cases.iter().enumerate() {
        let (brief, whole, is_brief) = said(&site, index);
        assert_eq!(brief, whole, "case {index}");
        assert_eq!(is_brief, *expected, "case {index}: {}", lines(&whole));
        out.push_str(&lines(&whole));
    }
    out
}

#[test]
fn the_newest_part_says_what_all_of_it_says() {
    let said = judged(
        "",
        &[
            // What staging ran until yesterday.
            (|h| ahead(h).write("envs/prod/web.yaml", &values("v3")), true),
            // Nothing comes before dev.
            (|h| ahead(h).write("envs/dev/web.yaml", &values("v5")), true),
            // Two at once.
            (
                |h| {
                    let both = ahead(h).write("envs/dev/web.yaml", &values("v5"));
                    both.write("envs/staging/web.yaml", &values("v4"))
                },
                true,
            ),
            // In the newest part v3 seems to be what came before; it came after v2 did first.
            (|h| ahead(h).write("envs/staging/web.yaml", &values("v3")), false),
            // Back to what came before.
            (|h| ahead(h).write("envs/prod/web.yaml", &values("v1")), false),
            // Never anywhere.
            (|h| ahead(h).write("envs/prod/web.yaml", &values("v9")), false),
            // There since the very first commit.
            (|h| ahead(h).write("envs/prod/late.yaml", &values("v2")), true),
            // What is new or goes away may have been there.
            (|h| ahead(h).write("envs/prod/new.yaml", &values("v2")), false),
            (|h| ahead(h).remove("envs/staging/web.yaml"), false),
        ],
    );
    snapbox::assert_data_eq!(
        said,
        snapbox::str![[r#"
  web prod v2 > v3: ok
  web dev v3 > v5: ok
  web dev v3 > v5: ok
  web staging v2 > v4: ok
  web staging v2 > v3: ok
  web prod v2 > v1: ok
  web prod v2 > v9: order
  late prod v1 > v2: ok
  new prod > v2: ok
  web staging v2 >: ok

"#]]
    );
}

#[test]
fn a_longer_stay_may_be_older() {
    let staging: fn(History) -> History =
        |h| ahead(h).write("envs/staging/web.yaml", &values("v4"));
    snapbox::assert_data_eq!(
        judged("gates:\n- bake: 12h\n", &[(staging, true)]),
        snapbox::str![[r#"
  web staging v2 > v4: ok

"#]]
    );
    snapbox::assert_data_eq!(
        judged("gates:\n- bake: 30d\n", &[(staging, false)]),
        snapbox::str![[r#"
  web staging v2 > v4: bake

"#]]
    );
}

/// dev has run v3 twice, and never for long. The guard meets the second time, and where the first one
/// ended; when that began it does not read.
#[test]
fn a_stay_whose_begin_is_not_read_has_not_baked() {
    let config = "stages: [dev, staging]\nsources:\n- helm-values: 'envs/{stage}/{app}.yaml'\ngates:\n- bake: 5d\n";
    let (dev, staging) = ("envs/dev/web.yaml", "envs/staging/web.yaml");
    let commit = |history: History, day: u8| {
        history.commit(&format!("2026-07-{day:02}T10:00:00Z"), "Bot", "deploy")
    };
    let start = commit(History::new(), 1).write("towpath.yaml", config);
    let history = start.write(dev, &values("v1")).write(staging, &values("v1"));
    let history = commit(history, 8).write(dev, &values("v3"));
    let history = commit(history, 9).write(dev, &values("v5")).write(staging, &values("v2"));
    let history = commit(history, 20).write(dev, &values("v3"));
    let history = commit(history, 21).write(dev, &values("v1"));
    let change = |h| ahead(h).write("envs/staging/web.yaml", &values("v3"));
    let site = Site::of(history, &[Case { name: "", actor: "", change }]);
    let (brief, whole, is_brief) = said(&site, 0);
    assert_eq!(brief, whole);
    assert!(!is_brief);
    snapbox::assert_data_eq!(
        lines(&whole),
        snapbox::str![[r#"
  web staging v2 > v3: bake

"#]]
    );
}

#[test]
fn what_gates_look_at_elsewhere_needs_all() {
    let prod: fn(History) -> History = |h| ahead(h).write("envs/prod/web.yaml", &values("v3"));
    for gates in ["isolation: stage", "verified: [dev]", "bake: { for: 1d, stages: [dev] }"] {
        judged(&format!("gates:\n- {gates}\n"), &[(prod, false)]);
    }
}

/// What happens to one cell.
type Step = (usize, usize, Option<usize>);

const STAGES: [&str; 3] = ["dev", "staging", "prod"];
const APPS: [&str; 2] = ["web", "api"];
const GATES: [&str; 6] = [
    "bake: 12h",
    "bake: 20d",
    "isolation: stage",
    "verified: dev",
    "approval-after-failure",
    "order: off",
];

/// A stage, an app, and the version that it gets, or that it goes away.
fn step() -> impl Strategy<Value = Step> {
    let version = prop_oneof![8 => (1..5_usize).prop_map(Some), 1 => Just(None)];
    (0..STAGES.len(), 0..APPS.len(), version)
}

fn path(stage: usize, app: usize) -> String {
    format!("envs/{}/{}.yaml", STAGES[stage], APPS[app])
}

/// Steps of one commit on top of what is there. A commit that would change nothing says so in a file.
fn stepped(history: History, steps: &[Step], there: &mut BTreeSet<(usize, usize)>) -> History {
    let cells: BTreeSet<(usize, usize)> =
        steps.iter().map(|(stage, app, _)| (*stage, *app)).collect();
    let history = history.write("NOTES", "something\n");
    cells.into_iter().fold(history, |history, cell| {
        let last = steps
            .iter()
            .rev()
            .find(|(stage, app, _)| (*stage, *app) == cell)
            .and_then(|step| step.2);
        match last {
            Some(version) => {
                there.insert(cell);
                history.write(&path(cell.0, cell.1), &values(&format!("v{version}")))
            }
            None if there.remove(&cell) => history.remove(&path(cell.0, cell.1)),
            None => history,
        }
    })
}

/// The exit codes of the guard for a change, without an index and with one.
fn codes(gate: usize, past: &[Vec<Step>], change: &[Step], days: &[i64]) -> (i32, i32) {
    let config =
        "stages: [dev, staging, prod]\nsources:\n- helm-values: 'envs/{stage}/{app}.yaml'\n";
    let gates = GATES.get(gate).map(|gate| format!("gates:\n- {gate}\n")).unwrap_or_default();
    let mut time: jiff::Timestamp = "2026-01-01T10:00:00Z".parse().expect("a time");
    let mut there = BTreeSet::new();
    let mut history = History::new().commit(&time.to_string(), "Bot", "start");
    history = history.write("towpath.yaml", &format!("{config}{gates}"));
    for (steps, days) in past.iter().zip(days.iter().cycle()) {
        time += jiff::SignedDuration::from_hours(days * 24);
        history = stepped(history.commit(&time.to_string(), "Bot", "deploy"), steps, &mut there);
    }
    let history =
        history.branch("change").commit("2026-08-20T10:00:00Z", "Bot", "a change").from("main");
    let history = stepped(history, change, &mut there);
    let site = Site::of(history, &[]);
    let (brief, _) = site.guard("change", &["--no-index", "--actor", "x"]);
    let indexed =
        site.sandbox.program(&site.repository, &["history", "-q"]).output().expect("it runs");
    assert!(indexed.status.success());
    (brief, site.guard("change", &["--actor", "x"]).0)
}

proptest::proptest! {
    #![proptest_config(ProptestConfig { cases: cases(10), max_shrink_iters: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn both_ways_come_to_the_same_verdict(
        gate in 0..=GATES.len(),
        past in proptest::collection::vec(proptest::collection::vec(step(), 1..4), 3..16),
        change in proptest::collection::vec(step(), 1..3),
        days in proptest::collection::vec(0..15_i64, 3),
    ) {
        let (brief, whole) = codes(gate, &past, &change, &days);
        proptest::prop_assert_eq!(brief, whole);
    }
}
