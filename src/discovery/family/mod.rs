//! Derives path templates from classified files: which parts of their paths are app, target and
//! component.

mod keys;
mod split_path;
mod template;

use super::slot::StagePart;
use crate::git::path::folder_of;
use crate::model::{Confidence, SourceKind, base_name};
use keys::group_keys;
use split_path::{SplitPath, by_top, group_outline, split_path};
pub(super) use split_path::{common_tail, extension, is_generic, varying_template};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
pub(super) use template::common_length;
use template::{
    NamedParts, after_template, before_template, file_template, prefix_is_target, prefix_template,
    suffix_template,
};

/// A file that contains versions, and its stage.
#[derive(Debug, Clone)]
pub struct VersionedFile {
    /// Path of the file, or of the folder for kustomize.
    pub subject: String,
    pub slot: StagePart,
    pub kind: SourceKind,
    /// Key templates to read; empty for the source's conventions.
    pub keys: Vec<String>,
    pub confidence: Confidence,
    /// The components of its versions; `""` for the app itself.
    pub components: BTreeSet<String>,
    /// True if some version has neither an image name nor a key that could name the app.
    pub nameless: bool,
}

/// A path template and the files it matches.
#[derive(Debug, Clone)]
pub struct TemplateGroup {
    pub template: String,
    pub kind: SourceKind,
    pub keys: Vec<String>,
    pub confidence: Confidence,
    /// The app's name, if the path does not contain one.
    pub app: Option<String>,
    pub members: Vec<VersionedFile>,
}

/// Groups files by template, the largest group first within each kind. Files of variables come
/// last: what another source takes from them is a version of that source.
pub fn group_files(placed: Vec<VersionedFile>) -> Vec<TemplateGroup> {
    let mut groups: BTreeMap<(SourceKind, bool, String), Vec<VersionedFile>> = BTreeMap::new();
    for file in placed {
        let key = (file.kind, file.keys.is_empty(), group_outline(&file));
        groups.entry(key).or_default().push(file);
    }
    let mut out = Vec::new();
    for (_, members) in groups {
        for members in by_top(members) {
            out.push(build_group(members));
        }
    }
    drop_defaults(&mut out);
    out.sort_by(|a, b| order(a).cmp(&order(b)));
    out
}

fn order(group: &TemplateGroup) -> (bool, SourceKind, Reverse<usize>, &str) {
    let is_variables = group.kind == SourceKind::Dotenv;
    (is_variables, group.kind, Reverse(group.members.len()), &group.template)
}

/// Drops the values that the values files of a folder share: nothing names their app, and each app
/// of the folder takes them.
fn drop_defaults(groups: &mut Vec<TemplateGroup>) {
    let is_values = |group: &TemplateGroup| group.kind == SourceKind::HelmValues;
    let of_apps: BTreeSet<String> = groups
        .iter()
        .filter(|group| is_values(group) && base_name(&group.template).contains("{app"))
        .map(|group| folder_of(&group.template).to_owned())
        .collect();
    groups.retain(|group| {
        !is_values(group)
            || group.app.as_deref() != Some(NO_FALLBACK)
            || !matches!(base_name(&group.template), "values.yaml" | "values.yml")
            || !of_apps.contains(folder_of(&group.template))
    });
}

fn build_group(members: Vec<VersionedFile>) -> TemplateGroup {
    let cuts: Vec<SplitPath> = members.iter().map(split_path).collect();
    let targeted = prefix_is_target(&cuts);
    let named = !targeted && cuts.iter().any(|cut| !is_generic(&cut.prefix));
    let mut names = NamedParts { app: named, target: targeted, component: false };
    let prefix = prefix_template(&cuts, &mut names);
    let nameless = members.iter().any(|m| m.nameless);
    let after_roles = after_template(&cuts, nameless, &mut names);
    let before = before_template(&cuts, &mut names);
    let suffix = suffix_template(&cuts, &mut names);
    let file = file_template(&cuts, &mut names);
    let mut parts = before;
    parts.push(format!("{prefix}{{stage}}{suffix}"));
    parts.extend(after_roles);
    parts.extend(file);
    let confidence = members.iter().map(|m| m.confidence).max().unwrap_or(Confidence::Medium);
    let app = (!names.app && nameless).then(|| fallback_app(&parts));
    let first = &members[0];
    let keys = group_keys(&members, names.app);
    TemplateGroup { template: parts.join("/"), kind: first.kind, keys, confidence, app, members }
}

/// The app's name when nothing else names it.
pub const NO_FALLBACK: &str = "app";

