//! Stage words without other stages nearby. `dev` among `data8`, `physics` and other names with the
//! same file is one of those names, and `dev-tools` is a tool unless something like `prod-tools`
//! exists.

use super::environment_folder::HOLDERS;
use super::{StagePart, StageStrength, is_never_stage, is_whole, parent_folder, part_of, rest_of};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// With this many other names around it, a word is one of them.
const MANY: usize = 3;

/// Removes the stage from lone words that are one of many names, and from lone prefixes if stages
/// with peers exist elsewhere. Returns the paths in which the word is one of many names.
pub(super) fn drop_lone_words(paths: &[&str], slots: &mut [Option<StagePart>]) -> BTreeSet<usize> {
    let accompanied = slots.iter().flatten().any(|slot| slot.strength >= StageStrength::Sibling);
    let alone: Vec<usize> = (0..paths.len())
        .filter(|at| slots[*at].as_ref().is_some_and(|slot| slot.strength == StageStrength::Word))
        .collect();
    let others = names_beside(paths, slots, &alone);
    let mut alike = BTreeSet::new();
    for index in alone {
        let Some(slot) = &slots[index] else { continue };
        let path = paths[index];
        let whole = is_whole(path, slot);
        let among =
            others.get(&folder_key(path, slot.part)).filter(|others| whole && others.len() >= MANY);
        alike.extend(
            among.into_iter().flat_map(|others| others.values()).chain(among.map(|_| &index)),
        );
        if among.is_some() || (!whole && slot.start == 0 && accompanied) {
            slots[index] = None;
        }
    }
    alike
}

/// A folder, and the path below its children.
type FolderKey<'p> = (String, &'p str);

fn folder_key(path: &str, part: usize) -> FolderKey<'_> {
    (parent_folder(path, part).0, rest_of(path, part))
}

/// Returns, for each folder with a lone word, the names at the same position and the path of each.
fn names_beside<'p>(
    paths: &[&'p str],
    slots: &[Option<StagePart>],
    alone: &[usize],
) -> HashMap<FolderKey<'p>, BTreeMap<&'p str, usize>> {
    let mut out: HashMap<FolderKey<'p>, BTreeMap<&'p str, usize>> = HashMap::new();
    let mut parts: BTreeSet<usize> = BTreeSet::new();
    for index in alone {
        let Some(slot) = &slots[*index] else { continue };
        let (folder, rest) = folder_key(paths[*index], slot.part);
        let holder = folder.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
        if !rest.is_empty() && !HOLDERS.contains(&holder.as_str()) {
            parts.insert(slot.part);
            out.entry((folder, rest)).or_default();
        }
    }
    for (index, path) in paths.iter().enumerate().filter(|(index, _)| slots[*index].is_none()) {
        let depth = path.matches('/').count();
        for part in parts.iter().filter(|part| **part < depth) {
            let name = part_of(path, *part);
            if !is_never_stage(name)
                && let Some(names) = out.get_mut(&folder_key(path, *part))
            {
                names.insert(name, index);
            }
        }
    }
    out
}
