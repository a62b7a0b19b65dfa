//! Random changes of a repository: all deployments up to a commit add up to its mapping.

use super::walk::in_legs;
use super::{Timeline, WalkOptions, deployments};
use crate::config::{Config, parse};
use crate::git::testing::TestRepository;
use crate::git::{Oid, Repository, Snapshot, WalkControl};
use crate::model::{CellKey, Version};
use crate::source::{self, ParseCache, SnapshotReader};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Two layouts for the same apps, several targets, builds on a shared base, defaults, and
/// variables.
const CONFIG: &str = "\
stages: [dev, {name: prod, aliases: [live]}]
sources:
  - {yaml: 'tags/{stage}/{app}.yaml', tag: tag}
  - {yaml: 'new/{app}/{stage}.yaml', tag: version}
  - kustomize: k/{app}/{stage}
  - {helm-values: 'h/{app}/{stage}.yaml', base: 'h/{app}/values.yaml'}
  - dotenv: env/{stage}.env
  - compose: env/{stage}.yaml
";

/// Files and their possible contents; `V` is a version.
const FILES: [(&str, &[&str]); 19] = [
    ("tags/dev/web.yaml", &["tag: V\n", "other: V\n"]),
    ("tags/dev/api.yaml", &["tag: V\n"]),
    ("tags/prod/web.yaml", &["tag: V\n"]),
    ("tags/live/web.yaml", &["tag: V\n", "a: &a {tag: V}\n<<: *a\n"]),
    ("tags/prod/api.yaml", &["tag: V\n"]),
    ("new/web/dev.yaml", &["version: V\n"]),
    ("new/web/prod.yaml", &["version: V\n"]),
    ("new/api/prod.yaml", &["version: V\n"]),
    ("k/web/dev/kustomization.yaml", OVERLAYS),
    ("k/web/prod/kustomization.yaml", OVERLAYS),
    (
        "k/web/base/kustomization.yaml",
        &["resources: [pod.yaml]\n", "images: [{name: r/web, newTag: V}]\nresources: [pod.yaml]\n"],
    ),
    (
        "k/web/base/pod.yaml",
        &[
            "kind: Pod\nmetadata: {name: w}\nspec: {containers: [{name: a, image: 'r/web:V'}]}\n",
            "kind: Pod\nmetadata: {name: w}\nspec: {containers: [{name: a, image: r/web}, {name: b, image: 'r/job:V'}]}\n",
        ],
    ),
    (
        "h/web/values.yaml",
        &["image: {repository: r/web, tag: V}\n", "image: {repository: r/web}\n"],
    ),
    ("h/web/dev.yaml", VALUES),
    ("h/web/prod.yaml", VALUES),
    ("env/dev.env", &["WEB_TAG=V\n", "WEB_TAG=V\nAPI_VERSION=psql-14\n"]),
    ("env/prod.env", &["WEB_TAG=V\nAPI_VERSION=1.V\n"]),
    ("env/dev.yaml", &["services: {web: {image: 'r/web:${WEB_TAG}'}, db: {image: 'r/db:V'}}\n"]),
    ("env/prod.yaml", &["services: {web: {image: 'r/web:V'}}\n"]),
];
const OVERLAYS: &[&str] =
    &["resources: [../base]\n", "resources: [../base]\nimages: [{name: r/web, newTag: V}]\n"];
const VALUES: &[&str] =
    &["replicas: 1\n", "image: {tag: V}\n", "side: {image: {repository: r/side, tag: V}}\n"];

/// A change of one file, or its removal.
fn change() -> impl Strategy<Value = (usize, Option<String>)> {
    let versions = prop::sample::select(vec!["v1", "v2", "v3"]);
    let file =
        (0..FILES.len()).prop_flat_map(|file| (Just(file), prop::sample::select(FILES[file].1)));
    (file, versions, prop::bool::weighted(0.8)).prop_map(|((file, text), version, there)| {
        (file, there.then(|| text.replace('V', version)))
    })
}

fn history() -> impl Strategy<Value = Vec<Vec<(usize, Option<String>)>>> {
    let start = prop::collection::vec(change(), 10..30);
    let later = prop::collection::vec(prop::collection::vec(change(), 0..4), 1..12);
    (start, later).prop_map(|(start, later)| [vec![start], later].concat())
}

