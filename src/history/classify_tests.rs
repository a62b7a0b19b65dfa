//! Kinds and leads, on timelines of a few lines.

use super::{StageRelation, classify};
use crate::config::Config;
use crate::history::DeploymentKind;
use crate::history::testing::{chain, timeline};

const TOLERANCE: i64 = 600;

/// Kind and lead of each line, oldest first.
fn kinds_in(config: &Config, lines: &[&str]) -> Vec<String> {
    let mut timeline = timeline(lines);
    classify(&mut timeline, config, TOLERANCE);
    let word = |kind: DeploymentKind| format!("{kind:?}").to_lowercase();
    let said = timeline.deployments().map(|d| match d.lead {
        Some(lead) => format!("{} {}m", word(d.kind), lead / 60),
        None => word(d.kind),
    });
    said.rev().collect()
}

fn kinds(lines: &[&str]) -> Vec<String> {
    kinds_in(&chain(&["dev", "staging", "prod"]), lines)
}

#[test]
fn a_version_goes_from_stage_to_stage() {
    let lines = [
        "0 web dev ->v1",
        "0 web staging ->v1",
        "0 web prod ->v1",
        "10 web dev v1>v2",
        "30 web staging v1>v2",
        "90 web prod v1>v2",
    ];
    assert_eq!(kinds(&lines), ["add", "add", "add", "deploy", "promote 20m", "promote 60m"]);
}

#[test]
fn back_to_an_older_version_is_a_rollback_and_forward_again_is_not() {
    let lines = [
        "0 web dev ->v1",
        "1 web dev v1>v2",
        "2 web dev v2>v1",
        "3 web dev v1>v2",
        "4 web dev v2>v3",
    ];
    assert_eq!(kinds(&lines), ["add", "deploy", "rollback", "deploy", "deploy"]);
}

/// In a shallow clone the older version is known only as the one that was replaced.
#[test]
fn a_return_to_what_ran_before_all_history_is_a_rollback() {
    assert_eq!(kinds(&["1 web dev v1>v2", "2 web dev v2>v1"]), ["deploy", "rollback"]);
    assert_eq!(kinds(&["1 web dev v2>v3", "2 web staging v1>v2"]), ["deploy", "promote"]);
}

#[test]
fn a_version_the_stage_before_never_had_skips_it() {
    let lines = [
        "0 web dev ->v1",
        "0 web staging ->v1",
        "5 web staging v1>v2",
        "6 web dev v1>v3",
        "7 web staging v2>v3",
    ];
    assert_eq!(kinds(&lines), ["add", "add", "skip", "deploy", "promote 1m"]);
}

#[test]
fn a_stage_without_the_app_is_looked_through() {
    let lines = [
        "0 web dev ->v1",
        "0 web prod ->v1",
        "2 web dev v1>v2",
        "5 web prod v1>v2",
        "6 api prod ->v1",
        "7 api prod v1>v2",
    ];
    assert_eq!(kinds(&lines), ["add", "add", "deploy", "promote 3m", "add", "deploy"]);
}

/// Merges that overtake each other within the tolerance are no skip.
#[test]
fn overtaking_is_tolerated_for_a_while() {
    let start = ["0 web dev ->v1", "0 web staging ->v1"];
    let lines = |later: &'static str| [&start[..], &["20 web staging v1>v2", later]].concat();
    assert_eq!(kinds(&lines("30 web dev v1>v2"))[2], "promote -10m");
    assert_eq!(kinds(&lines("31 web dev v1>v2"))[2], "skip");
    // Position says what came later; a clock that ran backwards does not make it earlier.
    assert_eq!(kinds(&lines("10 web dev v1>v2"))[2], "promote 10m");
}

#[test]
fn one_commit_may_move_two_stages() {
    let lines = ["0 web dev ->v1", "0 web staging ->v1", "5 web staging v1>v2", "5 web dev v1>v2"];
    assert_eq!(kinds(&lines)[2..], ["promote 0m", "deploy"]);
}

