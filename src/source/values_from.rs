//! `valuesFrom` of a `HelmRelease`: values in config maps that are written or generated beside it.

use super::kustomize::NAMES as KUSTOMIZATIONS;
use super::leaf::Leaf;
use super::leaf_subtree::{LeafSubtree, split_objects};
use super::{SnapshotReader, shape};
use crate::git::path::{folder_of, join, resolve};
use crate::model::base_name;

/// The data key that is read where none is named.
const VALUES_KEY: &str = "values.yaml";

/// Values that a release lays over those of its chart.
pub(super) enum ValuesLayer {
    /// A file.
    File(String),
    /// A text in an object: the file, the keys that lead to the text, and the values.
    Text { path: String, key: String, leaves: Vec<Leaf> },
}

/// Returns the layers that `valuesFrom` brings, the one that counts first in front. `None` if one
/// of them is not known: a secret, a single value for a key (`targetPath`), or an object that is
/// not beside the file at `path`.
pub(super) fn find_layers(
    spec: &LeafSubtree<'_>,
    path: &str,
    reader: &SnapshotReader<'_>,
) -> Option<Vec<ValuesLayer>> {
    let sources = spec.subtree_at(&["valuesFrom"]).children();
    if sources.is_empty() {
        return Some(Vec::new());
    }
    let near = Surroundings::of(path, reader);
    sources.iter().rev().map(|(_, source)| find_layer(source, &near, reader)).collect()
}

fn find_layer(
    source: &LeafSubtree<'_>,
    near: &Surroundings,
    reader: &SnapshotReader<'_>,
) -> Option<ValuesLayer> {
    if source.text("kind") != Some("ConfigMap") || source.text("targetPath").is_some() {
        return None;
    }
    let name = source.text("name").filter(|name| shape::is_literal(name))?;
    let key = source.text("valuesKey").unwrap_or(VALUES_KEY);
    let mut found = near.written(name, key, reader);
    found.extend(near.generated(name, key, reader));
    let layer = found.pop()?;
    found.is_empty().then_some(layer)
}

/// The files in which an object that another one names is looked for.
struct Surroundings {
    /// The file itself, and those that the kustomization of its folder names.
    files: Vec<String>,
    kustomization: Option<String>,
}

impl Surroundings {
    fn of(path: &str, reader: &SnapshotReader<'_>) -> Self {
        let folder = folder_of(path);
        let kustomization = KUSTOMIZATIONS
            .iter()
            .map(|name| join(folder, name))
            .find(|path| reader.file_exists(path));
        let mut files = vec![path.to_owned()];
        if let Some(leaves) = kustomization.as_ref().and_then(|path| reader.read_leaves(path)) {
            let named = LeafSubtree::of(leaves.iter()).subtree_at(&["resources"]);
            files.extend(named.own_leaves().filter_map(|(_, leaf)| resolve(folder, &leaf.text)));
        }
        files.sort();
        files.dedup();
        files.retain(|path| reader.file_exists(path));
        Surroundings { files, kustomization }
    }

    /// Config maps of a name whose data has a key.
    fn written(&self, name: &str, key: &str, reader: &SnapshotReader<'_>) -> Vec<ValuesLayer> {
        let mut out = Vec::new();
        for path in &self.files {
            let speaks = reader.read_text(path).is_some_and(|text| text.contains(name));
            let Some(leaves) = speaks.then(|| reader.read_leaves(path)).flatten() else { continue };
            let objects = split_objects(&leaves);
            let named = objects.iter().filter(|object| {
                object.text("kind") == Some("ConfigMap")
                    && object.subtree_at(&["metadata"]).text("name") == Some(name)
            });
            out.extend(named.map(|object| {
                let (leaves, _) = object.subtree_at(&["data", key]).detach_leaves();
                ValuesLayer::Text { path: path.clone(), key: format!("data.{key}"), leaves }
            }));
        }
        out
    }

    /// Files that a generator puts into the config map of a name under a key.
    fn generated(&self, name: &str, key: &str, reader: &SnapshotReader<'_>) -> Vec<ValuesLayer> {
        let Some(path) = &self.kustomization else { return Vec::new() };
        let Some(leaves) = reader.read_leaves(path) else { return Vec::new() };
        let generators = LeafSubtree::of(leaves.iter()).subtree_at(&["configMapGenerator"]);
        let mut out = Vec::new();
        for (_, generator) in generators.children() {
            if generator.text("name") != Some(name) {
                continue;
            }
            for (_, leaf) in generator.subtree_at(&["files"]).own_leaves() {
                let (own, file) =
                    leaf.text.split_once('=').unwrap_or((base_name(&leaf.text), &leaf.text));
                let path = resolve(folder_of(path), file).filter(|_| own == key);
                out.extend(path.filter(|path| reader.file_exists(path)).map(ValuesLayer::File));
            }
        }
        out
    }
}
