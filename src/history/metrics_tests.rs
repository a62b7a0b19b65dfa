//! Figures of timelines of a few lines.

use super::*;
use crate::history::classify;
use crate::history::testing::{chain, timeline};

const DAY: i64 = 24 * 60;

fn counted(lines: &[String], window: (i64, i64)) -> Metrics {
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let mut timeline = timeline(&lines);
    let comparison = classify(&mut timeline, &chain(&["dev", "prod"]), 600);
    let window = TimeWindow { since: window.0 * DAY * 60, until: window.1 * DAY * 60 };
    compute_metrics(&timeline, &comparison, window, &|_| true)
}

/// `day+minutes` in place of minutes.
fn at(lines: &[(i64, i64, &str)]) -> Vec<String> {
    lines.iter().map(|(day, minutes, rest)| format!("{} {rest}", day * DAY + minutes)).collect()
}

#[test]
fn twins_count_once_and_weeks_are_counted_back() {
    let lines = at(&[
        (0, 0, "web/a dev ->v1"),
        (0, 0, "web/b dev ->v1"),
        (20, 0, "web/a dev v1>v2"),
        (20, 0, "web/b dev v1>v2"),
        (21, 0, "web/a dev v2>v3"),
        (33, 0, "web/a dev v3>v4"),
    ]);
    let found = counted(&lines, (14, 35));
    assert_eq!((found.overall.deployments, found.overall.per_week.as_slice()), (3, &[1, 1, 1][..]));
    assert_eq!((found.stages.len(), found.apps.len()), (1, 1));
    assert_eq!(found.apps[0].deployments, 3);
}

#[test]
fn a_rollback_is_a_failure_and_its_time_runs_from_the_landing() {
    let lines = at(&[
        (0, 0, "web dev ->v1"),
        (1, 0, "web dev v1>v2"),
        (1, 90, "web dev v2>v1"),
        (2, 0, "web dev v1>v3"),
        (3, 0, "web dev v3>v4"),
    ]);
    let all = counted(&lines, (1, 7)).overall;
    assert_eq!((all.deployments, all.rollbacks), (4, 1));
    assert_eq!(all.failure_rate(), Some(1.0 / 3.0));
    assert_eq!(all.restore.median(), Some(90 * 60));
    assert_eq!(counted(&lines, (5, 6)).overall.failure_rate(), None);
}

#[test]
fn pairs_say_what_had_been_in_the_stage_before() {
    let lines = at(&[
        (0, 0, "web dev ->v1"),
        (0, 0, "web prod ->v1"),
        (1, 0, "web dev v1>v2"),
        (1, 30, "web prod v1>v2"),
        (2, 0, "web dev v2>v3"),
        (2, 0, "web prod v2>v3"),
        (3, 0, "web prod v3>v4"),
        (3, 5, "web dev v3>v4"),
        (4, 0, "web prod v4>v5"),
        (5, 0, "web dev v4>v5"),
        (6, 0, "web prod v5>hotfix"),
    ]);
    let found = counted(&lines, (0, 7));
    let [pair] = found.pairs.as_slice() else { panic!("{} pairs", found.pairs.len()) };
    let counts = [pair.changes, pair.had, pair.same_commit, pair.after, pair.tolerated, pair.never];
    assert_eq!(counts, [5, 1, 1, 2, 1, 1]);
    assert_eq!((pair.versions, pair.met, pair.comparable), (6, 5, true));
    assert_eq!(pair.lead.median(), Some(30 * 60));
    let prod = found
        .stages
        .iter()
        .find(|figures| figures.stage == Some("prod".into()))
        .expect("deployed to");
    assert_eq!((prod.lead.count(), prod.lead.p90()), (3, Some(30 * 60)));
}
