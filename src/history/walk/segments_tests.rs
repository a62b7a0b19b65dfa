use super::{in_legs, segment_starts};
use crate::config::parse;
use crate::git::testing::TestRepository;
use crate::git::{Oid, Snapshot, WalkControl};
use crate::history::walk::{WalkOptions, WalkResult, deployments};
use crate::source::{ParseCache, SnapshotReader, read_claims};

const CONFIG: &str = "\
stages: [dev, prod]
sources: [{kustomize: 'k/{stage}'}, {yaml: 'v/{app}/{component}/{stage}.yaml', tag: tag}]
";
const OVERLAY: &str = "resources: [../base]\n";

/// Commits that each move the tag of a base; the numbered ones break it instead.
fn repository(commits: usize, broken: &[usize]) -> TestRepository {
    let mut test = TestRepository::new();
    let overlays =
        ["k/dev/kustomization.yaml", "k/prod/kustomization.yaml"].map(|path| (path, Some(OVERLAY)));
    test.commit("overlays", &overlays);
    for number in 1..commits {
        let base = match broken.contains(&number) {
            true => String::from("images: [{name: \n"),
            false => format!("images: [{{name: web, newTag: v{number}}}]\nresources: [pod.yaml]\n"),
        };
        let pod = "kind: Pod\nmetadata: {name: w}\nspec: {containers: [{name: a, image: web}]}\n";
        test.commit(
            "next",
            &[("k/base/kustomization.yaml", Some(&base)), ("k/base/pod.yaml", Some(pod))],
        );
    }
    test
}

/// Result of one walk, result in segments, and the last progress reported by the segments.
fn told(
    test: &mut TestRepository,
    threads: usize,
    shortest: usize,
) -> (WalkResult, Option<WalkResult>, Vec<u64>) {
    let (config, repository) = (parse(CONFIG, "towpath.yaml").expect("a config"), test.open());
    let tip = repository.head_commit().expect("a commit");
    let (snapshot, caches) = (
        Snapshot::of_commit(&repository, tip).expect("a commit"),
        [(); 2].map(|()| ParseCache::default()),
    );
    let [one, other] = caches.each_ref().map(|cache| {
        let threads = Some(threads);
        let question = WalkOptions {
            repository: &repository,
            config: &config,
            tip,
            branch_stage: None,
            cache,
            until: None,
            threads,
        };
        (question, read_claims(&config, &SnapshotReader::new(&snapshot, cache), None))
    });
    let mut reached = Vec::new();
    let alone = deployments(one.0, one.1, |_| WalkControl::Continue, |_| {}).expect("a walk");
    let legs =
        in_legs(other.0, other.1, shortest, |so_far| reached.push(so_far.done)).expect("legs");
    (alone, legs, reached)
}

fn lines(told: &WalkResult) -> Vec<String> {
    told.timeline.deployments().map(|deployment| format!("{deployment:?}")).collect()
}

#[test]
fn legs_together_tell_what_one_walk_tells() {
    let mut test = repository(40, &[]);
    for (threads, shortest) in [(2, 5), (4, 10), (16, 1), (2, 100)] {
        let (alone, legs, reached) = told(&mut test, threads, shortest);
        let legs = legs.expect("they fit");
        assert_eq!(lines(&legs), lines(&alone));
        assert_eq!((legs.stopped, legs.timeline.len()), (alone.stopped, 39 * 2));
        assert!(
            reached.is_sorted() && reached.last().is_some_and(|last| *last >= 40),
            "{reached:?}"
        );
    }
}

/// The component of a version changes in the second of four segments; the older ones know only the
/// name before.
#[test]
fn a_new_name_reaches_all_older_legs() {
    let mut test = TestRepository::new();
    for number in 0..40 {
        let text = format!("tag: v{}\n", if number >= 28 { number - 1 } else { number });
        let [old, new] = ["v/web/old/dev.yaml", "v/web/new/dev.yaml"];
        match number {
            0..27 => test.commit("next", &[(old, Some(&text))]),
            27 => test.commit("next", &[(new, Some("tag: v26\n")), (old, None)]),
            _ => test.commit("next", &[(new, Some(&text))]),
        };
    }
    let (alone, legs, _) = told(&mut test, 4, 10);
    assert_eq!(legs.map(|legs| lines(&legs)), Some(lines(&alone)));
    let components = alone.timeline.deployments().map(|one| one.cell.component.clone());
    assert!(components.into_iter().all(|component| component.as_deref() == Some("new")));
}

#[test]
fn legs_that_meet_where_a_file_is_broken_do_not_fit() {
    // Four segments of 40 commits begin 0, 8, 16 and 26 commits back.
    let (alone, legs, _) = told(&mut repository(40, &[23]), 4, 10);
    assert!(legs.is_none() && !alone.pending);
    let (alone, legs, _) = told(&mut repository(40, &[25]), 4, 10);
    assert_eq!(
        legs.map(|legs| lines(&legs)),
        Some(lines(&alone)),
        "broken and mended within a leg"
    );
}

#[test]
fn older_legs_are_longer() {
    let chain: Vec<Oid> =
        (0..100u8).map(|number| Oid::from_bytes(&[number; 20]).expect("20 bytes")).collect();
    let at = |threads, shortest| {
        let cuts = segment_starts(&chain, threads, shortest).into_iter();
        cuts.map(|cut| usize::from(cut.as_bytes()[0])).collect::<Vec<_>>()
    };
    assert_eq!(at(2, 10), [40]);
    assert_eq!(at(4, 10), [19, 40, 63]);
    assert_eq!(at(64, 1), at(4, 1), "memory has an end");
    assert_eq!(at(8, 50), [40], "none shorter than that");
    assert!(at(8, 51).is_empty() && at(1, 10).is_empty() && segment_starts(&[], 4, 10).is_empty());
}
