//! Patches in kustomizations for objects with versions outside of containers. Patches of containers
//! are part of the build.

use super::kustomize::KustomizationCheck;
use super::{PATCHES, is_telling, said_at, speaks_of_versions};
use crate::model::{BlindSpot, BlindSpotEffect};
use crate::source::leaf::Leaf;
use crate::source::leaf_subtree::{LeafSubtree, split_objects};
use regex::Regex;

/// Kinds with versions outside of containers.
const CARRIERS: [&str; 7] = [
    "HelmRelease",
    "HelmChart",
    "OCIRepository",
    "GitRepository",
    "Application",
    "ApplicationSet",
    "Kustomization",
];

/// The versions mentioned in a patch.
struct PatchedVersion {
    path: String,
    line: u32,
    says: String,
}

impl KustomizationCheck<'_> {
    /// Returns all patches that mention versions of such objects, inline and in files that no other
    /// source reads. They are one blind spot, because of two patches the later one wins.
    pub(super) fn patch_spot(&self) -> Option<BlindSpot> {
        let all: Vec<PatchedVersion> = PATCHES
            .iter()
            .flat_map(|list| self.list_patches(&self.object.branch.subtree_at(&[list])))
            .collect();
        let first = all.first()?;
        let is_one = all.iter().all(|one| one.path == first.path);
        let (path, line) = if is_one {
            (first.path.clone(), Some(first.line))
        } else {
            (self.path.to_owned(), None)
        };
        let (key, says) = ("patches".to_owned(), all.iter().map(|one| one.says.as_str()).collect());
        Some(BlindSpot { path, key, line, says, reach: BlindSpotEffect::Overrides })
    }

    fn list_patches(&self, list: &LeafSubtree<'_>) -> Vec<PatchedVersion> {
        let mut out = Vec::new();
        for (_, one) in list.children() {
            let target = one.subtree_at(&["target"]);
            match one.text("path").and_then(|path| self.resolve_path(path)) {
                Some(path) => out.extend(self.of_file(&path, target.text("kind"))),
                None => {
                    let inline = one.subtree_at(&["patch"]);
                    let kind = target.text("kind").or(inline.text("kind")).or(one.text("kind"));
                    out.extend(read_patch(self.path, kind, &one));
                }
            }
        }
        // Plain file names.
        let names = list.own_leaves().filter(|(_, leaf)| !leaf.text.contains('\n'));
        let files: Vec<String> =
            names.filter_map(|(_, leaf)| self.resolve_path(&leaf.text)).collect();
        out.extend(files.iter().flat_map(|path| self.of_file(path, None)));
        out
    }

    /// Returns the patches in a file, unless the mapping reads a version from it.
    fn of_file(&self, path: &str, kind: Option<&str>) -> Vec<PatchedVersion> {
        let Some(leaves) = self
            .leaves_of(path)
            .filter(|leaves| !leaves.iter().any(|leaf| self.sight.is_read(path, leaf)))
        else {
            return Vec::new();
        };
        split_objects(&leaves)
            .iter()
            .filter_map(|object| read_patch(path, kind.or(object.text("kind")), object))
            .collect()
    }
}

/// Returns the versions in a patch for an object of this kind. If one JSON operation concerns a
/// version, all operations count: values are not matched to operations.
fn read_patch(path: &str, kind: Option<&str>, patch: &LeafSubtree<'_>) -> Option<PatchedVersion> {
    let first = patch
        .all_leaves()
        .find(|(_, leaf)| says_version(leaf))
        .filter(|_| is_carried(kind, patch))?;
    let has_operations = patch.all_leaves().any(|(_, leaf)| leaf.last() == "op");
    let all = patch.all_leaves().filter(|(_, leaf)| has_operations || says_version(leaf));
    let says = all.map(|(rest, leaf)| said_at(rest, leaf)).collect::<String>();
    Some(PatchedVersion {
        path: path.to_owned(),
        line: first.1.line,
        says: format!("{}\n{says}", kind.unwrap_or_default()),
    })
}

/// True if a leaf mentions a version. In a JSON operation the path decides. An unparsed text is a
/// list of operations, or has versions in unknown places.
fn says_version(leaf: &Leaf) -> bool {
    match leaf.last() {
        "path" => leads_to_version(&leaf.text),
        "patch" => split_pieces(&leaf.text).any(leads_to_version),
        _ => speaks_of_versions(leaf),
    }
}

/// Splits an unparsed text into lines and members.
fn split_pieces(text: &str) -> impl Iterator<Item = &str> {
    text.split(['\n', ',', '{', '}']).filter(|piece| !piece.starts_with("kind:"))
}

/// True for a path of a version, or of a tree that may contain one.
fn leads_to_version(place: &str) -> bool {
    let last = place.trim_end_matches(['"', '\'', '/']).rsplit('/').next().unwrap_or_default();
    is_telling(place)
        || (place.contains('/') && matches!(last, "spec" | "values" | "source" | "sources"))
}

/// True if the patch is for such an object. kustomize treats a target's kind as a regular
/// expression. A patch without a kind counts, unless it only concerns containers.
fn is_carried(kind: Option<&str>, patch: &LeafSubtree<'_>) -> bool {
    match kind.filter(|kind| !kind.is_empty()) {
        Some(kind) if kind.chars().all(char::is_alphanumeric) => CARRIERS.contains(&kind),
        Some(kind) => match Regex::new(&format!("^(?:{kind})$")) {
            Ok(expression) => CARRIERS.iter().any(|carrier| expression.is_match(carrier)),
            Err(_) => true,
        },
        None => patch.all_leaves().any(|(rest, leaf)| is_elsewhere(rest, leaf)),
    }
}

/// True if a leaf mentions a version outside of containers. In a JSON operation the path decides.
fn is_elsewhere(rest: &str, leaf: &Leaf) -> bool {
    let is_place = |text: &str| leads_to_version(text) && !text.contains("ontainers");
    match leaf.last() {
        "path" => is_place(&leaf.text),
        "patch" => split_pieces(&leaf.text).any(is_place),
        _ => {
            speaks_of_versions(leaf)
                && !rest.contains("ontainers")
                && !leaf.keys().any(|key| key == "value")
        }
    }
}
