//! Blind spots of Argo CD: parameters from files, patches and plugins of a source, input of
//! `ApplicationSet` generators, and the revision and directory that are applied.

use super::source_overrides::override_spots;
use super::{KubeObject, is_telling, speaks_of_versions};
use crate::git::path::folder_of;
use crate::model::{BlindSpot, BlindSpotEffect, base_name};
use crate::source::leaf::Leaf;
use crate::source::leaf_subtree::{LeafSubtree, split_objects};
use crate::source::{ChangeScope, SnapshotReader};
use std::collections::BTreeSet;

/// Keys of a source that override values read from it.
const OVERRIDING: [&[&str]; 6] = [
    &["helm", "fileParameters"],
    &["kustomize", "patches"],
    &["kustomize", "components"],
    &["plugin"],
    &["directory", "jsonnet"],
    &["helm", "valueFiles"],
];

/// Keys of a source that refer to other input.
const LEADING: [&[&str]; 4] = [&["path"], &["repoURL"], &["targetRevision"], &["ref"]];

/// Returns the blind spots of a file of applications.
pub fn find_blind_spots(
    path: &str,
    leaves: &[Leaf],
    sight: &ChangeScope<'_>,
    reader: &SnapshotReader<'_>,
) -> Vec<BlindSpot> {
    let mut out = Vec::new();
    if sight.changed.iter().any(|path| base_name(path).starts_with(".argocd-source")) {
        out.extend(split_objects(leaves).into_iter().flat_map(|branch| {
            let object = KubeObject::new(path, branch);
            source_override_spots(&object, sight, reader)
        }));
    }
    // `files` of generators, `valueFiles` of charts.
    if !sight.may_have_news(path, "iles", reader) {
        return out;
    }
    for branch in split_objects(leaves) {
        let object = KubeObject::new(path, branch);
        if !object
            .branch
            .text("apiVersion")
            .is_some_and(|version| version.starts_with("argoproj.io/"))
        {
            continue;
        }
        match object.branch.text("kind") {
            Some("Application") => {
                out.extend(template_spots(&object, &["spec"], sight));
                out.extend(values_file_spots(&object, &["spec"], sight, reader));
            }
            Some("ApplicationSet") => {
                out.extend(template_spots(&object, &["spec", "template", "spec"], sight));
                out.extend(values_file_spots(
                    &object,
                    &["spec", "template", "spec"],
                    sight,
                    reader,
                ));
                out.extend(template_patch(&object));
                out.extend(generator_spots(&object, sight, reader));
            }
            _ => {}
        }
    }
    out
}

/// Returns what files beside the sources of an application set for them.
fn source_override_spots(
    object: &KubeObject<'_>,
    sight: &ChangeScope<'_>,
    reader: &SnapshotReader<'_>,
) -> Vec<BlindSpot> {
    let spec: &[&str] = match object.branch.text("kind") {
        Some("Application") => &["spec"],
        Some("ApplicationSet") => &["spec", "template", "spec"],
        _ => return Vec::new(),
    };
    let name = object.display_name();
    let sources = source_keys(object, spec).into_iter();
    sources
        .flat_map(|keys| {
            let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
            override_spots(&object.branch.subtree_at(&keys), &name, sight, reader)
        })
        .collect()
}

/// Returns the `templatePatch`, if it mentions sources or versions.
fn template_patch(object: &KubeObject<'_>) -> Option<BlindSpot> {
    let leaves: Vec<&Leaf> = object.leaves_at(&["spec", "templatePatch"]).collect();
    let is_about = |text: &str| text.contains("source") || is_telling(text);
    let counts =
        leaves.iter().any(|leaf| leaf.keys().any(is_about) || leaf.text.lines().any(is_about));
    counts
        .then(|| object.spot_of("spec.templatePatch", leaves, BlindSpotEffect::Overrides))
        .flatten()
}

