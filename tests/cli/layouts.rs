//! What discovery cannot know, a few lines of configuration say: one repository for each layout,
//! under `tests/fixtures/layouts/`.
//!
//! Each folder holds a `towpath.yaml`, the repository's files, and `expected.txt` with one line for
//! each entry. What lies in `branches/NAME/` goes to the branch NAME, everything else to `main`.
//! `SNAPSHOTS=overwrite cargo test layouts` writes `expected.txt` anew.

use crate::support::{History, Sandbox};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A test for each folder, and one that says so when a folder has none.
macro_rules! layouts {
    ($($test:ident: $folder:literal,)*) => {
        $(#[test]
        fn $test() {
            check($folder);
        })*

        #[test]
        fn every_folder_has_a_test() {
            let mut folders: Vec<_> = std::fs::read_dir(fixtures()).expect("the fixtures").flatten()
                .map(|entry| entry.file_name().into_string().expect("a plain name")).collect();
            folders.sort();
            let mut tested = vec![$($folder),*];
            tested.sort_unstable();
            assert_eq!(folders, tested);
        }
    };
}

layouts! {
    cluster_app_stage_variant: "cluster-app-stage-variant",
    values_per_environment: "values-per-environment",
    base_stands_for_prod: "base-stands-for-prod",
    manifest_json: "manifest-json",
    site_matrix: "site-matrix",
    map_per_stage: "map-per-stage",
    branch_per_environment: "branch-per-environment",
    pulumi_stacks: "pulumi-stacks",
    tfvars_services: "tfvars-services",
    image_streams: "image-streams",
    argo_charts: "argo-charts",
    flux_substitute: "flux-substitute",
    one_line_json: "one-line-json",
    umbrella_charts: "umbrella-charts",
    config_anchors: "config-anchors",
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/layouts")
}

fn check(folder: &str) {
    let top = fixtures().join(folder);
    let sandbox = Sandbox::new();
    let repository = sandbox.bare("deploy", &history(&top));
    let status = sandbox
        .towpath(&repository, &["status", "--no-since", "--output", "json"])
        .assert()
        .success();
    let status: Value = serde_json::from_slice(&status.get_output().stdout).expect("JSON");
    assert_eq!(status["warnings"], Value::Array(Vec::new()), "{folder}");
    let mut lines: Vec<String> =
        status["entries"].as_array().expect("entries").iter().map(line).collect();
    lines.sort();
    let expected = snapbox::Data::read_from(&top.join("expected.txt"), None);
    snapbox::assert_data_eq!(lines.concat(), expected);
}

/// The folder as commits: one on `main`, one on each other branch.
fn history(top: &Path) -> History {
    let mut branches: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for (path, text) in files(top, top) {
        let (branch, path) =
            match path.strip_prefix("branches/").and_then(|rest| rest.split_once('/')) {
                Some((branch, rest)) => (branch.to_owned(), rest.to_owned()),
                None => ("main".to_owned(), path),
            };
        branches.entry(branch).or_default().push((path, text));
    }
    let mut history = History::new();
    for (branch, files) in branches {
        history = history.branch(&branch).commit("2026-03-01T10:00:00Z", "Alice", "files");
        for (path, text) in files.iter().filter(|(path, _)| path != "expected.txt") {
            history = history.write(path, text);
        }
    }
    history
}

fn files(top: &Path, folder: &Path) -> Vec<(String, String)> {
    let mut out = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            out.extend(files(top, &path));
        } else {
            let name = path
                .strip_prefix(top)
                .expect("below the top")
                .to_str()
                .expect("a plain path")
                .to_owned();
            out.push((name, std::fs::read_to_string(&path).expect("text")));
        }
    }
    out.sort();
    out
}

/// `app component stage target image version path:line`, with `-` for what there is not.
fn line(entry: &Value) -> String {
    let word = |key: &str| entry[key].as_str().unwrap_or("-").to_owned();
    let version = match (entry["tag"].as_str(), entry["digest"].as_str()) {
        (Some(tag), Some(digest)) => format!("{tag}@{digest}"),
        (Some(text), None) | (None, Some(text)) => text.to_owned(),
        (None, None) => "-".to_owned(),
    };
    // Where an app has several images, machine output names them `app/component`.
    let (app, component) = (word("app"), word("component"));
    let app = app.strip_suffix(&format!("/{component}")).unwrap_or(&app);
    let place = &entry["locations"][0];
    let path = place["path"].as_str().expect("a path");
    let rest = ["stage", "target", "image"].map(word).join(" ");
    format!("{app} {component} {rest} {version} {path}:{}\n", place["line"])
}
