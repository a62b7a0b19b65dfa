//! Edits of whole repositories, in every format.

use super::{EditBase, EditConsent, EditRefusal, EntryChange, FileEdits};
use crate::config::Config;
use crate::git::Snapshot;
use crate::model::{KeyTemplate, MappingEntry, SourceKind, Version};
use crate::source::ParseCache;
use crate::source::testing::{TestSources, config, repository};
use regex::Regex;
use snapbox::{assert_data_eq, str};
use std::fmt::Write as _;

pub(super) const NO: EditConsent = EditConsent {
    drop_digest: false,
    pin_digest: false,
    allow_mutable: false,
    force_automated: false,
    change_shared: false,
};

pub(super) fn digest(fill: char) -> String {
    format!("sha256:{}", fill.to_string().repeat(64))
}

/// A configuration with stages dev and prod and one rule.
pub(super) fn with(kind: SourceKind, path: &str) -> Config {
    config(&["dev", "prod"], &[(kind, path)])
}

pub(super) fn ground<'a>(
    repository: &'a TestSources,
    config: &'a Config,
    cache: &'a ParseCache,
) -> EditBase<'a> {
    EditBase::load(config, repository.snapshot(), cache, None)
}

/// Sets the version of all entries of prod.
fn promote(
    ground: &EditBase<'_>,
    version: &str,
    consent: EditConsent,
) -> Result<FileEdits, EditRefusal> {
    let mapping = ground.to_mapping();
    let prod: Vec<&MappingEntry> =
        mapping.entries.iter().filter(|entry| entry.stage.as_str() == "prod").collect();
    assert!(!prod.is_empty(), "{:?}", mapping.warnings);
    let change = |entry| EntryChange { entry, version: Version::parse(version), image: None };
    ground.compute_edits(&prod.into_iter().map(change).collect::<Vec<_>>(), consent)
}

pub(super) fn outcome(
    config: &Config,
    files: &[(&str, &str)],
    version: &str,
    consent: EditConsent,
) -> String {
    let (repository, cache) = (repository(files), ParseCache::default());
    match promote(&ground(&repository, config, &cache), version, consent) {
        Ok(edits) => {
            edits.files.iter().map(|file| format!("{}: {}", file.path, file.after)).collect()
        }
        Err(refusal) => said(&refusal),
    }
}

pub(super) fn said(refusal: &EditRefusal) -> String {
    let mut out = format!("{refusal}\n");
    if let Some(hint) = refusal.hint() {
        let _ = writeln!(out, "  hint: {hint}");
    }
    out
}

/// Returns a file of prod after the edit.
fn becomes(kind: SourceKind, path: &str, before: &str, version: &str, after: &str) {
    let config = with(kind, &path.replace("prod", "{stage}"));
    assert_eq!(outcome(&config, &[(path, before)], version, NO), format!("{path}: {after}"));
}

#[test]
fn every_format_keeps_its_bytes() {
    becomes(SourceKind::Text, "prod/tag", "\u{feff}v1\r\n", "1.10", "\u{feff}1.10\r\n");
    becomes(
        SourceKind::Yaml,
        "prod.yaml",
        "# é\r\nimage_tag: 'v1' # c\r\n",
        "v2",
        "# é\r\nimage_tag: 'v2' # c\r\n",
    );
    becomes(
        SourceKind::Json,
        "prod.json",
        "{\n\t\"web\": {\"image\": \"a/b:v1\"}}",
        "v2",
        "{\n\t\"web\": {\"image\": \"a/b:v2\"}}",
    );
    becomes(
        SourceKind::Dotenv,
        "prod.env",
        "export TAG='v1' # x\nB=$TAG\n",
        "v2",
        "export TAG='v2' # x\nB=$TAG\n",
    );
    becomes(
        SourceKind::Tfvars,
        "prod.tfvars",
        "sha   = \"0738661a\" # x\n",
        "v2.0.1",
        "sha   = \"v2.0.1\" # x\n",
    );
    becomes(
        SourceKind::HelmValues,
        "prod/values.yaml",
        "{{- if .x }}\nweb:\n  image:\n    repository: a/b\n    tag: v1   # x\n{{- end }}\n",
        "1.10",
        "{{- if .x }}\nweb:\n  image:\n    repository: a/b\n    tag: \"1.10\"   # x\n{{- end }}\n",
    );
    becomes(
        SourceKind::Manifests,
        "prod/web.yaml",
        "kind: Pod\nspec:\n  initContainers:\n  - image: a/b:v1\n  containers: [{image: \"a/b:v1\"}, {image: a/b:v1}]\n",
        "v2",
        "kind: Pod\nspec:\n  initContainers:\n  - image: a/b:v2\n  containers: [{image: \"a/b:v2\"}, {image: a/b:v2}]\n",
    );
    becomes(
        SourceKind::Flux,
        "prod/web.yaml",
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: web}\nspec:\n  chart: {spec: {chart: site, version: '>=1.0 <2'}}\n",
        ">=2.0 <3",
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: web}\nspec:\n  chart: {spec: {chart: site, version: '>=2.0 <3'}}\n",
    );
    becomes(
        SourceKind::Pulumi,
        "Pulumi.prod.yaml",
        "config:\n  p:image: r.io/a/b:1\n",
        "2",
        "config:\n  p:image: r.io/a/b:2\n",
    );
}