/// Returns the blind spots in the sources of an application.
fn template_spots(
    object: &KubeObject<'_>,
    keys: &[&str],
    sight: &ChangeScope<'_>,
) -> Vec<BlindSpot> {
    let mut out = Vec::new();
    for source in source_keys(object, keys) {
        let at = |rest: &[&str]| -> Vec<String> {
            source
                .iter()
                .map(String::as_str)
                .chain(rest.iter().copied())
                .map(str::to_owned)
                .collect()
        };
        let spot = |rest: &[&str], reach| {
            let keys = at(rest);
            let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
            let leaves = object.leaves_at(&keys).filter(|leaf| !sight.is_read(object.path, leaf));
            object.spot_of(&keys.join("."), leaves, reach)
        };
        out.extend(OVERRIDING.iter().filter_map(|rest| spot(rest, BlindSpotEffect::Overrides)));
        out.extend(LEADING.iter().filter_map(|rest| spot(rest, BlindSpotEffect::Leads)));
        let parameters = at(&["helm", "parameters"]);
        let parameters: Vec<&str> = parameters.iter().map(String::as_str).collect();
        let odd = object.leaves_at(&parameters).filter(|leaf| leaf.keys().any(is_odd_name));
        out.extend(object.spot_of(&parameters.join("."), odd, BlindSpotEffect::Overrides));
    }
    out.extend(
        ["source", "sources"]
            .iter()
            .filter_map(|key| object.duplicate_spot(&[keys, &[key]].concat())),
    );
    out
}

/// Returns the keys of each source of an application.
fn source_keys(object: &KubeObject<'_>, keys: &[&str]) -> Vec<Vec<String>> {
    let under = |more: &[&str]| keys.iter().chain(more).map(|key| (*key).to_owned()).collect();
    let elements = object.branch.subtree_at(keys).subtree_at(&["sources"]).children();
    let one = std::iter::once(under(&["source"]));
    one.chain(elements.into_iter().map(|(element, _)| under(&["sources", element]))).collect()
}

/// Returns what the values files of an application's charts say of versions, where they are in this
/// repository and changed, and the mapping does not read them. A template may stand for any name.
fn values_file_spots(
    object: &KubeObject<'_>,
    keys: &[&str],
    sight: &ChangeScope<'_>,
    reader: &SnapshotReader<'_>,
) -> Vec<BlindSpot> {
    let key = format!("values of {}", object.display_name());
    let mut out = Vec::new();
    for source in source_keys(object, keys) {
        let source: Vec<&str> = source.iter().map(String::as_str).collect();
        let source = object.branch.subtree_at(&source);
        let folder = source.text("path").unwrap_or_default().trim_matches('/');
        let helm = source.subtree_at(&["helm"]);
        let list = helm.subtree_at(&["valueFiles"]);
        let named = list.own_leaves().map(|(_, leaf)| &*leaf.text).chain(helm.text("valueFiles"));
        let parameters = helm.subtree_at(&["fileParameters"]);
        let files = parameters.all_leaves().filter(|(rest, _)| rest.ends_with("path"));
        for path in files.filter_map(|(_, leaf)| resolve_values(folder, &leaf.text)) {
            let file = reader.text_and_id(&path).filter(|_| (sight.is_changed)(&path));
            out.extend(
                file.and_then(|(_, text)| super::file_spot(&path, key.clone(), None, &text)),
            );
        }
        let named: Vec<String> = named.filter_map(|text| resolve_values(folder, text)).collect();
        for pattern in named {
            let start = folder_of(pattern.split('*').next().unwrap_or_default());
            let all = reader.snapshot().files_under(start).unwrap_or_default();
            let changed = all
                .into_iter()
                .map(|file| file.path)
                .filter(|path| (sight.is_changed)(path) && glob_matches(&pattern, path));
            for path in changed {
                let Some((_, text)) = reader.text_and_id(&path) else { continue };
                let leaves = reader.read_leaves(&path).map(|leaves| {
                    let unread = leaves.iter().filter(|leaf| !sight.is_read(&path, leaf));
                    unread.cloned().collect::<Vec<_>>()
                });
                out.extend(super::file_spot(&path, key.clone(), leaves.as_deref(), &text));
            }
        }
    }
    out
}