/// A stage has a version from its first target's arrival until its last target's removal.
#[test]
fn leads_count_from_the_first_target() {
    let lines = [
        "0 web dev/eu ->v1",
        "0 web dev/us ->v1",
        "0 web staging ->v1",
        "10 web dev/eu v1>v2",
        "15 web dev/us v1>v2",
        "20 web staging v1>v2",
    ];
    assert_eq!(kinds(&lines)[5], "promote 10m");
    let lines = [
        "0 web dev ->v1",
        "0 web staging ->v1",
        "10 web dev v1>v2",
        "20 web dev v2>v1",
        "30 web dev v1>v2",
        "31 web staging v1>v2",
    ];
    assert_eq!(kinds(&lines)[5], "promote 1m");
}

#[test]
fn cells_come_and_go_and_images_move() {
    let lines = ["0 web dev ->a=v1", "1 web dev a=v1>b=v1", "2 web dev b=v1>-", "3 web dev ->b=v1"];
    assert_eq!(kinds(&lines), ["add", "image", "remove", "add"]);
}

#[test]
fn a_digest_decides_and_else_the_tag() {
    let digest = |c: &str| format!("v2@sha256:{}", c.repeat(64));
    let lines = |dev: &str, staging: &str| {
        let (dev, staging) = (format!("1 web dev v1>{dev}"), format!("2 web staging v1>{staging}"));
        kinds(&["0 web dev ->v1", "0 web staging ->v1", dev.as_str(), staging.as_str()])[3].clone()
    };
    assert_eq!(lines(&digest("a"), &digest("a")), "promote 1m");
    assert_eq!(lines(&digest("a"), &digest("b")), "skip");
    assert_eq!(lines(&digest("a"), "v2"), "promote 1m");
    assert_eq!(lines("v2", &digest("a")), "promote 1m");
}

/// Tags that are renamed on the way cannot be compared, so nothing skips.
#[test]
fn renamed_tags_are_not_comparable() {
    let lines = [
        "0 web dev ->1-rc",
        "0 web staging ->1",
        "1 web dev 1-rc>2-rc",
        "2 web staging 1>2",
        "3 web staging 2>3",
    ];
    let mut renamed = timeline(&lines);
    let comparison = classify(&mut renamed, &chain(&["dev", "staging"]), TOLERANCE);
    assert!(renamed.deployments().all(|deployment| deployment.kind != DeploymentKind::Skip));
    let pair = comparison.pair(0, 1).expect("staging was deployed to");
    assert_eq!((pair.versions, pair.met, pair.is_comparable()), (2, 0, false));
    assert!(comparison.links.iter().all(|link| link.relation == StageRelation::Never));
}

/// A stage that runs something unrelated does not hide the one before it.
#[test]
fn a_stage_that_cannot_be_compared_is_looked_through() {
    let lines = [
        "0 web dev ->v1",
        "0 web staging ->x1",
        "0 web prod ->v1",
        "5 web dev v1>v2",
        "9 web prod v1>v2",
        "9 web staging x1>x2",
    ];
    assert_eq!(kinds(&lines)[4..], ["promote 4m", "deploy"]);
}

#[test]
fn one_of_several_stages_before_is_enough() {
    let mut config = chain(&["eu", "us", "prod"]);
    config.stages[1].after.clear();
    config.stages[2].after = vec!["eu".into(), "us".into()];
    let lines =
        ["0 web eu ->v1", "0 web us ->v1", "0 web prod ->v1", "5 web us v1>v2", "9 web prod v1>v2"];
    assert_eq!(kinds_in(&config, &lines)[4], "promote 4m");
}

#[test]
fn stages_that_no_configuration_names_stand_alone() {
    assert_eq!(kinds(&["0 web old ->v1", "1 web old v1>v2"]), ["add", "deploy"]);
}
