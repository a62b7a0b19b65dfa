//! The score table of keys and values.

use super::KeySyntax;
use super::address::{release_download, url_revision};
use super::excluded_keys::is_excluded_key;
use super::leaf_context::{LeafContext, LeafKeys};
use crate::model::{ImagePart, is_digest, is_moving_tag};
use crate::source::leaf::Leaf;
use crate::source::shape;

/// Keys whose values are tags wherever they stand.
const TAG_KEYS: [&str; 7] = [
    "imagetag",
    "dockertag",
    "dockerimagetag",
    "containertag",
    "containerimagetag",
    "imageversion",
    "dockerimageversion",
];

/// Keys next to which `tag` is the tag of an image.
const TAG_SIBLINGS: [&str; 5] =
    ["repository", "registry", "image", "pullpolicy", "imagepullpolicy"];

impl LeafContext<'_> {
    pub(super) fn score_leaf(&self, format: KeySyntax) -> Option<(u8, ImagePart)> {
        let leaf = self.leaf();
        let value = &*leaf.text;
        let keys = self.keys();
        if is_excluded_key(&keys, self) {
            return None;
        }
        self.reference_score(&keys, value)
            .or_else(|| self.tag_score(&keys, value))
            .or_else(|| self.chart_score(&keys, value))
            .or_else(|| url_revision(value).map(|_| (8, ImagePart::Revision)))
            .or_else(|| self.version_score(&keys, value, format))
    }

    fn reference_score(&self, keys: &LeafKeys, value: &str) -> Option<(u8, ImagePart)> {
        let key = keys.last.as_str();
        let not_image = [
            "policy",
            "secret",
            "secrets",
            "version",
            "name",
            "registry",
            "repository",
            "tag",
            "pullpolicy",
        ];
        let says_image = ["image", "imageurl", "imageuri", "imageref"];
        let image_key = (says_image.iter().any(|end| key.ends_with(end))
            || key.starts_with("image"))
            && !not_image.iter().any(|end| key.ends_with(end));
        // `image.tag: v1@sha256:…` is not an image named v1.
        let child = !matches!(key, "tag" | "digest" | "version")
            && keys.parents.last().is_some_and(|parent| match parent.as_str() {
                "image" | "images" => true,
                // `client_images: {geth: registry/geth:branch}`
                parent => parent.ends_with("images") && value.contains('/'),
            });
        if (image_key || child) && shape::parse_reference(value).is_some() && !number_pair(value) {
            return Some((10, ImagePart::Reference));
        }
        if key == "name"
            && keys.parents.last().is_some_and(|parent| parent == "from")
            && shape::parse_reference(value).is_some()
            && !self.is_one_of_many_tags()
        {
            return Some((9, ImagePart::Reference));
        }
        let flag = value
            .rsplit_once('=')
            .filter(|(flag, _)| flag.starts_with('-'))
            .map_or(value, |(_, v)| v);
        shape::certain_reference(flag)
            .filter(|_| flag.len() == value.len())
            .map(|_| (8, ImagePart::Reference))
    }

    /// True in an image stream with several tags: they list what was built, not what runs.
    fn is_one_of_many_tags(&self) -> bool {
        let tag_of = |leaf: &'_ Leaf| -> Option<String> {
            let mut keys = leaf.keys();
            let is_tag = keys.next() == Some("spec") && keys.next() == Some("tags");
            is_tag.then(|| keys.next().map(str::to_owned)).flatten()
        };
        let document = self.leaf().document;
        tag_of(self.leaf()).is_some_and(|own| {
            let others = self.leaves.iter().filter(|leaf| leaf.document == document);
            others.filter_map(tag_of).any(|other| other != own)
        })
    }

    fn tag_score(&self, keys: &LeafKeys, value: &str) -> Option<(u8, ImagePart)> {
        let key = keys.last.as_str();
        let tag = tag_part(value);
        let image_around = keys
            .parents
            .iter()
            .any(|p| ["image", "docker", "container"].iter().any(|word| p.contains(word)));
        if key == "newtag" && shape::is_tag(value) {
            return Some((10, tag));
        }
        if key == "tag" && shape::is_tag(value) {
            let company = image_around || self.beside_any(&TAG_SIBLINGS);
            let plausible = shape::is_version(value) || is_digits(value) || is_moving_tag(value);
            return if company { Some((10, tag)) } else { plausible.then_some((7, tag)) };
        }
        if TAG_KEYS.contains(&key) && shape::is_tag(value) {
            return Some((10, tag));
        }
        if ["imagetag", "dockertag", "imageversion"].iter().any(|end| key.ends_with(end))
            && shape::is_tag(value)
        {
            return Some((9, tag));
        }
        if key.ends_with("digest") && is_digest(value) && !self.beside_any(&["newtag", "tag"]) {
            return Some((if image_around || key != "digest" { 10 } else { 6 }, ImagePart::Digest));
        }
        if key == "version" && (shape::is_version(value) || is_digits(value)) {
            let image_word =
                keys.parents.last().is_some_and(|p| p.contains("image") || p.contains("docker"));
            if image_word || self.beside_any(&["image", "repository", "imagerepository"]) {
                return Some((8, tag));
            }
        }
        let named_tag = key.ends_with("tag")
            && keys.raw.len() > 3
            && !matches!(key, "istag" | "imagestreamtag");
        (named_tag && (shape::is_version(value) || is_digits(value))).then_some((6, tag))
    }

    fn chart_score(&self, keys: &LeafKeys, value: &str) -> Option<(u8, ImagePart)> {
        let key = keys.last.as_str();
        if key == "targetrevision"
            && self.sibling_leaf("chart").is_some()
            && shape::is_version_or_range(value)
        {
            return Some((8, ImagePart::Chart));
        }
        if key == "version" && shape::is_version_or_range(value) {
            let parent = keys.parents.iter().rev().map(String::as_str).find(|p| *p != "spec");
            let chart = parent == Some("chart") || keys.parents.iter().any(|p| p == "dependencies");
            if chart || self.beside_any(&["chart", "chartname"]) {
                return Some((8, ImagePart::Chart));
            }
        }
        if matches!(key, "chartversion" | "helmversion" | "chartrevision")
            && key != "helmversion"
            && shape::is_version_or_range(value)
        {
            return Some((8, ImagePart::Chart));
        }
        let parent = keys.parents.last().map(String::as_str).unwrap_or_default();
        if matches!(parent, "chartversions" | "chartversion") && shape::is_version_or_range(value) {
            return Some((8, ImagePart::Chart));
        }
        None
    }

    fn version_score(
        &self,
        keys: &LeafKeys,
        value: &str,
        format: KeySyntax,
    ) -> Option<(u8, ImagePart)> {
        let key = keys.last.as_str();
        let parent = keys.parents.last().map(String::as_str).unwrap_or_default();
        let version = shape::is_version(value);
        if let Some(score) = parent_score(key, parent).filter(|_| version) {
            return Some(score);
        }
        if release_download(value).is_some() {
            return Some((6, ImagePart::Revision));
        }
        if format == KeySyntax::Assignments && key.ends_with("version") {
            return if version {
                Some((6, ImagePart::Tag))
            } else {
                is_numbered(value).then_some((5, ImagePart::Tag))
            };
        }
        if version && is_version_key(key) {
            return Some((4, ImagePart::Tag));
        }
        let bare = value.matches('.').count() == 1
            && value.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        let short_hex = shape::is_commit(value) && value.len() < 40;
        (version && !bare && !short_hex).then_some((2, ImagePart::Tag))
    }
}