/// The path of a values file as a pattern. `$name/…` starts at the top of another source's
/// repository, which is mostly this one.
fn resolve_values(folder: &str, text: &str) -> Option<String> {
    let pattern = fill_patterns(text);
    match pattern.strip_prefix('$').and_then(|rest| rest.split_once('/')) {
        Some((_, rest)) => Some(rest.to_owned()),
        None if pattern.contains("://") => None,
        None if pattern.starts_with('/') => Some(pattern.trim_start_matches('/').to_owned()),
        None => crate::git::path::resolve(folder, &pattern),
    }
}

/// A text with `*` for each expression of a template.
pub(super) fn fill_patterns(text: &str) -> String {
    let mut pattern = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("{{") {
        pattern.push_str(&rest[..at]);
        pattern.push('*');
        rest = rest[at..].find("}}").map_or("", |end| &rest[at + end + 2..]);
    }
    pattern.push_str(rest);
    pattern
}

/// True for a parameter name that Helm splits: `replicas=2,image.tag`.
fn is_odd_name(key: &str) -> bool {
    key.starts_with('[') && key.contains([',', '=', '\\', '{', '}', ' '])
}

/// Returns generator input that the template uses in versions: elements, files, and the generators'
/// own templates.
fn generator_spots(
    object: &KubeObject<'_>,
    sight: &ChangeScope<'_>,
    reader: &SnapshotReader<'_>,
) -> Vec<BlindSpot> {
    let wanted = wanted_names(object);
    let all: Vec<&Leaf> = object.leaves_at(&["spec", "generators"]).collect();
    let gives = |leaf: &&Leaf| {
        let has_own_template = leaf.keys().any(|key| key == "template");
        let is_element = leaf.keys().any(|key| key == "elements");
        let is_wanted = !is_element || leaf.keys().any(|key| wanted.contains(key));
        !sight.is_read(object.path, leaf)
            && (has_own_template && speaks_of_versions(leaf) || !wanted.is_empty() && is_wanted)
    };
    let mut out = Vec::new();
    out.extend(object.spot_of(
        "spec.generators",
        all.iter().copied().filter(gives),
        BlindSpotEffect::Overrides,
    ));
    if !wanted.is_empty() {
        let is_file =
            |leaf: &&&Leaf| leaf.last() == "path" && leaf.keys().any(|key| key == "files");
        out.extend(
            all.iter()
                .filter(is_file)
                .flat_map(|leaf| file_spots(object, &leaf.text, &wanted, sight, reader)),
        );
    }
    out
}

/// Returns the names of variables that a template uses in versions.
fn wanted_names(object: &KubeObject<'_>) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for leaf in object.leaves_at(&["spec", "template", "spec"]) {
        if matches!(leaf.last(), "repoURL" | "path" | "releaseName")
            || is_git_revision(&object.branch, leaf)
        {
            continue;
        }
        let is_version = leaf.keys().any(is_telling);
        let lines = leaf.text.lines().filter(|line| is_version || is_telling(line));
        for expression in lines.flat_map(|line| line.split("{{").skip(1)) {
            let inside = expression.split("}}").next().unwrap_or_default();
            let words =
                inside.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-')));
            out.extend(words.filter(|word| !word.is_empty()).map(str::to_owned));
        }
    }
    out
}

/// True for the revision of a git source, which is not a version of the mapping.
fn is_git_revision(object: &LeafSubtree<'_>, leaf: &Leaf) -> bool {
    if leaf.last() != "targetRevision" {
        return false;
    }
    let has_chart =
        |(rest, other): (&str, &Leaf)| rest.ends_with("chart") && other.parent() == leaf.parent();
    !object.all_leaves().any(has_chart)
}

