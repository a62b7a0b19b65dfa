//! Whole builds, compared with what kustomize made of the same files.

use crate::model::{Note, Part, SourceKind};
use crate::source::Finding;
use crate::source::testing::{repository, repository_with_links};
use serde_json::Value;
use std::collections::BTreeSet;

fn build(files: &[(&str, &str)], path: &str) -> Vec<Finding> {
    repository(files).findings(SourceKind::Kustomize, path)
}

fn shown(finding: &Finding) -> String {
    let image = finding.image.as_deref().unwrap_or_default();
    let tag = finding.version.tag.iter().map(|tag| format!(":{tag}"));
    let digest = finding.version.digest.iter().map(|digest| format!("@{digest}"));
    tag.chain(digest).fold(image.to_owned(), |text, part| text + &part)
}

#[test]
fn recorded_builds_give_the_same_images() {
    let cases: Value =
        serde_json::from_str(include_str!("../../../tests/fixtures/kustomize/build_cases.json")).expect("json");
    let mut failures = Vec::new();
    for case in cases["cases"].as_array().expect("cases") {
        let files: Vec<(&str, &str)> = case["files"]
            .as_object()
            .expect("files")
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str().expect("text")))
            .collect();
        let entry = case["entry"].as_str().expect("entry").trim_matches('.');
        let path = ["kustomization.yaml", "Kustomization"]
            .map(|name| if entry.is_empty() { name.to_owned() } else { format!("{entry}/{name}") })
            .into_iter()
            .find(|path| files.iter().any(|(known, _)| known == path))
            .expect("a kustomization file");
        let found = build(&files, &path);
        if case["ok"] != true {
            // What kustomize refuses is still read, and said to be refused where a tag is to blame.
            continue;
        }
        let images: BTreeSet<String> =
            found.iter().filter(|finding| !finding.notes.contains(&Note::Unmatched)).map(shown).collect();
        let lines = case["image_lines"].as_array().expect("lines").iter().filter_map(Value::as_str);
        let wanted: BTreeSet<String> = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(_, image)| image.trim().trim_matches('"').to_owned())
            .filter(|image| !image.is_empty())
            .collect();
        if images != wanted {
            failures.push(format!("{}: {images:?} instead of {wanted:?}", case["about"]));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
