use super::*;
use crate::config::{Config, SourceRule, Stage};
use crate::git::Repository;
use crate::git::testing::TestRepository;
use crate::model::{KeyTemplate, SourceKind, StageName};
use crate::source::{Claim, ParseCache, SnapshotReader, claims_on};
use proptest::prelude::*;

const DIGEST: &str = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// Files that hold one tag, and more than that.
const FILES: [(SourceKind, &str, &str); 9] = [
    (
        SourceKind::HelmValues,
        "dev.yaml",
        "image:\n  repository: x/web\n  tag: TAG # now\nreplicas: 2\n",
    ),
    (SourceKind::HelmValues, "dev.yaml", "image_tag: \"TAG\"\nother:\n  version: 1.2.3\n"),
    (
        SourceKind::HelmValues,
        "dev.yaml",
        "web: {image: \"x/web:TAG\"}\napi: {image: {tag: 'TAG'}}\n",
    ),
    (SourceKind::Yaml, "dev.yaml", "a: v1\nimage_tag: TAG\nversion: TAG\n"),
    (
        SourceKind::Manifests,
        "dev.yaml",
        "kind: Pod\nspec:\n  containers:\n  - {name: a, image: x/web:TAG}\n",
    ),
    (SourceKind::Json, "dev.json", "{\"image_tag\": \"TAG\", \"n\": 1}"),
    (SourceKind::Text, "dev", "TAG\n"),
    (SourceKind::Dotenv, "dev.env", "WEB_IMAGE_TAG=TAG\nAPI_VERSION=\"1.2\"\n"),
    (SourceKind::HelmValues, "dev.yaml", "image:\n  tag: TAG@DIGEST\n"),
];

fn config(kind: SourceKind, path: &str) -> Config {
    let stages = ["dev".to_owned()];
    let mut rule =
        SourceRule::new(kind, &path.replace("dev", "{stage}"), &stages).expect("a template");
    if matches!(kind, SourceKind::Yaml | SourceKind::Json) {
        rule.tags = ["image_tag", "version"]
            .map(|key| KeyTemplate::parse(key, &stages).expect("a key"))
            .into();
    }
    let name = StageName::new("dev");
    let stage = Stage { name, aliases: Vec::new(), after: Vec::new(), branch: None, line: None };
    Config { stages: vec![stage], rules: vec![rule], ..Config::default() }
}

/// Reads the newest commit twice: from memory (if possible), and from the file.
fn both(
    kind: SourceKind,
    path: &str,
    texts: [&str; 2],
) -> (Option<Vec<MappingEntry>>, Vec<MappingEntry>) {
    let mut test = TestRepository::new();
    test.commit("old", &[(path, Some(texts[0]))]);
    test.commit("new", &[(path, Some(texts[1]))]);
    let repository = test.open();
    let config = config(kind, path);
    let claim = claims_on(&config, path).remove(0);
    let old = read(&repository, &config, &claim, "main~1");
    let snapshot = |revision: &str| {
        Snapshot::of_commit(&repository, repository.resolve_revision(revision).expect("a commit"))
            .expect("a snapshot")
    };
    let memo = ClaimMemo::of(texts[0].as_bytes().to_vec(), &old, &snapshot("main~1"));
    let recalled =
        memo.and_then(|mut memo| memo.find_state(path, texts[1].as_bytes(), &snapshot("main")));
    (
        recalled.map(|look| bare(look.entries)),
        bare(read(&repository, &config, &claim, "main").entries),
    )
}

fn read(repository: &Repository, config: &Config, claim: &Claim<'_>, revision: &str) -> ClaimState {
    let commit = repository.resolve_revision(revision).expect("a commit");
    let snapshot = Snapshot::of_commit(repository, commit).expect("a snapshot");
    ClaimState::read(config, claim, &SnapshotReader::new(&snapshot, &ParseCache::default()), None)
}

/// Strips notes, which history ignores.
fn bare(mut entries: Vec<MappingEntry>) -> Vec<MappingEntry> {
    entries.iter_mut().for_each(|entry| entry.notes.clear());
    entries
}

#[test]
fn a_tag_that_grows_up_is_followed() {
    for (old, new) in
        [("v1366", "v1367"), ("27e1396", "9bc0d1e"), ("1.2.3", "1.2.4"), ("rel-9", "rel-8")]
    {
        let text = |tag: &str| format!("image_tag: {tag}\n");
        let (recalled, read) = both(SourceKind::HelmValues, "dev.yaml", [&text(old), &text(new)]);
        let known = recalled.is_some() || old.starts_with(|c: char| c.is_ascii_digit());
        assert!(known && recalled.is_none_or(|recalled| recalled == read), "{old} {new}");
    }
}

#[test]
fn what_is_not_sure_is_read() {
    for [old, new] in [
        ["image_tag: v1\n", "image_tag: v1 # yes\n"],
        ["image_tag: v1\n", "image_tag: \"v1\"\n"],
        ["image_tag: v1\n", "image_tag: latest\n"],
        ["image_tag: v1\nb: 1\n", "image_tag: v2\nb: 2\n"],
        ["image_tag: v1\nname: w1\n", "image_tag: v1\nname: w2\n"],
        ["image_tag: v1\n", "image_tag: v1\nx: y\n"],
        ["image_tag: v1\n", ""],
    ] {
        assert_eq!(both(SourceKind::HelmValues, "dev.yaml", [old, new]).0, None, "{new}");
    }
}

fn tag() -> impl Strategy<Value = String> {
    prop_oneof![
        "[0-9a-f]{7}",
        "[0-9a-f]{40}",
        "v[0-9]{1,4}",
        "[0-9]{1,2}\\.[0-9]{1,2}\\.[0-9]",
        "[0-9]e[0-9]{1,3}",
        "(main|dev|rel|sha)-[0-9a-f]{4,8}",
        "20[0-9]{2}-?[0-9]{2}-?[0-9]{2}[a-z]?",
        "[a-z0-9._-]{1,12}",
        "(yes|no|latest|0x1f|1_000|1\\.10|v1-SNAPSHOT)",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn memory_says_what_reading_says(at in 0..FILES.len(), old in tag(), new in tag()) {
        let (kind, path, text) = FILES[at];
        let with = |tag: &str| text.replacen("TAG", tag, 1).replace("TAG", "v7").replace("DIGEST", DIGEST);
        let (recalled, read) = both(kind, path, [&with(&old), &with(&new)]);
        if let Some(recalled) = recalled {
            prop_assert_eq!(recalled, read);
        }
    }
}