/// What runs, without components: a version that moves to another component of its app gives its
/// past the new name.
type State = BTreeSet<(CellKey, Version)>;

fn without_component(cell: &CellKey) -> CellKey {
    CellKey { component: None, ..cell.clone() }
}

fn shown(repository: &Repository, config: &Config, commit: Oid) -> State {
    let snapshot = Snapshot::of_commit(repository, commit).expect("a snapshot");
    let mapping =
        source::read_mapping(config, &SnapshotReader::new(&snapshot, &ParseCache::default()), None);
    let entries = mapping.entries.iter();
    entries.map(|entry| (without_component(&entry.cell()), entry.version.clone())).collect()
}

/// Walks at once, or in as many segments as there are threads; `None` if these do not fit together.
fn told(
    repository: &Repository,
    config: &Config,
    tip: Oid,
    threads: usize,
    legs: bool,
) -> Option<Timeline> {
    let (snapshot, cache) =
        (Snapshot::of_commit(repository, tip).expect("a snapshot"), ParseCache::default());
    let readings = source::read_claims(config, &SnapshotReader::new(&snapshot, &cache), None);
    let threads = Some(threads);
    let question = WalkOptions {
        repository,
        config,
        tip,
        branch_stage: None,
        cache: &cache,
        until: None,
        threads,
    };
    let told = match legs {
        true => in_legs(question, readings, 1, |_| {}),
        false => deployments(question, readings, |_| WalkControl::Continue, |_| {}).map(Some),
    };
    Some(told.expect("a walk")?.timeline)
}

fn lines(timeline: &Timeline) -> Vec<String> {
    timeline.deployments().map(|deployment| format!("{deployment:?}")).collect()
}

/// State after the deployments of each commit, oldest first.
fn replayed(timeline: &Timeline) -> Vec<(Oid, State)> {
    let mut running: BTreeMap<(CellKey, Version), i32> = BTreeMap::new();
    let mut states: Vec<(Oid, State)> = Vec::new();
    for deployment in timeline.deployments().rev() {
        for (side, change) in [(deployment.from, -1), (deployment.to, 1)] {
            let Some(pinned) = side else { continue };
            let count =
                running.entry((deployment.cell.clone(), pinned.version.clone())).or_default();
            *count += change;
            assert!(*count >= 0, "what goes was there: {deployment:?}");
        }
        let there = running.iter().filter(|(_, count)| **count > 0);
        let state =
            there.map(|((cell, version), _)| (without_component(cell), version.clone())).collect();
        match states.last_mut().filter(|(commit, _)| *commit == deployment.commit) {
            Some(last) => last.1 = state,
            None => states.push((deployment.commit, state)),
        }
    }
    states
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn deployments_add_up_to_what_each_commit_shows(history in history()) {
        let config = parse(CONFIG, "towpath.yaml").expect("a config");
        let mut test = TestRepository::new();
        let marks: Vec<usize> = history.iter().map(|commit| {
            let files: Vec<_> =
                commit.iter().map(|(file, text)| (FILES[*file].0, text.as_deref())).collect();
            test.commit("x", &files)
        }).collect();
        let repository = test.open();
        let commits: Vec<Oid> = marks.into_iter().map(|mark| test.id(mark)).collect();
        let tip = commits[commits.len() - 1];
        let [alone, two, five] = [1, 2, 5].map(|threads| {
            told(&repository, &config, tip, threads, false).expect("a walk")
        });
        prop_assert_eq!(lines(&alone), lines(&two));
        prop_assert_eq!(lines(&alone), lines(&five));
        for legs in [2, 3, 7] {
            if let Some(joined) = told(&repository, &config, tip, legs, true) {
                prop_assert_eq!(lines(&alone), lines(&joined), "{} legs", legs);
            }
        }
        let states = replayed(&alone);
        let mut states = states.iter().peekable();
        let mut running = State::new();
        for commit in commits {
            if let Some((_, state)) = states.next_if(|(deployed, _)| *deployed == commit) {
                running.clone_from(state);
            }
            prop_assert_eq!(&shown(&repository, &config, commit), &running);
        }
        prop_assert!(states.next().is_none(), "deployments come in the order of commits");
    }
}
