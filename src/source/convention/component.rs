//! What a version belongs to, told by its keys.

use super::squash_key;
use crate::model::base_name;
use crate::source::leaf::KEY_SEPARATOR;

/// What a version belongs to, from its keys: `web` for `web.image.tag`, `images[web].newTag` and
/// `web_image_tag`, and for `images[ghcr.io/team/web].name`; nothing for `image.tag`. Does not change
/// while the version does.
pub fn component_name(path: &str) -> Option<String> {
    let mut keys: Vec<&str> = path.split(KEY_SEPARATOR).collect();
    if let Some(last) = keys.pop()
        && let Some(stem) = key_stem(last)
    {
        keys.push(stem);
    }
    let plain = |key: &&str| {
        !matches!(
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
        )
    };
    let mut words: Vec<&str> = keys.into_iter().filter(plain).map(key_word).collect();
    words.retain(|word| !word.is_empty());
    (!words.is_empty()).then(|| words.join("."))
}

/// The same for the version of an image: an element at its place in a list, which tomorrow may be
/// another's, is called by its image.
pub fn component_of(path: &str, image: Option<&str>) -> Option<String> {
    let (list, last) = path.rsplit_once(KEY_SEPARATOR).unwrap_or(("", path));
    match image {
        Some(image) if is_place(last) => component_name(&format!("{list}{KEY_SEPARATOR}[{image}]")),
        _ => component_name(path),
    }
}

/// Is it `[3]`, an element without a name?
pub fn is_place(key: &str) -> bool {
    let place = key.strip_prefix('[').and_then(|key| key.strip_suffix(']'));
    place.is_some_and(|place| place.parse::<usize>().is_ok())
}

/// A key as a word; of an element that is called like an image, the last part of its name.
fn key_word(key: &str) -> &str {
    let word = key.trim_matches(['[', ']']);
    let of_images = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | ':' | '-' | '_');
    if key.starts_with('[') && word.chars().all(of_images) { base_name(word) } else { word }
}

/// The part of a last key that is no convention: `web` of `web_image_tag`, nothing of `tag`.
fn key_stem(key: &str) -> Option<&str> {
    const WHOLE: [&str; 23] = [
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
    ];
    if WHOLE.contains(&squash_key(key).as_str()) {
        return None;
    }
    const ENDS: [&str; 20] = [
        "_image_tag",
        "-image-tag",
        "ImageTag",
        "_IMAGE_TAG",
        "_docker_tag",
        "_DOCKER_TAG",
        "_image_version",
        "_IMAGE_VERSION",
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
    let cut = ENDS.iter().find_map(|end| key.strip_suffix(end)).filter(|stem| !stem.is_empty());
    Some(cut.unwrap_or(key))
}
