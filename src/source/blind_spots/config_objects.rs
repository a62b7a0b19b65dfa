//! Config maps and secrets that others take values from, as they are written or generated nearby.

use super::{file_spot, leaf_statement, speaks_of_versions};
use crate::git::path::{folder_of, join, resolve};
use crate::model::{BlindSpot, BlindSpotEffect};
use crate::source::kustomize::{NAMES as KUSTOMIZATIONS, is_kustomization};
use crate::source::leaf::Leaf;
use crate::source::leaf_subtree::split_objects;
use crate::source::{ChangeScope, SnapshotReader, dotenv};

/// Files beside an object that are looked through.
const MAX_FILES: usize = 500;

/// An object that something takes values from.
pub(super) struct ConfigObjectRef {
    pub kind: String,
    pub name: String,
    /// The one key of its data that is taken; `None`: all that speaks of versions.
    pub key: Option<String>,
}

impl ConfigObjectRef {
    /// What stands under its name in the files below the directory of a file, and in the one above.
    pub fn spots_near(
        &self,
        path: &str,
        by: &str,
        sight: &ChangeScope<'_>,
        reader: &SnapshotReader<'_>,
    ) -> Vec<BlindSpot> {
        let here = folder_of(path);
        let counts = |path: &String| is_kustomization(path) || (sight.is_changed)(path);
        let mut files = files_below(here, counts, reader);
        files.extend(
            KUSTOMIZATIONS
                .iter()
                .map(|name| join(folder_of(here), name))
                .filter(|_| !here.is_empty()),
        );
        files.dedup();
        files.iter().flat_map(|path| self.spots_in_file(path, by, sight, reader)).collect()
    }

    /// What stands under its name in one file.
    pub fn spots_in_file(
        &self,
        path: &str,
        by: &str,
        sight: &ChangeScope<'_>,
        reader: &SnapshotReader<'_>,
    ) -> Vec<BlindSpot> {
        let speaks = reader.text_and_id(path).is_some_and(|(_, text)| text.contains(&self.name));
        let Some(leaves) = speaks.then(|| reader.read_leaves(path)).flatten() else {
            return Vec::new();
        };
        let key = format!("{} {}, which {by} reads", self.kind, self.name);
        let mut out = Vec::new();
        for object in split_objects(&leaves) {
            if object.text("kind") == Some(&self.kind)
                && object.subtree_at(&["metadata"]).text("name") == Some(&self.name)
            {
                let data = object
                    .all_leaves()
                    .filter(|(rest, _)| rest.starts_with("data") || rest.starts_with("stringData"));
                let says: String = data
                    .filter(|(_, leaf)| self.takes_leaf(leaf) && !sight.is_read(path, leaf))
                    .map(|(_, leaf)| leaf_statement(leaf))
                    .collect();
                let spot = BlindSpot {
                    path: path.to_owned(),
                    key: key.clone(),
                    line: None,
                    says,
                    reach: BlindSpotEffect::Overrides,
                };
                out.extend((!spot.says.is_empty()).then_some(spot));
            }
        }
        if is_kustomization(path) {
            out.extend(self.generated_spots(path, &leaves, &key, sight, reader));
        }
        out
    }

    fn takes_leaf(&self, leaf: &Leaf) -> bool {
        match &self.key {
            Some(key) => leaf.keys().any(|own| own == key),
            None => speaks_of_versions(leaf),
        }
    }

    /// What a kustomization generates under its name.
    fn generated_spots(
        &self,
        path: &str,
        leaves: &[Leaf],
        key: &str,
        sight: &ChangeScope<'_>,
        reader: &SnapshotReader<'_>,
    ) -> Vec<BlindSpot> {
        let generator =
            if self.kind == "Secret" { "secretGenerator" } else { "configMapGenerator" };
        let element = format!("[{}]", self.name);
        let is_its = |leaf: &&Leaf| {
            let mut keys = leaf.keys();
            keys.next() == Some(generator) && keys.next() == Some(&element)
        };
        let its: Vec<&Leaf> = leaves.iter().filter(is_its).collect();
        let says: String = its
            .iter()
            .filter(|leaf| self.takes_part(leaf))
            .map(|leaf| leaf_statement(leaf))
            .collect();
        let line = its.first().map(|leaf| leaf.line);
        let own = BlindSpot {
            path: path.to_owned(),
            key: key.to_owned(),
            line,
            says,
            reach: BlindSpotEffect::Overrides,
        };
        let mut out: Vec<BlindSpot> = (!own.says.is_empty()).then_some(own).into_iter().collect();
        let named = its
            .iter()
            .filter(|leaf| !leaf.keys().any(|key| matches!(key, "literals" | "options" | "name")));
        for leaf in named {
            let name = leaf.text.split_once('=').map_or(&*leaf.text, |(_, name)| name);
            let Some(path) = resolve(folder_of(path), name) else { continue };
            out.extend(
                reader
                    .text_and_id(&path)
                    .and_then(|(_, text)| self.of_file(&path, &text, key, sight, reader)),
            );
        }
        out
    }

    /// Does a line of a generator matter: a literal of its own, or a file?
    fn takes_part(&self, leaf: &Leaf) -> bool {
        let is_literal = leaf.keys().any(|key| key == "literals");
        match (&self.key, is_literal) {
            (Some(key), true) => leaf.text.split('=').next() == Some(key),
            (None, true) => leaf.text.split_once('=').is_some_and(|(name, value)| {
                super::is_telling(name) || crate::source::shape::is_version(value)
            }),
            (_, false) => !leaf.keys().any(|key| matches!(key, "options" | "name")),
        }
    }

    fn of_file(
        &self,
        path: &str,
        text: &str,
        key: &str,
        sight: &ChangeScope<'_>,
        reader: &SnapshotReader<'_>,
    ) -> Option<BlindSpot> {
        let is_tree = [".yaml", ".yml", ".json"].iter().any(|end| path.ends_with(end));
        let leaves: Option<Vec<Leaf>> = match is_tree {
            true => reader.read_leaves(path).map(|leaves| leaves.to_vec()),
            false if path.ends_with(".env") || path.ends_with(".properties") => {
                Some(dotenv::parse_leaves(text))
            }
            false => None,
        };
        let is_its =
            |leaf: &Leaf| is_tree || self.key.as_ref().is_none_or(|key| leaf.last() == key);
        let is_unread = |leaf: &Leaf| is_its(leaf) && !sight.is_read(path, leaf);
        let leaves = leaves.map(|leaves| leaves.into_iter().filter(is_unread).collect::<Vec<_>>());
        file_spot(path, key.to_owned(), leaves.as_deref(), text)
    }
}

fn files_below(
    folder: &str,
    counts: impl Fn(&String) -> bool,
    reader: &SnapshotReader<'_>,
) -> Vec<String> {
    let all = reader.snapshot().files_under(folder).unwrap_or_default();
    let is_yaml = |path: &String| {
        [".yaml", ".yml", ".json"].iter().any(|end| path.ends_with(end))
            || path.ends_with("Kustomization")
    };
    all.into_iter().map(|file| file.path).filter(is_yaml).filter(counts).take(MAX_FILES).collect()
}
