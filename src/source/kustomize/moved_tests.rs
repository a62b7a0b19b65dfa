//! State kept from one revision to the next gives the same results as a fresh reading.

use super::KustomizeSource;
use crate::config::SourceRule;
use crate::git::Oid;
use crate::model::{SourceKind, Warning};
use crate::source::testing::{TestSources, revisions};
use crate::source::{Claim, FileChangeKind, ParseCache, SnapshotReader, Source, VersionFinding};
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_assert_eq, proptest};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

type Files = BTreeMap<&'static str, &'static str>;

const WEB: &str = "kind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {containers: [{name: web, image: 'o/web:v1'}]}}}\n";
const WEB_2: &str = "kind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {containers: [{name: web, image: 'o/web:v2'}]}}}\n";
const WEB_LOWER: &str = "# a line\n\n\n\n\n\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {containers: [{name: web, image: 'o/web:v1'}]}}}\n";
const SILENT: &str = "kind: Deployment\nmetadata: {name: web}\n";
const API: &str =
    "kind: Pod\nmetadata: {name: api}\nspec: {containers: [{name: api, image: 'o/api:v1'}]}\n";
const PATCH: &str = "kind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {containers: [{name: web, image: 'p/web:v9'}]}}}\n";

const BOTH: &str = "kind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {containers: [{name: web, image: 'o/web:v1'}]}}}\n---\nkind: Pod\nmetadata: {name: api}\nspec: {containers: [{name: api, image: 'o/api:v1'}]}\n";
const BOTH_2: &str = "# a line\n---\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {containers: [{name: web, image: 'o/web:v2'}]}}}\n---\nkind: Pod\nmetadata: {name: api}\nspec: {containers: [{name: api, image: 'o/api:v1'}]}\n";
const TURNED: &str = "kind: Pod\nmetadata: {name: api}\nspec: {containers: [{name: api, image: 'o/api:v1'}]}\n---\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {containers: [{name: web, image: 'o/web:v2'}]}}}\n";
const HALF: &str = "kind: Pod\nmetadata: {name: api}\nspec: {containers: [{name: api, image: 'o/api:v1'}]}\n---\nkind: [\n";

/// Files and their possible contents; a file may also be missing.
const SLOTS: [(&str, &[&str]); 14] = [
    ("base/web.yaml", &[WEB, WEB_2, WEB_LOWER, BOTH, BOTH_2, TURNED, HALF, SILENT, "{{ broken"]),
    ("base/api.yaml", &[API, "kind: Pod\n"]),
    (
        "base/kustomization.yaml",
        &[
            "resources: [web.yaml]\n",
            "# more\n\nresources: [web.yaml]\n",
            "resources: [web.yaml, api.yaml]\nimages: [{name: o/web, newTag: v3}, {name: no/thing, newTag: v1}]\n",
            "resources: [web.yaml, 'https://github.com/o/r/x?ref=v1']\nnamePrefix: a-\n",
            "resources: [",
        ],
    ),
    (
        "comp/kustomization.yaml",
        &["kind: Component\nimages: [{name: o/api, newTag: v7}]\n", "resources: [../extra]\n"],
    ),
    ("comp/other.yaml", &[API]),
    ("extra/x.yaml", &[API]),
    (
        "extra/kustomization.yaml",
        &["resources: [x.yaml]\n", "images: [{name: no/thing, newTag: v2}]\n"],
    ),
    ("mid/patch.yaml", &[PATCH, "kind: Pod\n"]),
    (
        "mid/kustomization.yaml",
        &[
            "resources: [../base]\npatches: [{path: patch.yaml}]\n",
            "resources: [../base]\n",
            "resources: [../base, ../extra]\nimages: [{name: o/web, newTag: m1}]\n",
            "resources: [../dev]\npatches: [{path: patch.yaml, target: {kind: Deployment}}]\n",
        ],
    ),
    (
        "dev/kustomization.yaml",
        &[
            "resources: [../base]\ncomponents: [../comp]\n",
            "resources: [../base, ../extra]\nimages: [{name: no/thing, newTag: v3}]\n",
            "resources: [../missing]\ntransformers: [t.yaml, ../comp]\n",
        ],
    ),
    ("dev/t.yaml", &["kind: ImageTagTransformer\nimageTag: {name: o/web, newTag: t1}\n"]),
    (
        "prod/kustomization.yaml",
        &["resources: [../mid]\n", "resources: [../mid, ../dev]\ncomponents: [../comp]\n"],
    ),
    ("prod/Kustomization", &["resources: [../base]\nconfigurations: [c.yaml]\n"]),
    ("prod/c.yaml", &["images: [{path: spec/image, kind: Thing}]\n"]),
];

