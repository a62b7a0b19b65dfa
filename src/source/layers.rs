//! Layers: versions that replace those of other files, as the `kustomize.images` of an Argo CD
//! `Application` and the `images` and variables of a Flux `Kustomization` replace those of the
//! overlay that its `path` names.
//!
//! What is replaced stays a cell of its own app; it gets the version and the places of the layer
//! above. A layer that replaces nothing here, because its `path` is in another repository, is a
//! cell of its own.

use super::flux_variable::variable_of;
use crate::git::path::folder_of;
use crate::model::{EntryNote, Location, MappingEntry, OverriddenVersion, base_name};
use std::collections::{BTreeSet, HashMap};

/// Replaces the versions that have no effect. `borrowed` are the indexes of entries whose version
/// is another entry's, too: they count as layers, and are no cells.
pub fn apply(entries: Vec<MappingEntry>, borrowed: BTreeSet<usize>) -> Vec<MappingEntry> {
    if entries.iter().all(|entry| entry.overrides.is_empty()) {
        return entries;
    }
    let mut by_place: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, entry) in entries.iter().enumerate() {
        by_place.entry(&entry.file).or_default().push(at);
        by_place.entry(folder_of(&entry.file)).or_default().push(at);
    }
    let mut above: HashMap<usize, Vec<(&MappingEntry, bool)>> = HashMap::new();
    let mut spent = borrowed;
    for (layer, entry) in entries.iter().enumerate() {
        for one in &entry.overrides {
            for at in by_place.get(place_of(one)).into_iter().flatten() {
                if *at != layer && replaces(entry, one, &entries[*at]) {
                    above.entry(*at).or_default().push((entry, is_build(one)));
                    spent.extend((!is_build(one)).then_some(layer));
                }
            }
        }
    }
    let replaced = |(at, entry): (usize, &MappingEntry)| {
        let layers = above.get(&at).map_or(&[][..], Vec::as_slice);
        match winner(entry, layers) {
            Some(index) => Some(replace(entry, layers[index].0)),
            None => (!spent.contains(&at)).then(|| entry.clone()),
        }
    };
    entries.iter().enumerate().filter_map(replaced).collect()
}

/// Returns the index of the layer whose version an entry has, of those above it, each with whether
/// it is an outer build. `None` if it keeps its own: outer builds that disagree say nothing about
/// an inner one.
pub fn winner(entry: &MappingEntry, layers: &[(&MappingEntry, bool)]) -> Option<usize> {
    let set = layers.iter().enumerate().filter(|(_, (_, is_build))| !is_build);
    if let Some((index, _)) = set.max_by_key(|(_, (layer, _))| rank(layer)) {
        return Some(index);
    }
    let first = &layers.first()?.0.version;
    let agree = layers.iter().all(|(layer, _)| layer.version == *first);
    (agree && *first != entry.version).then_some(0)
}

/// The file or folder whose claims may hold the version.
pub fn place_of(overridden: &OverriddenVersion) -> &str {
    match overridden {
        OverriddenVersion::Image { folder, .. }
        | OverriddenVersion::Built { folder, .. }
        | OverriddenVersion::Variable { folder, .. } => folder,
        OverriddenVersion::Value { path, .. } => path,
    }
}

/// True if what is replaced is an inner build. The outer one keeps its own row.
pub fn is_build(overridden: &OverriddenVersion) -> bool {
    matches!(overridden, OverriddenVersion::Built { .. })
}

/// True if a layer replaces this entry by one of its overrides.
pub fn replaces(layer: &MappingEntry, one: &OverriddenVersion, entry: &MappingEntry) -> bool {
    let is_near = layer.stage == entry.stage
        && (layer.target.is_none() || entry.target.is_none() || layer.target == entry.target);
    let is_built_in = |folder: &str| entry.source.is_built() && folder_of(&entry.file) == folder;
    is_near
        && match one {
            OverriddenVersion::Image { folder, name } => {
                is_built_in(folder)
                    && (entry.image.as_ref() == Some(name) || is_entry_for(entry, name))
            }
            OverriddenVersion::Built { folder, name } => {
                is_built_in(folder) && entry.image.as_ref() == Some(name)
            }
            OverriddenVersion::Variable { folder, name } => {
                is_built_in(folder) && variable_of(entry) == Some(name)
            }
            OverriddenVersion::Value { path, key } => {
                (entry.file == *path || folder_of(&entry.file) == path)
                    && entry.overrides.is_empty()
                    && entry.locations.iter().any(|location| location.key == *key)
            }
        }
}

/// Rank of a layer among several over one version: Argo CD takes the file beside the sources over
/// the application, and the one for a single application over the one for all.
pub fn rank(layer: &MappingEntry) -> u8 {
    match base_name(&layer.file).strip_prefix(".argocd-source") {
        Some(rest) if rest.starts_with('-') => 2,
        Some(_) => 1,
        None => 0,
    }
}

/// Returns an entry with the version of the layer above.
pub fn replace(entry: &MappingEntry, layer: &MappingEntry) -> MappingEntry {
    let mut overridden = layer.overridden.clone();
    overridden.extend(entry.locations.iter().cloned());
    let mut notes = layer.notes.clone();
    notes.push(EntryNote::Overrides(overrides_text(&overridden)));
    MappingEntry {
        image: layer.image.clone().or_else(|| entry.image.clone()),
        version: layer.version.clone(),
        locations: layer.locations.clone(),
        overridden,
        source: layer.source,
        rule: layer.rule,
        confidence: layer.confidence.min(entry.confidence),
        notes,
        file: layer.file.clone(),
        overrides: Vec::new(),
        ..entry.clone()
    }
}

/// True if the version is written in the `images` entry of this name.
fn is_entry_for(entry: &MappingEntry, name: &str) -> bool {
    let prefix = format!("images[{name}].");
    entry.locations.iter().any(|location| location.key.starts_with(&prefix))
}

/// `apps/web/prod/kustomization.yaml:7`, the main one of the places without effect.
pub(super) fn overrides_text(places: &[Location]) -> String {
    places.first().map(|place| format!("{}:{}", place.path, place.line)).unwrap_or_default()
}