/// True for pairs like `8080:80` under `images`, which are not references.
/// Returns the part that a tag's text writes.
fn tag_part(value: &str) -> ImagePart {
    if is_digest(value) {
        ImagePart::Digest
    } else if value.contains('@') {
        ImagePart::TagAndDigest
    } else {
        ImagePart::Tag
    }
}

/// Scores a version by its key and the key above.
fn parent_score(key: &str, parent: &str) -> Option<(u8, ImagePart)> {
    if matches!(parent, "versions" | "appversions" | "tags" | "imagetags" | "images") {
        return Some((if parent == "images" { 6 } else { 8 }, ImagePart::Tag));
    }
    let is_git_ref = matches!(key, "tag" | "commit" | "revision")
        && matches!(parent, "ref" | "git" | "source" | "reference");
    if key == "targetrevision" || is_git_ref {
        return Some((7, ImagePart::Revision));
    }
    let is_of_app =
        ["app", "application", "service", "release"].iter().any(|end| parent.ends_with(end));
    (key == "version" && is_of_app).then_some((6, ImagePart::Tag))
}

/// True for a key that often holds a version.
fn is_version_key(key: &str) -> bool {
    const WORDS: [&str; 9] = [
        "version",
        "appversion",
        "release",
        "build",
        "buildid",
        "sha",
        "commit",
        "revision",
        "ref",
    ];
    const ENDS: [&str; 4] = ["version", "sha", "commit", "revision"];
    WORDS.contains(&key) || ENDS.iter().any(|end| key.ends_with(end))
}

fn number_pair(value: &str) -> bool {
    value.bytes().all(|b| b.is_ascii_digit() || b == b':')
}

fn is_digits(value: &str) -> bool {
    !value.is_empty() && value.len() <= 14 && value.bytes().all(|b| b.is_ascii_digit())
}

/// True for `2`, `12-debezium`, `psql-14`.
fn is_numbered(value: &str) -> bool {
    let number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let word = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric());
    match value.split_once('-') {
        Some((first, last)) => (number(first) && word(last)) || (word(first) && number(last)),
        None => number(value),
    }
}