const CLAIMS: [&str; 7] = [
    "base/kustomization.yaml",
    "comp/kustomization.yaml",
    "extra/kustomization.yaml",
    "mid/kustomization.yaml",
    "dev/kustomization.yaml",
    "prod/kustomization.yaml",
    "prod/Kustomization",
];

/// The result of a claim: findings without lines, warnings, accessed paths.
type Said = (BTreeSet<String>, Vec<Warning>, BTreeSet<String>);

/// Generates a history of edits: the file, and the index of its contents or none.
fn histories() -> impl Strategy<Value = Vec<Vec<(usize, usize)>>> {
    let cell = |index: usize| (Just(index), 0..SLOTS[index].1.len() + 1);
    let all: Vec<_> = (0..SLOTS.len()).map(cell).collect();
    let edit = (0..SLOTS.len()).prop_flat_map(cell);
    let later = proptest::collection::vec(proptest::collection::vec(edit, 1..4), 1..10);
    (all, later).prop_map(|(first, later)| std::iter::once(first).chain(later).collect())
}

fn snapshots(history: &[Vec<(usize, usize)>]) -> Vec<Files> {
    let mut files = Files::new();
    let mut out = vec![Files::from([("README.md", "always")])];
    for edits in history {
        for (cell, choice) in edits {
            let (path, contents) = SLOTS[*cell];
            match contents.get(*choice) {
                Some(text) => files.insert(path, text),
                None => files.remove(path),
            };
        }
        let mut all = files.clone();
        all.insert("README.md", "always");
        out.push(all);
    }
    out
}

fn changes(from: &Files, to: &Files) -> Vec<(&'static str, FileChangeKind)> {
    let gone = from
        .keys()
        .filter(|path| !to.contains_key(*path))
        .map(|path| (*path, FileChangeKind::Removed));
    let here = to.iter().filter_map(|(path, text)| match from.get(path) {
        None => Some((*path, FileChangeKind::Added)),
        Some(before) => (before != text).then_some((*path, FileChangeKind::Modified)),
    });
    gone.chain(here).collect()
}

fn shown(finding: &VersionFinding) -> String {
    let places: BTreeSet<_> =
        finding.locations.iter().map(|at| (&at.path, at.document, &at.key, at.part)).collect();
    format!(
        "{:?} {:?} {:?} {:?} {places:?}",
        finding.component, finding.image, finding.version, finding.notes
    )
}

fn said(reader: &SnapshotReader<'_>, path: &str) -> Said {
    let rule = SourceRule::new(SourceKind::Kustomize, path, &[]).expect("a template");
    let claim = Claim { rule: &rule, index: 0, path: path.to_owned(), captures: BTreeMap::new() };
    let found = KustomizeSource.read(&claim, reader);
    (found.iter().map(shown).collect(), reader.warnings(), reader.take_touched().file_paths())
}

fn fresh(repository: &TestSources, commit: Oid, path: &str) -> Said {
    let (snapshot, cache) = (repository.snapshot_of(commit), ParseCache::default());
    said(&SnapshotReader::new(&snapshot, &cache), path)
}

fn remembered(repository: &TestSources, commit: Oid, path: &str, cache: &ParseCache) -> Said {
    let snapshot = repository.snapshot_of(commit);
    said(&SnapshotReader::of_versions(&snapshot, cache), path)
}

/// Goes forward through all revisions and back again.
fn there_and_back(count: usize) -> impl Iterator<Item = (usize, usize)> {
    let forwards = (1..count).map(|to| (to - 1, to));
    forwards.chain((1..count).rev().map(|from| (from, from - 1)))
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 12,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// A walk that rereads only affected claims and changed files.
    #[test]
    fn what_is_not_affected_need_not_be_read_again(history in histories()) {
        let files = snapshots(&history);
        let (repository, commits) = revisions(&files);
        let cache = ParseCache::default();
        let mut known: BTreeMap<&str, Said> =
            CLAIMS.map(|path| (path, remembered(&repository, commits[0], path, &cache))).into();
        for (from, to) in there_and_back(files.len()) {
            let changed = changes(&files[from], &files[to]);
            let affected = cache
                .apply_changes(commits[from], commits[to], changed.iter().copied())
                .expect("builds of `from`");
            for path in CLAIMS {
                let folder = path.rsplit_once('/').expect("a folder").0;
                if affected.iter().any(|name| **name == *folder)
                    || changed.iter().any(|(known, _)| *known == path)
                {
                    known.insert(path, remembered(&repository, commits[to], path, &cache));
                }
                prop_assert_eq!(&known[path], &fresh(&repository, commits[to], path), "{} at {}", path, to);
            }
        }
    }

    /// Claims that are read only now and then.
    #[test]
    fn what_was_left_alone_for_a_while_is_right(history in histories(), asked in any::<u64>()) {
        let files = snapshots(&history);
        let (repository, commits) = revisions(&files);
        let cache = ParseCache::default();
        CLAIMS.iter().for_each(|path| drop(remembered(&repository, commits[0], path, &cache)));
        for (step, (from, to)) in there_and_back(files.len()).enumerate() {
            cache.apply_changes(commits[from], commits[to], changes(&files[from], &files[to])).expect("builds of `from`");
            for (index, path) in CLAIMS.iter().enumerate() {
                if asked.rotate_left(u32::try_from(step * 7 + index).expect("small")) & 3 == 0 {
                    let now = remembered(&repository, commits[to], path, &cache);
                    prop_assert_eq!(now, fresh(&repository, commits[to], path), "{} at {}", path, to);
                }
            }
        }
    }
}

