use super::*;
use crate::git::testing::TestRepository;

fn now() -> Zoned {
    // A Wednesday.
    "2026-05-06T13:30:00+02:00[Europe/Berlin]".parse().expect("a time")
}

fn moment(text: &str) -> Option<String> {
    parse_time(text, &now()).map(|time| time.to_string())
}

#[test]
fn every_form_that_is_promised_is_read() {
    for (text, utc) in [
        ("2026-05-05", "2026-05-04T22:00:00Z"),
        ("2026-05-05T10:00", "2026-05-05T08:00:00Z"),
        ("2026-05-05 10:00:30", "2026-05-05T08:00:30Z"),
        ("2026-05-05T10:00:00Z", "2026-05-05T10:00:00Z"),
        ("2026-05-05T10:00:00-04:00", "2026-05-05T14:00:00Z"),
        ("14:05", "2026-05-06T12:05:00Z"),
        ("now", "2026-05-06T11:30:00Z"),
        ("today", "2026-05-05T22:00:00Z"),
        ("yesterday", "2026-05-05T11:30:00Z"),
        ("noon", "2026-05-06T10:00:00Z"),
        ("Last Monday", "2026-05-04T11:30:00Z"),
        ("last wednesday", "2026-04-29T11:30:00Z"),
        ("last week", "2026-04-29T11:30:00Z"),
        ("3 days ago", "2026-05-03T11:30:00Z"),
        ("90d", "2026-02-05T12:30:00Z"),
        ("2h", "2026-05-06T09:30:00Z"),
        ("2.weeks.ago", "2026-04-22T11:30:00Z"),
        ("an hour ago", "2026-05-06T10:30:00Z"),
        ("1 month ago", "2026-04-06T11:30:00Z"),
    ] {
        assert_eq!(moment(text).as_deref(), Some(utc), "{text}");
    }
}

#[test]
fn other_texts_are_no_time() {
    let endless = format!("{} years ago", "9".repeat(30));
    for text in [
        "",
        "soon",
        "-3 days ago",
        "3 moons ago",
        "99999999999 years ago",
        &endless,
        "2026",
        "05",
        "2026-13-01",
        "ago",
        "é",
        "1é2",
    ] {
        assert_eq!(moment(text), None, "{text}");
    }
}

#[test]
fn a_revision_comes_before_a_time() {
    let mut test = TestRepository::new();
    let first = test.at(1_777_900_000).commit("one", &[("a", Some("1"))]);
    let second = test.commit("two", &[("a", Some("2"))]);
    let repository = test.open();
    test.git(&["tag", "yesterday", &test.id(first).to_string()]);
    let tip = test.id(second);
    let at = |text: &str| resolve_at(&repository, tip, text, &now());
    assert_eq!(at("yesterday").expect("a tag"), test.id(first));
    assert_eq!(at("main").expect("a branch"), tip);
    assert_eq!(at("HEAD~1").expect("a revision"), test.id(first));
    assert_eq!(at("now").expect("a time"), tip);
    assert_eq!(
        at("1999-01-01").expect_err("too early").to_string(),
        "the mainline has no commit as old as 1998-12-31T23:00:00Z; its first commit is newer"
    );
    let unknown = at("whenever").expect_err("no time");
    assert_eq!(
        unknown.to_string(),
        "`whenever` is neither a commit, branch or tag in this repository nor a time"
    );
    assert!(unknown.hint().is_some_and(|hint| hint.contains("`3 days ago`")));
}

#[test]
fn the_position_counts_where_clocks_ran_backwards() {
    let mut test = TestRepository::new();
    test.at(1000).commit("one", &[("a", Some("1"))]);
    test.at(3000).commit("from the future", &[("a", Some("2"))]);
    let third = test.at(2000).commit("three", &[("a", Some("3"))]);
    test.at(4000).commit("four", &[("a", Some("4"))]);
    let repository = test.open();
    let tip = repository.head_commit().expect("head");
    let at = |text| resolve_at(&repository, tip, text, &now()).expect("a commit");
    assert_eq!(at("1970-01-01T00:58:20Z"), test.id(third), "3500 seconds");
    assert_eq!(at("1970-01-01T00:41:40Z"), test.id(third), "2500 seconds");
}
