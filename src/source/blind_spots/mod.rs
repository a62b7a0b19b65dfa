//! Blind spots: places that programs read and the mapping does not. A check on changes can report
//! them. One file per family of sources.

pub(super) mod argo;
mod change_scope;
pub(super) mod compose;
mod config_objects;
pub(super) mod flux;
pub(super) mod kustomize;
mod object;
mod patches;
mod source_overrides;

pub use change_scope::{ChangeScope, VersionPositions};

use super::leaf::Leaf;
use crate::model::{BlindSpot, BlindSpotEffect};
use object::KubeObject;

/// Words at the start or end of keys that contain versions.
const TELLING: [&str; 8] =
    ["image", "tag", "version", "digest", "revision", "release", "build", "chart"];

/// Keys that contain such a word but no version.
const SILENT: [&str; 4] = ["apiVersion", "imagePullPolicy", "imagePullSecrets", "releaseName"];

/// The lists of patches in a kustomization.
const PATCHES: [&str; 3] = ["patches", "patchesStrategicMerge", "patchesJson6902"];

/// True if a key or expression refers to a version.
fn is_telling(key: &str) -> bool {
    let words =
        key.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !SILENT.contains(word));
    words.flat_map(split_humps).any(|word| {
        let word = word.to_ascii_lowercase();
        TELLING.iter().any(|telling| word.starts_with(telling) || word.ends_with(telling))
            || matches!(
                word.as_str(),
                "sha" | "sha1" | "sha256" | "rev" | "tags" | "images" | "versions"
            )
    })
}

/// Splits `newTag` into `new` and `Tag`.
fn split_humps(word: &str) -> impl Iterator<Item = &str> {
    let bytes = word.as_bytes();
    let starts = (1..bytes.len())
        .filter(|at| bytes[*at].is_ascii_uppercase() && bytes[*at - 1].is_ascii_lowercase());
    let ends: Vec<usize> = starts.chain([bytes.len()]).collect();
    let mut from = 0;
    ends.into_iter().map(move |end| {
        let hump = &word[from..end];
        from = end;
        hump
    })
}

/// Returns the lines of a template that contain a literal version, such as `image: r.io/web:v1`.
pub fn literal_versions(template: &str) -> String {
    let says = |line: &&str| {
        let (key, value) = line.split_once([':', '=']).unwrap_or_default();
        let value = value.trim().trim_matches(['"', '\'']);
        is_telling(key.trim().trim_start_matches("- "))
            && super::shape::is_literal(value)
            && !value.is_empty()
    };
    template.lines().filter(says).map(|line| format!("{}\n", line.trim())).collect()
}

/// True if a leaf refers to a version by one of its keys or by its value.
fn speaks_of_versions(leaf: &Leaf) -> bool {
    leaf.keys().any(is_telling)
        || super::shape::is_version(&leaf.text)
        || super::shape::certain_reference(&leaf.text).is_some()
        || leaf.text.contains('\n') && leaf.text.lines().any(is_telling)
}

/// Returns the statements about versions in a file. Without leaves, the whole text counts.
fn file_spot(path: &str, key: String, leaves: Option<&[Leaf]>, text: &str) -> Option<BlindSpot> {
    let says = match leaves {
        Some(leaves) => leaves
            .iter()
            .filter(|leaf| speaks_of_versions(leaf))
            .map(leaf_statement)
            .collect::<String>(),
        None => text.to_owned(),
    };
    (!says.is_empty()).then(|| BlindSpot {
        path: path.to_owned(),
        key,
        line: None,
        says,
        reach: BlindSpotEffect::Overrides,
    })
}

fn leaf_statement(leaf: &Leaf) -> String {
    said_at(&leaf.path, leaf)
}

/// Like `leaf_statement`, with only a part of the path.
fn said_at(rest: &str, leaf: &Leaf) -> String {
    format!("{rest}={}\n", leaf.text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_speak_of_versions() {
        for key in [
            "tag",
            "newTag",
            "IMAGE_TAG",
            "imagetag",
            "webVersion",
            "[image.tag]",
            "git-sha",
            "images",
        ] {
            assert!(is_telling(key), "{key}");
        }
        for key in [
            "staging",
            "stage",
            "percentage",
            "apiVersion",
            "shared",
            "imagePullPolicy",
            "replicas",
            "",
        ] {
            assert!(!is_telling(key), "{key}");
        }
    }

    #[test]
    fn what_a_template_says_itself() {
        let text = "{{ if x }}\napiVersion: v1\nimage: a/web:v1\n- tag: \"v2\"\nimage: {{ .x }}\nreplicas: 2\n";
        assert_eq!(literal_versions(text), "image: a/web:v1\n- tag: \"v2\"\n");
    }
}
