//! Many writers at once, and some of them killed.

use super::configured;
use crate::delivery::Site;
use std::collections::BTreeSet;
use std::process::{Child, Stdio};

const WRITERS: usize = 20;

fn start(site: &Site, number: usize) -> Child {
    let clone = site.sandbox.path(&format!("writer{number}"));
    let reason = format!("writer {number}");
    site.sandbox.spawn(
        &clone,
        &["reject", "web", &format!("v{number}"), "--reason", &reason, "-q"],
        Stdio::null(),
    )
}

/// The subjects of the chain at origin, oldest first; it must be a line.
fn chain(site: &Site) -> Vec<String> {
    let merges = site.at_origin(&["rev-list", "--min-parents=2", "--count", "refs/towpath/ledger"]);
    assert_eq!(merges, "0\n");
    let log = site.at_origin(&["log", "--reverse", "--format=%s", "refs/towpath/ledger"]);
    log.lines().map(str::to_owned).collect()
}

#[test]
fn each_event_of_twenty_writers_lands_once() {
    let site = configured("");
    for number in 0..WRITERS {
        site.another(&format!("writer{number}"));
    }
    let writers: Vec<Child> = (0..WRITERS).map(|number| start(&site, number)).collect();
    for writer in writers {
        let output = writer.wait_with_output().expect("it ends");
        assert!(output.status.success(), "{output:?}");
    }
    let chain = chain(&site);
    let distinct: BTreeSet<&String> = chain.iter().collect();
    assert_eq!((chain.len(), distinct.len()), (WRITERS, WRITERS), "{chain:?}");
    let files = site.at_origin(&["ls-tree", "-r", "--name-only", "refs/towpath/ledger"]);
    assert_eq!(files.lines().count(), WRITERS);
    assert_eq!(site.at_origin(&["fsck", "--strict", "--no-dangling"]), "");
}

/// Half of them are killed on their way. What is there is whole, and what somebody was told is there.
#[test]
fn killed_writers_leave_a_whole_chain() {
    let site = configured("");
    for number in 0..WRITERS {
        site.another(&format!("writer{number}"));
    }
    let mut writers: Vec<Child> = (0..WRITERS).map(|number| start(&site, number)).collect();
    for (number, writer) in writers.iter_mut().enumerate().filter(|(number, _)| number % 2 == 0) {
        std::thread::sleep(std::time::Duration::from_millis(7 * number as u64));
        let _it_may_be_over = writer.kill();
    }
    let mut done = Vec::new();
    for (number, mut writer) in writers.into_iter().enumerate() {
        if writer.wait().expect("it ends").success() {
            done.push(format!("Reject web v{number}: writer {number}"));
        }
    }
    assert!(done.len() >= WRITERS / 2, "{done:?}");
    let before = chain(&site);
    let distinct: BTreeSet<&String> = before.iter().collect();
    assert_eq!(before.len(), distinct.len(), "{before:?}");
    assert!(done.iter().all(|one| distinct.contains(one)), "{done:?} {before:?}");
    // A killed writer's clone can go on.
    let clone = site.sandbox.path("writer0");
    site.sandbox.towpath(&clone, &["reject", "web", "again"]).assert().success();
    let after = chain(&site);
    assert_eq!(after[..before.len()], before[..]);
    assert_eq!(site.at_origin(&["fsck", "--strict", "--no-dangling"]), "");
}
