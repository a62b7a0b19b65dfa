//! Blind spots of Flux: changes after a chart is rendered, values and variables from other objects,
//! patches, and the revision and directory that are applied.

use super::config_objects::ConfigObjectRef;
use super::{KubeObject, PATCHES, is_telling};
use crate::model::{BlindSpot, BlindSpotEffect};
use crate::source::leaf::Leaf;
use crate::source::leaf_subtree::split_objects;
use crate::source::shape;
use crate::source::{ChangeScope, SnapshotReader};

/// Finds the first key that may replace versions that the mapping shows: patches of a Kustomization
/// that may change an image.
pub fn find_unread_layer(leaves: &[Leaf]) -> Option<&'static str> {
    split_objects(leaves).iter().find_map(|object| {
        let spec = object.subtree_at(&["spec"]);
        match object.text("kind")? {
            "Kustomization" => PATCHES.into_iter().find(|key| {
                let patches = spec.subtree_at(&[key]);
                patches.all_leaves().any(|(_, leaf)| speaks_of_images(leaf))
            }),
            _ => None,
        }
    })
}

/// Returns the blind spots of a file of Flux objects.
pub fn find_blind_spots(
    path: &str,
    leaves: &[Leaf],
    sight: &ChangeScope<'_>,
    reader: &SnapshotReader<'_>,
) -> Vec<BlindSpot> {
    if !sight.may_have_news(path, "From", reader) {
        return Vec::new();
    }
    split_objects(leaves)
        .into_iter()
        .flat_map(|branch| {
            let object = KubeObject::new(path, branch);
            let group =
                object.branch.text("apiVersion").and_then(|version| version.split('/').next());
            match (group, object.branch.text("kind")) {
                (Some("helm.toolkit.fluxcd.io"), Some("HelmRelease")) => {
                    release_spots(&object, sight, reader)
                }
                (Some("kustomize.toolkit.fluxcd.io"), Some("Kustomization")) => {
                    kustomization_spots(&object, sight, reader)
                }
                (Some("source.toolkit.fluxcd.io"), Some(_)) => source_spots(&object, sight),
                _ => Vec::new(),
            }
        })
        .collect()
}

fn release_spots(
    object: &KubeObject<'_>,
    sight: &ChangeScope<'_>,
    reader: &SnapshotReader<'_>,
) -> Vec<BlindSpot> {
    let mut out = Vec::new();
    out.extend(object.spot_at(&["spec", "postRenderers"], BlindSpotEffect::Overrides));
    out.extend(object.spot_at(&["spec", "valuesFrom"], BlindSpotEffect::Overrides));
    let leading: [&[&str]; 3] =
        [&["chart", "spec", "sourceRef"], &["chart", "spec", "valuesFiles"], &["chartRef"]];
    out.extend(
        leading.iter().filter_map(|keys| {
            object.spot_at(&[&["spec"], *keys].concat(), BlindSpotEffect::Leads)
        }),
    );
    out.extend(object.duplicate_spot(&["spec", "values"]));
    out.extend(values_spots(object, &["spec", "valuesFrom"], sight, reader));
    out
}

fn kustomization_spots(
    object: &KubeObject<'_>,
    sight: &ChangeScope<'_>,
    reader: &SnapshotReader<'_>,
) -> Vec<BlindSpot> {
    let mut out = Vec::new();
    for key in PATCHES {
        let leaves: Vec<&Leaf> = object.leaves_at(&["spec", key]).collect();
        if leaves.iter().any(|leaf| speaks_of_images(leaf)) {
            out.extend(object.spot_of(&format!("spec.{key}"), leaves, BlindSpotEffect::Overrides));
        }
    }
    out.extend(object.spot_at(&["spec", "components"], BlindSpotEffect::Overrides));
    out.extend(
        object.spot_at(&["spec", "postBuild", "substituteFrom"], BlindSpotEffect::Overrides),
    );
    let variables = object.leaves_at(&["spec", "postBuild", "substitute"]);
    let versions = variables.filter(|leaf| {
        !sight.is_read(object.path, leaf) && (is_telling(leaf.last()) || is_version(&leaf.text))
    });
    out.extend(object.spot_of("spec.postBuild.substitute", versions, BlindSpotEffect::Overrides));
    out.extend(object.duplicate_spot(&["spec", "images"]));
    out.extend(
        ["path", "sourceRef"]
            .iter()
            .filter_map(|key| object.spot_at(&["spec", key], BlindSpotEffect::Leads)),
    );
    out.extend(values_spots(object, &["spec", "postBuild", "substituteFrom"], sight, reader));
    out
}

