//! Controllers that went back to an older revision, and when a version was first applied.

use super::evidence::to_evidence;
use super::judgement::{WantedCell, first_application, judge_cell};
use super::sight::CellSight;
use crate::live::{AppliedRevision, LiveHealth, LiveImage, LiveObject};
use crate::model::Version;
use crate::pipeline::LiveEvidence;
use crate::report::{LiveCell, LiveState};
use jiff::Timestamp;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("in range")
}

fn applied(all: &[(&str, i64)]) -> Vec<AppliedRevision> {
    let one = |(revision, time): &(&str, i64)| AppliedRevision {
        revision: (*revision).to_owned(),
        time: at(*time),
    };
    all.iter().map(one).collect()
}

/// Revisions from `r2` on contain the version; `?` is in no clone.
fn covers(revision: &str) -> Option<bool> {
    let number: u32 = revision.strip_prefix('r')?.parse().ok()?;
    Some(number >= 2)
}

/// An Application of `web`, which is to run v2, with what it applied and runs now.
fn application(history: &[(&str, i64)], runs: &str) -> LiveCell {
    let revision = history.last().map(|(revision, _)| (*revision).to_owned());
    let image = LiveImage { image: format!("r.io/team/web:{runs}"), ..LiveImage::default() };
    let object = LiveObject {
        kind: "Application".into(),
        name: "web".into(),
        images: vec![image],
        revisions: revision.into_iter().collect(),
        health: LiveHealth::Healthy,
        since: Some(at(500)),
        observed: true,
        applied: applied(history),
        ..LiveObject::default()
    };
    let entry = super::tests::entry("web", "r.io/team/web:v2");
    let before = Version::parse("v1");
    let wanted = WantedCell {
        name: "web".into(),
        entry: &entry,
        landed: Some(at(100)),
        before: vec![&before],
        covers: &covers,
    };
    let looked = Some(at(1000));
    judge_cell(&wanted, &CellSight { deliveries: vec![&object], looked, ..CellSight::default() })
}

#[test]
fn a_controller_that_went_back_has_failed() {
    let cell = application(&[("r1", 50), ("r2", 200), ("r1", 600)], "v1");
    assert_eq!((cell.state, cell.rolled_back), (LiveState::Drift, Some(at(600))));
    assert_eq!(cell.reason.as_deref(), Some("rolled back: r1 was applied again"));
    let evidence = to_evidence(&cell, at(1000));
    assert!(matches!(evidence, LiveEvidence::RolledBack { since: 600, .. }), "{evidence:?}");
}

#[test]
fn a_version_that_was_never_applied_was_not_rolled_back() {
    for history in [
        // Not yet applied; applied, and something newer; one revision that nobody knows.
        &[("r1", 50)][..],
        &[("r1", 50), ("r2", 200)],
        &[("r1", 50), ("r2", 200), ("r3", 600)],
        &[("r1", 50), ("r2", 200), ("?", 600)],
    ] {
        let cell = application(history, "v2");
        assert_eq!(cell.rolled_back, None, "{history:?}");
        assert!(!matches!(to_evidence(&cell, at(1000)), LiveEvidence::RolledBack { .. }));
    }
    let waits = application(&[("r1", 50)], "v1");
    assert_eq!(waits.state, LiveState::NotApplied);
}

/// Controllers keep the last ten revisions: that a revision is the oldest says nothing.
#[test]
fn the_first_application_is_known_only_after_one_without() {
    let first = |all: &[(&str, i64)]| first_application(&applied(all), &covers);
    assert_eq!(first(&[("r1", 50), ("r2", 200), ("r3", 600)]), Some(at(200)));
    assert_eq!(first(&[("r2", 200), ("r3", 600)]), None);
    assert_eq!(first(&[("?", 50), ("r2", 200)]), None);
    assert_eq!(first(&[("r2", 200), ("r1", 600)]), None);
    assert_eq!(first(&[]), None);
}
