//! Conventional keys for image versions, and a score for each.
//!
//! A score from 0 to 10 rates key and value together: 10 for `newTag` or `image.tag`, 2 for a
//! version-like value under any key. The table was tuned on twelve public repositories.

mod address;
mod component;
mod excluded_keys;
mod leaf_context;
mod pin;
mod score;

pub use address::url_revision;
pub use component::{component_name, component_of, is_place};

use super::leaf::Leaf;
use super::shape;
use crate::model::{ImagePart, Version};
use leaf_context::{LeafContext, SiblingLeaves};
use std::collections::{HashMap, HashSet};

/// Keys with at least this score count without further evidence.
pub const TELLING: u8 = 6;

/// The syntax of a file's keys; some words are more telling in some formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeySyntax {
    /// YAML and JSON.
    Tree,
    /// `KEY=value` and HCL, where `X_VERSION` is the usual form.
    Assignments,
}

/// A leaf that looks like a version.
#[derive(Debug, Clone)]
pub struct VersionLeaf {
    /// The leaf's index in the slice given to [`find_version_leaves`].
    pub leaf: usize,
    /// Index of a sibling that completes it: the digest next to a tag.
    pub digest: Option<usize>,
    pub score: u8,
    pub part: ImagePart,
    pub image: Option<String>,
    pub version: Version,
}

/// Returns all leaves that look like versions, with the best interpretation of each.
pub fn find_version_leaves(leaves: &[Leaf], format: KeySyntax) -> Vec<VersionLeaf> {
    let mut siblings: HashMap<(u32, &str), SiblingLeaves> = HashMap::new();
    for (index, leaf) in leaves.iter().enumerate() {
        siblings.entry((leaf.document, leaf.parent())).or_default().indexes.push(index);
    }
    let mut out: Vec<VersionLeaf> = Vec::new();
    for (index, leaf) in leaves.iter().enumerate() {
        // Nobody reads an extension field; what is taken from it counts where it is used.
        if !shape::is_literal(&leaf.text) || leaf.keys().next().is_some_and(is_extension_field) {
            continue;
        }
        let around =
            LeafContext { leaves, near: &siblings[&(leaf.document, leaf.parent())], index };
        let Some((score, part)) = around.score_leaf(format) else { continue };
        out.push(around.to_version_leaf(score, part));
    }
    // A digest that completes a tag is not a version of its own.
    let completing: HashSet<usize> = out.iter().filter_map(|pin| pin.digest).collect();
    out.retain(|pin| !completing.contains(&pin.leaf));
    out
}

/// True for top-level keys that only hold anchors, by a custom that began with Compose: `x-image`.
fn is_extension_field(key: &str) -> bool {
    key.starts_with("x-")
}

/// Normalises a key to lower case without punctuation: `docker_image_tag`, `dockerImageTag` and
/// `docker-image-tag` become equal.
pub fn squash_key(key: &str) -> String {
    key.chars().filter(|c| c.is_ascii_alphanumeric()).map(|c| c.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::leaf::of_yaml;
    use crate::yaml;

    fn found(text: &str) -> Vec<String> {
        let leaves = of_yaml(&yaml::parse(text).expect("yaml"));
        find_version_leaves(&leaves, KeySyntax::Tree)
            .iter()
            .map(|pin| {
                let leaf = &leaves[pin.leaf];
                format!(
                    "{} {} {}={} [{}]",
                    pin.score,
                    leaf.display_key(),
                    pin.image.as_deref().unwrap_or("-"),
                    pin.version,
                    component_of(&leaf.path, pin.image.as_deref()).unwrap_or_default()
                )
            })
            .collect()
    }

    #[test]
    fn helm_values() {
        assert_eq!(
            found("image: {repository: ghcr.io/x/web, tag: 1.10}"),
            ["10 image.tag=ghcr.io/x/web=1.10 []".replace("=ghcr", " ghcr").as_str()]
        );
        assert_eq!(
            found("web:\n  image:\n    registry: r.io\n    repository: a/b\n    tag: latest"),
            ["10 web.image.tag r.io/a/b=latest [web]"]
        );
        assert_eq!(found("docker_image_tag: v1"), ["10 docker_image_tag -=v1 []"]);
        assert_eq!(found("main_app:\n  version: 1.2.3"), ["6 main_app.version -=1.2.3 [main_app]"]);
        assert_eq!(found("frontendImage: a/b:1"), ["10 frontendImage a/b=1 [frontend]"]);
    }

    #[test]
    fn parameters_and_patches_count_as_their_keys() {
        assert_eq!(
            found("parameters:\n- name: image.tag\n  value: v3"),
            ["10 parameters[image.tag].value -=v3 []"]
        );
        assert_eq!(
            found("- op: replace\n  path: /spec/image\n  value: a/b:v3"),
            ["10 [0].value a/b=v3 [b]"]
        );
    }

    #[test]
    fn digests_complete_tags() {
        let digest = format!("sha256:{}", "a".repeat(64));
        assert_eq!(
            found(&format!("images:\n- name: web\n  newTag: v1\n  digest: {digest}")),
            [format!("10 images[web].newTag web=v1@{digest} [web]")]
        );
    }

    #[test]
    fn a_tag_with_a_digest_is_no_image() {
        let digest = format!("sha256:{}", "a".repeat(64));
        let text = format!("image: {{repository: a/b, tag: 'v1@{digest}'}}");
        assert_eq!(found(&text), [format!("10 image.tag a/b=v1@{digest} []")]);
    }

    #[test]
    fn versions_of_other_things_are_left_out() {
        assert!(
            found("apiVersion: v1\nkind: X\nmetadata:\n  labels:\n    app.kubernetes.io/name: x")
                .is_empty()
        );
        assert!(
            found(
                "terraformVersion: 1.2.3\ntarget: {kind: X, version: v1}\nsops: {version: 3.7.1}"
            )
            .is_empty()
        );
        assert!(found("resources: {memory: 1.2Gi}\nport: 8080").is_empty());
        assert!(
            found("galaxy_info: {platforms: [{name: Ubuntu, versions: ['20.04']}]}").is_empty()
        );
    }

    #[test]
    fn an_image_stream_with_several_tags_runs_none_of_them() {
        let tag = |name: &str| format!("{{name: '{name}', from: {{name: 'r.io/a/web:{name}'}}}}");
        let stream = |tags: &[String]| format!("spec: {{tags: [{}]}}", tags.join(", "));
        let telling = |tags: &[String]| {
            found(&stream(tags)).iter().filter(|line| line.starts_with("9 ")).count()
        };
        assert_eq!(telling(&[tag("1.0.0")]), 1);
        assert_eq!(telling(&[tag("1.0.0"), tag("1.1.0")]), 0);
    }

    #[test]
    fn elements_are_called_by_their_names() {
        let releases = "releases:\n- {name: web, chart: acme/web, version: 1.2.3}\n";
        assert_eq!(found(releases), ["8 releases[web].version acme/web=1.2.3 [web]"]);
        assert_eq!(found("images: [r.io/team/web:v1]"), ["10 images[0] r.io/team/web=v1 [web]"]);
    }

    #[test]
    fn remote_resources() {
        assert_eq!(
            url_revision("https://github.com/o/r/config?ref=abc1234"),
            Some(("github.com/o/r/config".into(), "abc1234".into()))
        );
        assert_eq!(url_revision("https://github.com/o/r?ref=main"), None);
    }
}