/// Returns the blind spots of a source of files or charts: its URL and a revision that is not
/// pinned.
fn source_spots(object: &KubeObject<'_>, sight: &ChangeScope<'_>) -> Vec<BlindSpot> {
    let mut out = Vec::new();
    out.extend(object.spot_at(&["spec", "url"], BlindSpotEffect::Leads));
    out.extend(object.spot_at(&["spec", "ref", "branch"], BlindSpotEffect::Leads));
    out.extend(object.spot_at(&["spec", "ref", "name"], BlindSpotEffect::Overrides));
    out.extend(object.spot_at(&["spec", "include"], BlindSpotEffect::Overrides));
    let unread =
        object.leaves_at(&["spec", "ref"]).filter(|leaf| !sight.is_read(object.path, leaf));
    let pinned = unread.filter(|leaf| !matches!(leaf.last(), "branch" | "name"));
    out.extend(object.spot_of("spec.ref", pinned, BlindSpotEffect::Overrides));
    out
}

/// Returns the blind spots in config maps and secrets that an object takes values from.
fn values_spots(
    object: &KubeObject<'_>,
    keys: &[&str],
    sight: &ChangeScope<'_>,
    reader: &SnapshotReader<'_>,
) -> Vec<BlindSpot> {
    let references = object.branch.subtree_at(keys).children();
    let wanted = references.into_iter().filter_map(|(_, reference)| {
        Some(ConfigObjectRef {
            kind: reference.text("kind")?.to_owned(),
            name: reference.text("name")?.to_owned(),
            key: None,
        })
    });
    let key = object.display_name();
    wanted.flat_map(|wanted| wanted.spots_near(object.path, &key, sight, reader)).collect()
}

/// True if a patch may change an image. A copy or move may change anything.
fn speaks_of_images(leaf: &Leaf) -> bool {
    let is_word = |text: &str| {
        is_telling(text) || matches!(text.trim_end_matches(':'), "copy" | "move" | "newName")
    };
    let of_text = leaf.text.split(|c: char| c.is_whitespace() || "{}[],'\"".contains(c));
    // The value after `apiVersion` is not an image's version.
    let mut is_of_api = leaf.last() == "apiVersion";
    let mut texts = of_text.filter(|text| !text.is_empty()).filter(|text| {
        let is_passed_over = is_of_api || *text == "apiVersion:";
        is_of_api = *text == "apiVersion:";
        !is_passed_over
    });
    leaf.keys().any(|key| key != "apiVersion" && is_word(key))
        || texts.any(|text| is_word(text) || is_version(text))
}

fn is_version(text: &str) -> bool {
    shape::is_version(text) || shape::is_commit(text) || shape::certain_reference(text).is_some()
}

#[cfg(test)]
mod tests {
    use crate::config::SourceRule;
    use crate::model::SourceKind;
    use crate::source::testing::repository;

    fn told(files: &[(&str, &str)]) -> Vec<String> {
        let rule = SourceRule::new(SourceKind::Flux, "{stage}/r.yaml", &[]).expect("a path");
        repository(files)
            .blind_spots(rule)
            .into_iter()
            .map(|(place, says)| format!("{place} <{says}>"))
            .collect()
    }

    #[test]
    fn values_that_are_generated_nearby() {
        let generator = "configMapGenerator:\n- name: vals\n  files: [values.yaml=web.yaml]\n- name: other\n  files: [x.yaml]\n";
        let told = |more: &str| {
            let release = format!(
                "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {{name: web}}\nspec: {{valuesFrom: [{{kind: ConfigMap, name: vals{more}}}]}}\n"
            );
            let said = told(&[
                ("prod/r.yaml", &release),
                ("prod/kustomization.yaml", generator),
                ("prod/web.yaml", "image: {tag: v1}\nsize: 2\n"),
            ]);
            said[1..].join("\n")
        };
        let generated = "prod/kustomization.yaml:2 ConfigMap vals, read by HelmRelease web <configMapGenerator.[vals].files.[0]=values.yaml=web.yaml>";
        // The tag is read as a version.
        assert_eq!(told(""), generated);
        let unread = "prod/web.yaml:- ConfigMap vals, read by HelmRelease web <image.tag=v1>";
        assert_eq!(told(", targetPath: x"), format!("{generated}\n{unread}"));
    }

    #[test]
    fn patches_count_where_they_may_change_an_image() {
        let told = |patch: &str| {
            let text = format!(
                "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nspec:\n  patches:\n  - patch: |\n      {patch}\n"
            );
            !told(&[("prod/r.yaml", &text)]).is_empty()
        };
        assert!(told("- {op: replace, path: /spec/template/spec/containers/0/image, value: x}"));
        assert!(told("- {op: copy, from: /a, path: /b}"));
        assert!(told(
            "{apiVersion: apps/v1, kind: Deployment, spec: {containers: [{image: 'a:1'}]}}"
        ));
        assert!(told("{spec: {values: {anything: 1.2.3}}}"));
        assert!(!told("- {op: replace, path: /spec/replicas, value: 3}"));
        assert!(!told("{apiVersion: apps/v1, kind: Deployment, spec: {replicas: 3}}"));
    }
}
