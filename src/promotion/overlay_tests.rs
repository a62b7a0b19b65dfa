//! Edits of overlays: what they inherit, what they share, and what moves with them.

use super::tests::{NO, ground, outcome, with};
use super::{EditConsent, EntryChange, entries_of_same_version, entries_sharing_place};
use crate::config::NameTemplate;
use crate::model::{SourceKind, Version};
use crate::source::ParseCache;
use crate::source::testing::repository;
use snapbox::{assert_data_eq, str};

const BASE: &str = "kind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n      containers:\n      - {name: web, image: 'r.io/web:v1'}\n";

fn overlays(prod: &str) -> Vec<(&'static str, String)> {
    vec![
        ("base/kustomization.yaml", "resources: [web.yaml]\n".to_owned()),
        ("base/web.yaml", BASE.to_owned()),
        ("dev/kustomization.yaml", "resources: [../base]\n".to_owned()),
        ("prod/kustomization.yaml", prod.to_owned()),
    ]
}

pub(super) fn in_overlays(prod: &str, version: &str, consent: EditConsent) -> String {
    let files = overlays(prod);
    let files: Vec<(&str, &str)> =
        files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    outcome(&with(SourceKind::Kustomize, "{stage}"), &files, version, consent)
}

#[test]
fn an_overlay_that_inherits_gets_an_entry() {
    assert_data_eq!(
        in_overlays("resources:\n- ../base # kept\n", "1.10", NO),
        str![[r#"
prod/kustomization.yaml: resources:
- ../base # kept
images:
- name: r.io/web
  newTag: "1.10"

"#]]
    );
    let renamed = "resources: [../base]\nimages:\n- name: r.io/web\n  newName: eu.io/web\n";
    assert_data_eq!(
        in_overlays(renamed, "v2", NO),
        str![[r#"
prod/kustomization.yaml: resources: [../base]
images:
- name: r.io/web
  newName: eu.io/web
  newTag: v2

"#]]
    );
}

#[test]
fn the_only_heir_of_a_base_gets_an_entry_too() {
    let mut files = overlays("resources: [../base]\n");
    files[2].1 = "resources: [../base]\nimages: [{name: r.io/web, newTag: v5}]\n".to_owned();
    let files: Vec<(&str, &str)> =
        files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let config = with(SourceKind::Kustomize, "{stage}");
    let expected =
        "prod/kustomization.yaml: resources: [../base]\nimages:\n- name: r.io/web\n  newTag: v2\n";
    assert_eq!(outcome(&config, &files, "v2", NO), expected);
    // A version that no entry can override is edited in place.
    let remote = [
        files[0],
        ("base/web.yaml", "kind: Source\nspec: {image: 'r.io/web:v1'}\n"),
        files[2],
        files[3],
    ];
    let expected = "base/web.yaml: kind: Source\nspec: {image: 'r.io/web:v2'}\n";
    let unpinned = [remote[0], remote[1], ("dev/kustomization.yaml", "resources: []\n"), remote[3]];
    assert_eq!(outcome(&config, &unpinned, "v2", NO), expected);
}

#[test]
fn a_shared_base_is_edited_when_all_move() {
    let files = overlays("resources: [../base]\n");
    let files: Vec<(&str, &str)> =
        files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let (repository, cache, config) =
        (repository(&files), ParseCache::default(), with(SourceKind::Kustomize, "{stage}"));
    let ground = ground(&repository, &config, &cache);
    let entries = ground.to_mapping().entries;
    let all = entries_sharing_place(&entries, &entries[0]);
    assert_eq!(all.len(), 2);
    let change = |entry| EntryChange {
        entry,
        version: Version::parse("v2"),
        image: Some("eu.io/web".into()),
    };
    let changes: Vec<EntryChange<'_>> = all.into_iter().map(change).collect();
    let edits = ground.compute_edits(&changes, NO).expect("edits");
    assert_eq!(edits.paths().collect::<Vec<_>>(), ["base/web.yaml"]);
    assert_eq!(edits.files[0].after, BASE.replace("r.io/web:v1", "eu.io/web:v2"));
    let after = ground.with_edits(&edits).expect("the new state").to_mapping();
    assert!(after.entries.iter().all(|entry| entry.version == Version::parse("v2")));
}

#[test]
fn a_remote_base_and_its_tag_are_companions() {
    let prod = "resources: [../base, 'https://h.io/o/r//d?ref=0f3ea1c']\nimages: [{name: r.io/web, newTag: 0f3ea1c}]\n";
    let config = with(SourceKind::Kustomize, "{stage}");
    let files = overlays(prod);
    let files: Vec<(&str, &str)> =
        files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let (repository, cache) = (repository(&files), ParseCache::default());
    let mut config = config;
    config.rules[0].app = NameTemplate::new("shop");
    let ground = ground(&repository, &config, &cache);
    let entries = ground.to_mapping().entries;
    let one = entries.iter().find(|entry| entry.stage.as_str() == "prod").expect("an entry");
    let both = entries_of_same_version(&entries, one);
    assert_eq!(both.len(), 2);
    let change = |entry| EntryChange { entry, version: Version::parse("27e1396"), image: None };
    let edits =
        ground.compute_edits(&both.into_iter().map(change).collect::<Vec<_>>(), NO).expect("edits");
    assert_eq!(
        edits.files[0].after,
        "resources: [../base, 'https://h.io/o/r//d?ref=27e1396']\nimages: [{name: r.io/web, newTag: '27e1396'}]\n"
    );
}

#[test]
fn a_base_that_cannot_be_overridden_names_who_shares_it() {
    let chart = "resources: [web.yaml, 'https://h.io/o/r//d?ref=v1']\n";
    let mut files = overlays("resources: [../base]\n");
    files[0].1 = chart.to_owned();
    let files: Vec<(&str, &str)> =
        files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let config = with(SourceKind::Kustomize, "{stage}");
    assert_data_eq!(
        outcome(&config, &files, "v2", NO),
        str![[r#"
base/kustomization.yaml:1: the value is shared with r/d in dev
  hint: give each stage a value of its own

"#]]
    );
}
