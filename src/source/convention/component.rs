//! Derives the component of a version from its keys.

use super::squash_key;
use crate::model::base_name;
use crate::source::leaf::KEY_SEPARATOR;

/// Returns the component: `web` for `web.image.tag`, `images[web].newTag`, `web_image_tag` and
/// `images[ghcr.io/team/web].name`; `None` for `image.tag`. It does not change with the version.
pub fn component_name(path: &str) -> Option<String> {
    let mut keys: Vec<&str> = path.split(KEY_SEPARATOR).collect();
    // `{name: web.image.tag, value: v1}` is `web.image.tag: v1`.
    if let [before @ .., name, "value"] = keys.as_slice()
        && let Some(name) = name.strip_prefix('[').and_then(|name| name.strip_suffix(']'))
        && name.contains('.')
    {
        keys = before.iter().copied().chain(name.split('.')).collect();
    }
    if let Some(last) = keys.pop()
        && let Some(stem) = key_stem(last)
    {
        keys.push(stem);
    }
    let mut words: Vec<&str> =
        keys.into_iter().filter(|key| !is_conventional(key)).map(key_word).collect();
    words.retain(|word| !word.is_empty());
    (!words.is_empty()).then(|| words.join("."))
}

/// True for a key that says what its values are, not whose.
fn is_conventional(key: &str) -> bool {
    matches!(
        squash_key(key).as_str(),
        "image"
            | "images"
            | "container"
            | "containers"
            | "versions"
            | "tags"
            | "spec"
            | "chart"
            | "imagetags"
            | "ref"
            | "releases"
            | "dependencies"
            | "helmcharts"
            | "values"
            | "valuesobject"
            | "parameters"
            | "kustomize"
            | "helm"
            | "source"
            | "environments"
            | "objects"
            | "global"
            | "app"
            | "application"
            | "deployment"
            | "containerdefinitions"
            | "template"
    )
}

/// Like [`component_name`], but an unnamed list element is named by its image, because its position
/// may change.
pub fn component_of(path: &str, image: Option<&str>) -> Option<String> {
    let keys: Vec<&str> = path.split(KEY_SEPARATOR).collect();
    let join = |keys: &[&str]| keys.join(&KEY_SEPARATOR.to_string());
    match (image, keys.iter().rposition(|key| is_place(key))) {
        (Some(image), Some(at)) if component_name(&join(&keys[at + 1..])).is_none() => {
            let element = format!("[{image}]");
            let named = keys[..at].iter().copied().filter(|key| !is_place(key));
            component_name(&join(&named.chain([element.as_str()]).collect::<Vec<_>>()))
        }
        _ => component_name(path),
    }
}

/// True for an index such as `[3]`, an element without a name.
pub fn is_place(key: &str) -> bool {
    let place = key.strip_prefix('[').and_then(|key| key.strip_suffix(']'));
    place.is_some_and(|place| place.parse::<usize>().is_ok())
}

/// Returns a key as a word; for an element named like an image, the last part of that name.
fn key_word(key: &str) -> &str {
    let word = key.trim_matches(['[', ']']);
    let of_images = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | ':' | '-' | '_');
    if key.starts_with('[') && word.chars().all(of_images) { base_name(word) } else { word }
}

/// Last keys without an unconventional part.
const PLAIN_KEYS: [&str; 28] = [
    "tag",
    "newtag",
    "image",
    "digest",
    "version",
    "imagetag",
    "dockerimagetag",
    "dockertag",
    "containertag",
    "imageversion",
    "repository",
    "revision",
    "targetrevision",
    "name",
    "value",
    "newname",
    "sha",
    "commit",
    "ref",
    "chartversion",
    "imagedigest",
    "dockerimage",
    "containerimage",
    "imageurl",
    "imageuri",
    "imageref",
    "dockerimageurl",
    "containerimageurl",
];

/// Conventional ends of last keys, longer ones first.
const KEY_ENDS: [&str; 24] = [
    "_image_tag",
    "-image-tag",
    "ImageTag",
    "_IMAGE_TAG",
    "_docker_tag",
    "_DOCKER_TAG",
    "_image_version",
    "_IMAGE_VERSION",
    "_docker_image_url",
    "_image_url",
    "_image_uri",
    "ImageUrl",
    "_tag",
    "-tag",
    "Tag",
    "_TAG",
    "_version",
    "-version",
    "Version",
    "_VERSION",
    "_image",
    "-image",
    "Image",
    "_IMAGE",
];

/// Returns the unconventional part of a last key: `web` of `web_image_tag`, `None` for `tag`.
fn key_stem(key: &str) -> Option<&str> {
    if PLAIN_KEYS.contains(&squash_key(key).as_str()) {
        return None;
    }
    let cut = KEY_ENDS.iter().find_map(|end| key.strip_suffix(end)).filter(|stem| !stem.is_empty());
    // `default_image_url` says no more than `image_url`.
    Some(cut.unwrap_or(key)).filter(|stem| !matches!(*stem, "default" | "DEFAULT"))
}
