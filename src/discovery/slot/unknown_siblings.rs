//! Unknown stage names next to known ones: `att` among `dev`, `qa` and `prod`.

use super::{
    ParentFolder, StagePart, StageStrength, extended_part, has_stages_below, have_stage_at,
    is_never_stage, is_whole, parent_folder, part_of, rest_of,
};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// Marks unknown names as stages: if at least half of the children contain a stage word, every
/// child with a file of the same name is a stage.
pub(super) fn extend_to_siblings(paths: &[&str], slots: &mut [Option<StagePart>], strong: &[bool]) {
    let members = group_members(paths, slots);
    let below = PathsBelow::of(paths, &members);
    let mut joined: Vec<(usize, StagePart)> = Vec::new();
    for ((parent, is_file), inside) in members {
        if count_stages(&inside, slots) < 2 {
            continue;
        }
        let part = if parent.is_empty() { 0 } else { parent.matches('/').count() + 1 };
        let (prefix, suffix) = common_shape(paths, slots, &inside, strong);
        if is_file && prefix.is_empty() && !suffix.trim_start_matches('.').contains(['.', '-', '_'])
        {
            continue;
        }
        let children = below.children_by_name(paths, &parent, is_file, (&prefix, &suffix));
        if !are_mostly_stages(paths, slots, strong, (&inside, part), children.len()) {
            continue;
        }
        let rests: HashSet<&str> = inside.iter().map(|i| rest_of(paths[*i], part)).collect();
        for (name, files) in &children {
            let label = &name[prefix.len()..name.len() - suffix.len()];
            if label.is_empty() || is_never_stage(label) {
                continue;
            }
            if !have_stage_at(slots, files, part) && has_stages_below(slots, files, part) {
                continue;
            }
            let same_rest = files.iter().any(|i| rests.contains(rest_of(paths[*i], part)));
            for index in files {
                let keeps_word = slots[*index].as_ref().is_some_and(|slot| {
                    slot.part == part && (strong[*index] || slot.label == label)
                });
                if same_rest && !keeps_word {
                    joined.push((*index, extended_part(part, prefix.len(), label)));
                }
            }
        }
    }
    for (index, slot) in joined {
        slots[index] = Some(slot);
    }
}

/// Groups the paths with a stage by the folder that holds its name.
fn group_members(
    paths: &[&str],
    slots: &[Option<StagePart>],
) -> BTreeMap<ParentFolder, Vec<usize>> {
    let mut members: BTreeMap<ParentFolder, Vec<usize>> = BTreeMap::new();
    for (index, slot) in slots.iter().enumerate() {
        if let Some(slot) = slot.as_ref().filter(|slot| slot.strength >= StageStrength::Sibling) {
            members.entry(parent_folder(paths[index], slot.part)).or_default().push(index);
        }
    }
    members
}

fn count_stages(inside: &[usize], slots: &[Option<StagePart>]) -> usize {
    let slots = inside.iter().filter_map(|index| slots[*index].as_ref());
    slots.map(|slot| slot.identity.as_str()).collect::<BTreeSet<_>>().len()
}

/// True if at least half of the children contain a stage word, and a third beyond doubt.
fn are_mostly_stages(
    paths: &[&str],
    slots: &[Option<StagePart>],
    strong: &[bool],
    (inside, part): (&[usize], usize),
    children: usize,
) -> bool {
    let known: BTreeSet<&str> = inside.iter().map(|i| part_of(paths[*i], part)).collect();
    let clear = |i: &&usize| {
        strong[**i] || slots[**i].as_ref().is_some_and(|slot| is_whole(paths[**i], slot))
    };
    let clear: BTreeSet<&str> =
        inside.iter().filter(clear).map(|i| part_of(paths[*i], part)).collect();
    known.len() * 2 >= children && clear.len() * 3 >= children
}

/// Returns the prefix and suffix shared by all unambiguous members.
fn common_shape(
    paths: &[&str],
    slots: &[Option<StagePart>],
    inside: &[usize],
    strong: &[bool],
) -> (String, String) {
    let mut shapes = inside.iter().filter(|i| strong[**i]).filter_map(|i| {
        let slot = slots[*i].as_ref()?;
        let part = part_of(paths[*i], slot.part);
        Some((part[..slot.start].to_owned(), part[slot.end..].to_owned()))
    });
    let Some((mut prefix, mut suffix)) = shapes.next() else { return Default::default() };
    for (other_prefix, other_suffix) in shapes {
        if other_prefix != prefix {
            prefix.clear();
        }
        if other_suffix != suffix {
            suffix.clear();
        }
    }
    (prefix, suffix)
}

/// The paths below some folders, collected in one pass over all paths.
struct PathsBelow(HashMap<ParentFolder, Vec<usize>>);

impl PathsBelow {
    fn of(paths: &[&str], folders: &BTreeMap<ParentFolder, Vec<usize>>) -> Self {
        let wanted: HashSet<&str> = folders.keys().map(|(folder, _)| folder.as_str()).collect();
        let mut out: HashMap<ParentFolder, Vec<usize>> = HashMap::new();
        for (index, path) in paths.iter().enumerate() {
            let cuts = path.match_indices('/').map(|(at, _)| at);
            for cut in std::iter::once(0).chain(cuts) {
                let rest = path[cut..].trim_start_matches('/');
                if wanted.contains(&path[..cut]) {
                    out.entry((path[..cut].to_owned(), !rest.contains('/')))
                        .or_default()
                        .push(index);
                }
            }
        }
        PathsBelow(out)
    }

    /// Returns the children of a folder by name, with the paths below each; only those with the
    /// given prefix and suffix.
    fn children_by_name<'p>(
        &self,
        paths: &[&'p str],
        folder: &str,
        is_file: bool,
        (prefix, suffix): (&str, &str),
    ) -> BTreeMap<&'p str, Vec<usize>> {
        let part = if folder.is_empty() { 0 } else { folder.matches('/').count() + 1 };
        let mut out: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for index in self.0.get(&(folder.to_owned(), is_file)).into_iter().flatten() {
            let name = part_of(paths[*index], part);
            if name.len() > prefix.len() + suffix.len()
                && name.starts_with(prefix)
                && name.ends_with(suffix)
            {
                out.entry(name).or_default().push(*index);
            }
        }
        out
    }
}
