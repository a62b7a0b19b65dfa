//! The files that Argo CD merges over a source from beside its files: `.argocd-source.yaml`, and
//! `.argocd-source-APP.yaml` of one application. A list in one replaces that of the application.

use super::argo::{fill_patterns, glob_matches};
use super::{ChangeScope, leaf_statement};
use crate::git::path::{folder_of, resolve};
use crate::model::{BlindSpot, BlindSpotEffect, base_name};
use crate::source::SnapshotReader;
use crate::source::leaf::Leaf;
use crate::source::leaf_subtree::LeafSubtree;

/// Returns what such files set for a source, other than the values of versions that the mapping
/// reads. `of` names the object.
pub(super) fn override_spots(
    source: &LeafSubtree<'_>,
    of: &str,
    sight: &ChangeScope<'_>,
    reader: &SnapshotReader<'_>,
) -> Vec<BlindSpot> {
    let Some(path) = source.text("path") else { return Vec::new() };
    let pattern = fill_patterns(path);
    let Some(pattern) = resolve("", pattern.trim_start_matches('/')) else { return Vec::new() };
    let is_override = |path: &&str| {
        base_name(path).starts_with(".argocd-source") && glob_matches(&pattern, folder_of(path))
    };
    let files = sight.changed.iter().copied().filter(is_override);
    let spot = |path: &str| {
        let (_, text) = reader.text_and_id(path)?;
        let says = match reader.read_leaves(path) {
            Some(leaves) => {
                leaves.iter().map(|leaf| statement(leaf, path, source, sight)).collect()
            }
            None => text.to_string(),
        };
        let spot = BlindSpot {
            path: path.to_owned(),
            key: format!("what it sets for {of}"),
            line: None,
            says,
            reach: BlindSpotEffect::Overrides,
        };
        (!spot.says.is_empty()).then_some(spot)
    };
    files.filter_map(spot).collect()
}

/// What a leaf says: of a version of the mapping only that it is there, and only where it takes the
/// place of a list of the application.
fn statement(leaf: &Leaf, path: &str, source: &LeafSubtree<'_>, sight: &ChangeScope<'_>) -> String {
    if !sight.is_read(path, leaf) {
        return leaf_statement(leaf);
    }
    let keys: Vec<&str> = leaf.keys().take(2).collect();
    match source.subtree_at(&keys).all_leaves().next() {
        Some(_) => format!("a version in {}\n", keys.join(".")),
        None => String::new(),
    }
}
