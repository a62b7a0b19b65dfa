//! Folders whose children are stages regardless of their names: `clusters/`, `environments/`.

use super::axes::Places;
use super::{StagePart, extended_part, is_never_stage, parent_folder, part_of, rest_of};
use std::collections::{BTreeSet, HashMap, HashSet};

/// Folders whose children are stages even if their names are not stage words.
pub(super) const HOLDERS: [&str; 12] = [
    "environments",
    "envs",
    "env",
    "stages",
    "overlays",
    "clusters",
    "tenants",
    "inventories",
    "group_vars",
    "host_vars",
    "landscapes",
    "installations",
];

/// Marks the children of `environments/`, `clusters/` and the like as stages if they contain the
/// same files, regardless of their names.
pub(super) fn mark_environment_children(
    paths: &[&str],
    slots: &mut [Option<StagePart>],
    places: &Places<'_>,
) {
    let mut rests: HashMap<(String, &str), BTreeSet<&str>> = HashMap::new();
    let mut candidates: Vec<(usize, usize)> = Vec::new();
    let is_free = |index: &usize| slots[*index].is_none() && !places.files.contains(index);
    for (index, path) in paths.iter().enumerate().filter(|(index, _)| is_free(index)) {
        let parts: Vec<&str> = path.split('/').collect();
        // The inner folder of an inventory, `group_vars/all`, is none; the inventory is.
        let holder = (0..parts.len().saturating_sub(2)).rfind(|at| {
            HOLDERS.contains(&parts[*at].to_ascii_lowercase().as_str())
                && !is_never_stage(parts[*at + 1])
        });
        let Some(part) = holder.map(|at| at + 1) else { continue };
        rests
            .entry((parts[..part].join("/"), rest_of(path, part)))
            .or_default()
            .insert(parts[part]);
        candidates.push((index, part));
    }
    let taken: HashSet<String> = slots
        .iter()
        .enumerate()
        .filter_map(|(i, slot)| slot.as_ref().map(|slot| parent_folder(paths[i], slot.part).0))
        .collect();
    let mut shared: HashMap<String, BTreeSet<&str>> = HashMap::new();
    for ((parent, _), names) in rests {
        if names.len() > 1 {
            shared.entry(parent).or_default().extend(names);
        }
    }
    for (index, part) in candidates {
        let parent = parent_folder(paths[index], part).0;
        let name = part_of(paths[index], part);
        let is_cluster = places.clusters.contains(parent.as_str());
        if !is_cluster
            && !taken.contains(&parent)
            && shared.get(&parent).is_some_and(|names| names.contains(name))
        {
            slots[index] = Some(extended_part(part, 0, name));
        }
    }
}