#[test]
fn compose_edits_the_line_or_the_variable() {
    let config = with(SourceKind::Compose, "{stage}/compose.yml");
    let text = "services:\n  web: {image: \"${ORG:-acme}/web:${TAG:-v1}\"} # v1\n";
    assert_data_eq!(
        outcome(&config, &[("prod/compose.yml", text)], "v2", NO),
        str![[r##"
prod/compose.yml: services:
  web: {image: "${ORG:-acme}/web:${TAG:-v2}"} # v1

"##]]
    );
    let files = [("prod/compose.yml", text), ("prod/.env", "TAG=\"v1\"\nORG=v1\n")];
    assert_data_eq!(
        outcome(&config, &files, "v2", NO),
        str![[r#"
prod/.env: TAG="v2"
ORG=v1

"#]]
    );
    let joined = [
        ("prod/compose.yml", "services: {web: {image: 'web:${A}.${B}'}}\n"),
        ("prod/.env", "A=1\nB=2\n"),
    ];
    assert_data_eq!(
        outcome(&config, &joined, "1.3", NO),
        str![[r#"
prod/.env:1: `1` is only part of version 1.2, which is joined from several values
  hint: write the version in one value

"#]]
    );
}

#[test]
fn lines_are_edited_by_their_groups() {
    let mut config = with(SourceKind::Line, "deploy.sh");
    config.rules[0].pattern = Some(
        Regex::new(r"^(?P<app>\w+) (?P<stage>\w+) (?P<image>\S+):(?P<tag>\S+)").expect("a pattern"),
    );
    let text = "web dev {{ r }}/web:v1 # v1\nweb prod {{ r }}/web:v1 # v1\n";
    let text = text.replace("{{ r }}", "r.io");
    assert_data_eq!(
        outcome(&config, &[("deploy.sh", &text)], "v2", NO),
        str![[r#"
deploy.sh: web dev r.io/web:v1 # v1
web prod r.io/web:v2 # v1

"#]]
    );
}

#[test]
fn tag_and_digest_move_together() {
    let config = with(SourceKind::HelmValues, "{stage}/values.yaml");
    let (a, b) = (digest('a'), digest('b'));
    let text = format!("image:\n  repository: a/b\n  digest: {a} # pin\n  tag: v1\n");
    let files = [("prod/values.yaml", text.as_str())];
    assert_eq!(
        outcome(&config, &files, &format!("v2@{b}"), NO),
        format!("prod/values.yaml: image:\n  repository: a/b\n  digest: {b} # pin\n  tag: v2\n")
    );
    assert_data_eq!(
        outcome(&config, &files, "v2", NO),
        str![[r#"
prod/values.yaml:4: the version is pinned to digest sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, but v2 has no digest
  hint: name the new digest, `TAG@sha256:…`, or unpin with `--drop-digest`

"#]]
    );
    let drop = EditConsent { drop_digest: true, ..NO };
    assert_eq!(
        outcome(&config, &files, "v2", drop),
        "prod/values.yaml: image:\n  repository: a/b\n  tag: v2\n"
    );
    let both = format!("image: {{repository: a/b, tag: 'v1@{a}'}}\n");
    let files = [("prod/values.yaml", both.as_str())];
    assert_eq!(
        outcome(&config, &files, "v2", drop),
        "prod/values.yaml: image: {repository: a/b, tag: 'v2'}\n"
    );
}

#[test]
fn edits_are_a_patch_that_git_takes() {
    let folder = tempfile::tempdir().expect("a folder");
    let files = [("a b/prod.yaml", "x: 1\r\n\r\ntag: v1"), ("é\"/prod.yaml", "tag: v1\n")];
    let mut config = with(SourceKind::Yaml, "{app}/{stage}.yaml");
    config.rules[0].tags.push(KeyTemplate::parse("tag", &[]).expect("a key"));
    let (repository, cache) = (repository(&files), ParseCache::default());
    let edits = promote(&ground(&repository, &config, &cache), "v2", NO).expect("edits");
    assert_eq!(edits.files.len(), 2);
    for (path, text) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a new folder");
        std::fs::write(path, text).expect("a new file");
    }
    let patch = folder.path().join("patch");
    std::fs::write(&patch, edits.unified_diff()).expect("a new file");
    let git = std::process::Command::new("git")
        .arg("-C")
        .arg(folder.path())
        .args(["apply", "patch"])
        .output();
    let git = git.expect("git runs");
    assert!(
        git.status.success(),
        "{}\n{}",
        String::from_utf8_lossy(&git.stderr),
        edits.unified_diff()
    );
    for file in &edits.files {
        let written = std::fs::read_to_string(folder.path().join(&file.path)).expect("the file");
        assert_eq!(written, file.after);
    }
    assert_data_eq!(
        edits.files[0].unified_diff(),
        str![[r#"
diff --git a/a b/prod.yaml b/a b/prod.yaml
--- a/a b/prod.yaml	
+++ b/a b/prod.yaml	
@@ -1,3 +1,3 @@
 x: 1
 
-tag: v1
/ No newline at end of file
+tag: v2
/ No newline at end of file

"#]]
    );
}

#[test]
fn a_snapshot_with_new_contents_is_read_and_nothing_is_written() {
    let repository = repository(&[("prod.yaml", "tag: v1\n")]);
    let snapshot: Snapshot<'_> = repository.snapshot();
    let after =
        snapshot.with_files([("prod.yaml".to_owned(), b"tag: v2\n".to_vec())]).expect("a snapshot");
    let read = |snapshot: &Snapshot<'_>| {
        snapshot.read_file(&snapshot.find_file("prod.yaml").expect("the file")).expect("text")
    };
    assert_eq!((read(&snapshot), read(&after)), (b"tag: v1\n".to_vec(), b"tag: v2\n".to_vec()));
    assert_eq!((snapshot.commit(), after.commit()), (Some(repository.commit), None));
    let again =
        after.with_files([("prod.yaml".to_owned(), b"tag: v3\n".to_vec())]).expect("a snapshot");
    assert_eq!(read(&again), b"tag: v3\n");
}