#[test]
fn without_a_word_nothing_old_is_used() {
    let files = |web| {
        Files::from([
            ("base/web.yaml", web),
            ("base/kustomization.yaml", "resources: [web.yaml]\n"),
        ])
    };
    let (repository, commits) = revisions(&[files(WEB), files(WEB_2), files(SILENT)]);
    let cache = ParseCache::default();
    let read = |commit| remembered(&repository, commit, "base/kustomization.yaml", &cache);
    for commit in commits.iter().chain(commits.iter().rev()) {
        assert_eq!(read(*commit), fresh(&repository, *commit, "base/kustomization.yaml"));
    }
    assert_eq!(
        cache.apply_changes(commits[1], commits[2], []),
        None,
        "the builds are of another commit"
    );
    assert_eq!(read(commits[2]), fresh(&repository, commits[2], "base/kustomization.yaml"));
    let snapshot = repository.snapshot_of(commits[2]);
    let reader = SnapshotReader::of_versions(&snapshot, &cache);
    assert_eq!(
        cache.apply_changes(commits[2], commits[0], []),
        None,
        "a reader of the commit still lives"
    );
    drop(reader);
    assert_eq!(read(commits[0]), fresh(&repository, commits[0], "base/kustomization.yaml"));
}

#[test]
fn what_is_built_on_a_base_is_built_again_only_if_something_comes_out_differently() {
    let files = |web, base| {
        Files::from([
            ("base/web.yaml", web),
            ("base/kustomization.yaml", base),
            ("dev/kustomization.yaml", "resources: [../base]\n"),
        ])
    };
    let plain = "resources: [web.yaml]\n";
    let all = [
        files(WEB, plain),
        files(WEB_LOWER, plain),
        files(WEB, "# more\n\nresources: [web.yaml]\n"),
        files(WEB_2, plain),
    ];
    let (repository, commits) = revisions(&all);
    let cache = ParseCache::default();
    let stamp = |at: usize| {
        if at > 0 {
            cache
                .apply_changes(commits[at - 1], commits[at], changes(&all[at - 1], &all[at]))
                .expect("builds");
        }
        let snapshot = repository.snapshot_of(commits[at]);
        let reader = SnapshotReader::of_versions(&snapshot, &cache);
        said(&reader, "dev/kustomization.yaml");
        (reader.kustomize.build_stamp("base"), reader.kustomize.build_stamp("dev"))
    };
    let first = stamp(0);
    assert_eq!(stamp(1), first, "lines moved");
    assert_eq!(stamp(2), first, "a comment came");
    let (base, dev) = stamp(3);
    assert!(base != first.0 && dev != first.1, "the image changed");
}

#[test]
fn nothing_is_built_again_for_what_no_build_uses() {
    let files = |web, kustomization| {
        Files::from([
            ("base/web.yaml", web),
            ("base/patch.yaml", PATCH),
            ("base/kustomization.yaml", kustomization),
        ])
    };
    let plain = "resources: [web.yaml]\npatches: [{path: patch.yaml}]\n";
    let all = [
        files(WEB, plain),
        files(WEB_LOWER, plain),
        files(
            WEB,
            "# more\n\nresources: [web.yaml]\npatches: [{path: patch.yaml}]\nsortOptions: {order: fifo}\n",
        ),
        files(WEB, "resources: [web.yaml]\n"),
    ];
    let (repository, commits) = revisions(&all);
    let cache = ParseCache::default();
    let traces: Vec<_> = (0..all.len())
        .map(|at| {
            if at > 0 {
                cache
                    .apply_changes(commits[at - 1], commits[at], changes(&all[at - 1], &all[at]))
                    .expect("builds");
            }
            let snapshot = repository.snapshot_of(commits[at]);
            let reader = SnapshotReader::of_versions(&snapshot, &cache);
            said(&reader, "base/kustomization.yaml");
            reader.kustomize.build_trace("base")
        })
        .collect();
    assert!(Rc::ptr_eq(&traces[0], &traces[1]), "lines moved");
    assert!(Rc::ptr_eq(&traces[0], &traces[2]), "a key came that is about no image");
    assert!(!Rc::ptr_eq(&traces[0], &traces[3]), "a patch is gone");
}