/// Returns the nearest literal folder that is not a generic word, or else the name of the file.
pub fn fallback_app(parts: &[String]) -> String {
    let is_name = |part: &str| !part.is_empty() && !part.contains(['{', '*']) && !is_generic(part);
    let mut folders = parts.iter().rev().skip(1).map(String::as_str);
    let stem = parts.last().and_then(|file| file.split('.').next());
    let name = folders.find(|part| is_name(part)).or(stem.filter(|stem| is_name(stem)));
    name.unwrap_or(NO_FALLBACK).to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::slot::choose_stage_parts;
    use super::*;

    fn templates(kind: SourceKind, paths: &[&str]) -> Vec<String> {
        let slots = choose_stage_parts(paths, &|_| std::collections::BTreeSet::new()).slots;
        let placed = paths
            .iter()
            .zip(slots)
            .filter_map(|(path, slot)| {
                Some(VersionedFile {
                    subject: (*path).to_owned(),
                    slot: slot?,
                    kind,
                    keys: Vec::new(),
                    confidence: Confidence::High,
                    components: BTreeSet::new(),
                    nameless: false,
                })
            })
            .collect();
        group_files(placed)
            .into_iter()
            .map(|family| format!("{} ({})", family.template, family.members.len()))
            .collect()
    }

    #[test]
    fn a_word_that_says_what_a_file_is_names_no_app() {
        assert_eq!(
            templates(
                SourceKind::HelmValues,
                &[
                    "c/dev/web-values.yaml",
                    "c/prod/web-values.yaml",
                    "c/prod/api-values.yaml",
                    "c/prod/values.yaml"
                ]
            ),
            ["c/{stage}/{app}-values.yaml (3)", "c/{stage}/values.yaml (1)"]
        );
    }

    #[test]
    fn layouts_are_told_apart() {
        let values = SourceKind::HelmValues;
        assert_eq!(
            templates(values, &["tags/staging/a", "tags/prod/a", "tags/prod/b"]),
            ["tags/{stage}/{app} (3)"]
        );
        assert_eq!(
            templates(
                values,
                &[
                    "a/values-dev.yaml",
                    "a/values-prod.yaml",
                    "b/values-dev.yaml",
                    "b/values-prod.yaml"
                ]
            ),
            ["{app}/values-{stage}.yaml (4)"]
        );
        assert_eq!(
            templates(
                values,
                &[
                    "envs/dev/a/values.yaml",
                    "envs/prod/a/values.yaml",
                    "envs/prod/b/values.yaml",
                    "envs/dev/b/values.yaml"
                ]
            ),
            ["envs/{stage}/{app}/values.yaml (4)"]
        );
        assert_eq!(
            templates(
                SourceKind::Manifests,
                &[
                    "eu/web-dev/d.yaml",
                    "eu/web-prod/d.yaml",
                    "us/web-prod/d.yaml",
                    "eu/web-prod/c.yaml"
                ]
            ),
            ["{target}/{app}-{stage}/{component}.yaml (4)"]
        );
        assert_eq!(
            templates(
                SourceKind::Kustomize,
                &[
                    "c/a/prod",
                    "c/a/staging",
                    "c/b/x/prod/eu",
                    "c/b/x/prod/us",
                    "c/b/x/staging/base"
                ]
            ),
            ["c/{app**}/{stage}/{target**} (5)"]
        );
        assert_eq!(
            templates(
                SourceKind::Manifests,
                &["envs/qa/v.yml", "envs/prod-eu/v.yml", "envs/prod-us/v.yml"]
            ),
            ["envs/{stage}-{target}/v.yml (2)", "envs/{stage}/v.yml (1)"]
        );
        let clusters = ["a", "b", "c", "d"].map(|app| {
            ["ocp-prod", "moc-prod", "ocp-stage"].map(|place| format!("{app}/overlays/{place}"))
        });
        let clusters: Vec<&str> = clusters.iter().flatten().map(String::as_str).collect();
        assert_eq!(
            templates(SourceKind::Kustomize, &clusters),
            ["{app}/overlays/{target}-{stage} (12)"]
        );
        assert_eq!(
            templates(
                SourceKind::Manifests,
                &[
                    "f/dev/web-a-dev.yml",
                    "f/prod/web-a-prod.yml",
                    "f/prod/api-prod.yml",
                    "f/dev/values-dev.yml"
                ]
            ),
            ["f/{stage}/{app}-{stage}.yml (3)", "f/{stage}/values-{stage}.yml (1)"]
        );
        assert_eq!(
            templates(
                SourceKind::Manifests,
                &[
                    "f/dev/dev-web/d.yml",
                    "f/prod/prod-web/d.yml",
                    "f/prod/prod-api/d.yml",
                    "f/dev/dev-api/d.yml"
                ]
            ),
            ["f/{stage}/{stage}-{app}/d.yml (4)"]
        );
        assert_eq!(
            templates(SourceKind::Pulumi, &["infra/Pulumi.prod.yaml"]),
            ["infra/Pulumi.{stage}.yaml (1)"]
        );
    }
}