/// Returns the files of a generator that are in the repository.
fn file_spots(
    object: &KubeObject<'_>,
    pattern: &str,
    wanted: &BTreeSet<String>,
    sight: &ChangeScope<'_>,
    reader: &SnapshotReader<'_>,
) -> Vec<BlindSpot> {
    let start = folder_of(pattern.split(['*', '?', '[', '{']).next().unwrap_or_default());
    let all = reader.snapshot().files_under(start).unwrap_or_default();
    let fits = all
        .into_iter()
        .filter(|file| (sight.is_changed)(&file.path) && glob_matches(pattern, &file.path));
    let key = format!("values read by {}", object.display_name());
    let spot = |path: String| {
        let leaves = reader.read_leaves(&path)?;
        let given = leaves.iter().filter(|leaf| leaf.keys().any(|key| wanted.contains(key)));
        let says: String = given.map(super::leaf_statement).collect();
        let spot = BlindSpot {
            path,
            key: key.clone(),
            line: None,
            says,
            reach: BlindSpotEffect::Overrides,
        };
        (!spot.says.is_empty()).then_some(spot)
    };
    fits.filter_map(|file| spot(file.path)).collect()
}

/// True if a path matches a pattern with `*`. Character sets and `?` match anything.
pub(super) fn glob_matches(pattern: &str, path: &str) -> bool {
    let mut parts = pattern.split(['*', '?', '[', '{']);
    let Some(mut rest) = path.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let is_open = pattern.contains(['*', '?', '[', '{']);
    for part in parts {
        let part = part.rsplit([']', '}']).next().unwrap_or(part);
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.is_empty() || is_open
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::SourceRule;
    use crate::model::SourceKind;
    use crate::source::testing::repository;

    const HEAD: &str = "apiVersion: argoproj.io/v1alpha1\nmetadata: {name: web}\n";

    fn told(text: &str) -> Vec<String> {
        let rule = SourceRule::new(SourceKind::Argo, "{stage}.yaml", &[]).expect("a path");
        let files = [("prod.yaml", text), ("c/a/x.json", "{\"tag\": \"v1\", \"size\": 2}")];
        let spots = repository(&files).blind_spots(rule);
        spots.into_iter().map(|(place, says)| format!("{place} <{says}>")).collect()
    }

    #[test]
    fn of_an_application() {
        let one = format!(
            "{HEAD}kind: Application\nspec:\n  sources:\n  - path: a\n    helm:\n      parameters: [{{name: image.tag, value: v1}}]\n      fileParameters: [{{name: image.tag, path: x}}]\n"
        );
        assert_eq!(
            told(&one),
            [
                "prod.yaml:9 Application web: spec.sources.[0].helm.fileParameters <spec.sources.[0].helm.fileParameters.[image.tag].name=image.tag spec.sources.[0].helm.fileParameters.[image.tag].path=x>",
                "prod.yaml:6 Application web: spec.sources.[0].path <spec.sources.[0].path=a>",
            ]
        );
    }

    #[test]
    fn only_what_generators_give_to_versions() {
        let set = |image: &str| {
            format!(
                "{HEAD}kind: ApplicationSet\nspec:\n  generators:\n  - list: {{elements: [{{tag: v1, size: 2}}]}}\n  - git: {{files: [{{path: c/*/x.json}}]}}\n  template: {{spec: {{source: {{kustomize: {{images: ['{image}']}}}}}}}}\n"
            )
        };
        assert!(told(&set("a/web:v1")).is_empty());
        assert_eq!(
            told(&set("a/web:{{ .tag }}")),
            [
                "prod.yaml:6 ApplicationSet web: spec.generators <spec.generators.[0].list.elements.[0].tag=v1 spec.generators.[1].git.files.[0].path=c/*/x.json>",
                "c/a/x.json:- values read by ApplicationSet web <tag=v1>",
            ]
        );
    }

    #[test]
    fn patterns_are_taken_widely() {
        assert!(
            glob_matches("a/*/x.json", "a/b/x.json")
                && glob_matches("a/**/x", "a/b/c/x")
                && glob_matches("a/{b,c}/x", "a/c/x")
        );
        assert!(
            !glob_matches("a/*/x.json", "a/b/y.json")
                && !glob_matches("a", "b")
                && glob_matches("a", "a")
                && !glob_matches("a", "ab")
        );
    }
}
