//! Words without any company: `dev` among `data8`, `physics` and others that hold the same file is
//! one of them, and `dev-tools` is a tool unless there is a `prod-tools` or the like.

use super::environment_folder::HOLDERS;
use super::{SHARED, StagePart, StageStrength, is_whole, parent_folder, part_of, rest_of};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// So many others around a word make it one of theirs.
const MANY: usize = 3;

/// Takes the stage from words that stand alone where others do not. Returns the paths that such a
/// word was found to be one of many names in.
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

/// A folder, and what lies below its children.
type FolderKey<'p> = (String, &'p str);

fn folder_key(path: &str, part: usize) -> FolderKey<'_> {
    (parent_folder(path, part).0, rest_of(path, part))
}

/// For each folder with a lone word the names that stand where it does, and in which path.
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
            if !SHARED.contains(&name.to_ascii_lowercase().as_str())
                && let Some(names) = out.get_mut(&folder_key(path, *part))
            {
                names.insert(name, index);
            }
        }
    }
    out
}
