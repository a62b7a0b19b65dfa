//! Without an index the guard reads the past only as far as a change needs it, and says the same.

use super::{Case, Site, ahead, values};
use crate::support::{History, NOW};
use serde_json::Value;

/// web comes and goes: staging has v2 for the second time, after v3; dev has v3 for the second time.
fn story(gates: &str) -> History {
    let config = "stages: [dev, staging, prod]\nsources:\n- helm-values: 'envs/{stage}/{app}.yaml'\n";
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
        history = history.commit(&time, "Bot", "deploy").write(&format!("envs/{stage}/{app}.yaml"), &values(tag));
    }
    history
}

/// What the guard says of a branch without an index and with one, and whether it read the newest commits
/// only.
fn said(site: &Site, index: usize) -> (Value, Value, bool) {
    let head = format!("case-{index}");
    let run = |arguments: &[&str]| {
        let all = [&["guard", "--base", "main", "--head", &head, "-o", "json", "--actor", "x"], arguments].concat();
        let output = site.sandbox.program(&site.repository, &all).env("TOWPATH_NOW", NOW).output().expect("it runs");
        let answer: Value = serde_json::from_slice(&output.stdout).expect("an answer");
        (answer, String::from_utf8_lossy(&output.stderr).contains("only the newest commits were read"))
    };
    let (brief, is_brief) = run(&["--no-index", "-v"]);
    let history = site.sandbox.program(&site.repository, &["history", "-q"]).output().expect("it runs");
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
        assert_eq!(is_brief, *expected, "case {index}: {}", super::lines(&whole));
        out.push_str(&super::lines(&whole));
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
    let staging: fn(History) -> History = |h| ahead(h).write("envs/staging/web.yaml", &values("v4"));
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

#[test]
fn what_gates_look_at_elsewhere_needs_all() {
    let prod: fn(History) -> History = |h| ahead(h).write("envs/prod/web.yaml", &values("v3"));
    for gates in ["isolation: stage", "verified: [dev]", "bake: { for: 1d, stages: [dev] }"] {
        judged(&format!("gates:\n- {gates}\n"), &[(prod, false)]);
    }
}
