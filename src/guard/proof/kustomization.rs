//! Kustomization files: the mapping works out the fields that are spelled as kustomize documents
//! them; everything else in one is unproven.

use super::difference::{LeafForm, TreeDifference, find_differences};
use super::pattern::find_match;
use super::replacements::judge_replacement;
use super::{Judge, Proof, UnprovenPlace, documents, values};
use crate::yaml::{YamlStream, YamlValue};

/// Fields that change no image, and fields that the mapping works out. Plain texts only.
const FIELDS: &[&str] = &[
    "apiVersion",
    "buildMetadata.**",
    "commonAnnotations.*",
    "commonLabels.*",
    "configMapGenerator.**",
    "generatorOptions.**",
    "images.*.digest",
    "images.*.newName",
    "images.*.newTag",
    "images.*.tagSuffix",
    "images.[order]",
    "kind",
    "labels.*.includeSelectors",
    "labels.*.includeTemplates",
    "labels.*.pairs.*",
    "metadata.annotations.*",
    "metadata.labels.*",
    "metadata.name",
    "metadata.namespace",
    "namePrefix",
    "nameSuffix",
    "namespace",
    "replicas.**",
    "secretGenerator.**",
    "sortOptions.**",
];

/// Fields of a chart that its images do not depend on.
const OF_CHART: &[&str] = &[
    "helmCharts.*.apiVersions.**",
    "helmCharts.*.includeCRDs",
    "helmCharts.*.kubeVersion",
    "helmCharts.*.namespace",
    "helmCharts.*.skipHooks",
    "helmCharts.*.skipTests",
];

/// Fields that hold paths of files and directories in the repository.
const PATHS: &[&str] = &[
    "bases.*",
    "components.*",
    "patches.*.path",
    "patchesJson6902.*.path",
    "replacements.*.path",
    "resources.*",
];

/// Judges a kustomization file.
pub(super) fn judge_kustomization(
    judge: &Judge<'_>,
    (before, after): (Option<&YamlStream>, Option<&YamlStream>),
) -> Vec<UnprovenPlace> {
    // kustomize reads the first document only, and refuses files with others.
    let was = before.and_then(|stream| stream.documents.first()?.root());
    let is = after.and_then(|stream| stream.documents.first()?.root());
    let count = |stream: Option<&YamlStream>| stream.map_or(0, |stream| stream.documents.len());
    let mut out = judge.all(find_differences(was, is), &|one| judge_field(judge, one, (was, is)));
    if count(after) > 1 && count(before) <= 1 {
        let why = "it has several documents now".to_owned();
        out.push(UnprovenPlace { keys: String::new(), line: None, why });
    }
    out
}

fn judge_field(
    judge: &Judge<'_>,
    difference: &TreeDifference,
    sides: (Option<YamlValue<'_>>, Option<YamlValue<'_>>),
) -> Proof {
    let keys = &difference.keys;
    let texts = || difference.leaves().map(|leaf| leaf.text.as_str());
    if find_match(&["commonAnnotations.*"], keys).is_some() && keys[1].contains("kubernetes.io/") {
        return Proof::unproven("this annotation can leave objects out of the build");
    }
    if let Some(rule) = find_match(FIELDS, keys).or_else(|| find_match(OF_CHART, keys)) {
        let is_plain = texts().all(|text| !text.contains('\n') || rule.ends_with("**"));
        return if is_plain { Proof::Harmless(rule) } else { odd() };
    }
    if find_match(&["images.*.name"], keys).is_some() {
        return if texts().all(is_plain_name) { Proof::Harmless("images.*.name") } else { odd() };
    }
    if let Some(rule) = find_match(PATHS, keys) {
        return match difference.leaves().all(|leaf| is_local(judge, &leaf.text)) {
            true => Proof::Harmless(rule),
            false => Proof::unproven("it is not a path in this repository"),
        };
    }
    let names: Vec<&str> = keys.iter().map(String::as_str).collect();
    match names.as_slice() {
        ["patchesStrategicMerge", _] => {
            let is_path = |text: &str| is_local(judge, text);
            match texts().all(is_path) {
                true => Proof::Harmless("patchesStrategicMerge.*"),
                false => documents::judge_embedded_patch(judge, difference, ""),
            }
        }
        [list @ ("patches" | "patchesJson6902"), item, "patch"] => {
            let kind = target_kind(sides, list, item);
            documents::judge_embedded_patch(judge, difference, kind)
        }
        [
            "patches" | "patchesJson6902",
            _,
            "target",
            "group" | "version" | "kind" | "name" | "namespace",
        ] => match texts().all(is_plain_name) {
            true => Proof::Harmless("patches.*.target"),
            false => odd(),
        },
        ["replacements", item, ..] => {
            let before = find_item(sides.0, "replacements", item);
            judge_replacement(before, find_item(sides.1, "replacements", item))
        }
        ["helmCharts", _, "valuesInline", rest @ ..] => {
            let keys = rest.iter().map(|key| (*key).to_owned()).collect();
            values::judge_value(&TreeDifference { keys, ..difference.clone() })
        }
        [first] if is_empty(difference) && is_field(first) => Proof::Harmless("an empty list"),
        _ => Proof::unproven("what kustomize does with it is not worked out"),
    }
}

fn odd() -> Proof {
    Proof::unproven("kustomize may read this text otherwise than it looks")
}

/// True for an empty value on every side where there is one.
fn is_empty(difference: &TreeDifference) -> bool {
    let is_empty = |form: LeafForm| {
        matches!(form, LeafForm::Null | LeafForm::EmptyList | LeafForm::EmptyMapping)
    };
    difference.leaves().all(|leaf| is_empty(leaf.form))
}

fn is_field(key: &str) -> bool {
    let all = FIELDS.iter().chain(PATHS).chain(OF_CHART);
    all.copied()
        .chain(["patches.x", "patchesStrategicMerge.x", "replacements.x"])
        .any(|pattern| pattern.split('.').next() == Some(key))
}

/// True for a name of an image, an object or a kind that is no expression.
fn is_plain_name(text: &str) -> bool {
    text.bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'/' | b':' | b'@'))
}

/// True for a path of the repository, as it is written in this directory.
fn is_local(judge: &Judge<'_>, text: &str) -> bool {
    let is_plain = !text.is_empty()
        && !text.contains(['\n', '?', ':', '@', '{', '[', '*', '\\'])
        && !text.contains("//")
        && !text.starts_with(['/', '-', '~']);
    is_plain && ((judge.is_path)(text) || text.starts_with("./") || text.starts_with("../"))
}

/// The kind that a patch names as its target on both sides, if it is a plain one.
fn target_kind<'y>(
    (before, after): (Option<YamlValue<'y>>, Option<YamlValue<'y>>),
    list: &str,
    item: &str,
) -> &'y str {
    let of = |side| find_item(side, list, item)?.str_at(&["target", "kind"]);
    match (of(before), of(after)) {
        (Some(was), Some(is)) if was != is => "",
        (was, is) => is.or(was).unwrap_or_default(),
    }
}

fn find_item<'y>(side: Option<YamlValue<'y>>, list: &str, item: &str) -> Option<YamlValue<'y>> {
    let name = item.strip_prefix('[')?.strip_suffix(']')?;
    let mut items = side?.get(list)?.items();
    match name.parse::<usize>() {
        Ok(index) => items.nth(index),
        Err(_) => items.find(|item| item.str_at(&["name"]) == Some(name)),
    }
}
