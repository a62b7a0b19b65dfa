//! The score table of keys and values.

use super::KeySyntax;
use super::address::{release_download, url_revision};
use super::excluded_keys::is_excluded_key;
use super::leaf_context::{LeafContext, LeafKeys};
use crate::model::{ImagePart, is_digest};
use crate::source::shape;

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
        let image_key = (key.ends_with("image") || key.starts_with("image"))
            && !not_image.iter().any(|end| key.ends_with(end));
        // `image.tag: v1@sha256:…` is not an image named v1.
        let child = !matches!(key, "tag" | "digest" | "version")
            && keys
                .parents
                .last()
                .is_some_and(|parent| matches!(parent.as_str(), "image" | "images"));
        if (image_key || child) && shape::parse_reference(value).is_some() && !number_pair(value) {
            return Some((10, ImagePart::Reference));
        }
        if key == "name"
            && keys.parents.last().is_some_and(|parent| parent == "from")
            && shape::parse_reference(value).is_some()
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

    fn tag_score(&self, keys: &LeafKeys, value: &str) -> Option<(u8, ImagePart)> {
        let key = keys.last.as_str();
        let tag = if is_digest(value) {
            ImagePart::Digest
        } else if value.contains('@') {
            ImagePart::TagAndDigest
        } else {
            ImagePart::Tag
        };
        let image_around = keys
            .parents
            .iter()
            .any(|p| ["image", "docker", "container"].iter().any(|word| p.contains(word)));
        if key == "newtag" && shape::is_tag(value) {
            return Some((10, tag));
        }
        if key == "tag" && shape::is_tag(value) {
            let company = image_around
                || self.beside_any(&[
                    "repository",
                    "registry",
                    "image",
                    "pullpolicy",
                    "imagepullpolicy",
                ]);
            let plausible = shape::is_version(value) || is_digits(value) || shape::is_moving(value);
            return if company { Some((10, tag)) } else { plausible.then_some((7, tag)) };
        }
        let tag_keys = [
            "imagetag",
            "dockertag",
            "dockerimagetag",
            "containertag",
            "containerimagetag",
            "imageversion",
            "dockerimageversion",
        ];
        if tag_keys.contains(&key) && shape::is_tag(value) {
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
        if version && matches!(parent, "versions" | "appversions" | "tags" | "imagetags" | "images")
        {
            return Some((if parent == "images" { 6 } else { 8 }, ImagePart::Tag));
        }
        if key == "targetrevision" && version {
            return Some((7, ImagePart::Revision));
        }
        if version
            && matches!(key, "tag" | "commit" | "revision")
            && matches!(parent, "ref" | "git" | "source" | "reference")
        {
            return Some((7, ImagePart::Revision));
        }
        if version
            && key == "version"
            && ["app", "application", "service", "release"].iter().any(|end| parent.ends_with(end))
        {
            return Some((6, ImagePart::Tag));
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
        let weak =
            matches!(
                key,
                "version"
                    | "appversion"
                    | "release"
                    | "build"
                    | "buildid"
                    | "sha"
                    | "commit"
                    | "revision"
                    | "ref"
            ) || ["version", "sha", "commit", "revision"].iter().any(|end| key.ends_with(end));
        if weak && version {
            return Some((4, ImagePart::Tag));
        }
        let bare = value.matches('.').count() == 1
            && value.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        let short_hex = shape::is_commit(value) && value.len() < 40;
        (version && !bare && !short_hex).then_some((2, ImagePart::Tag))
    }
}

/// True for pairs like `8080:80` under `images`, which are not references.
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
