//! `values-<x>.yaml` in many folders: recurring names are stages, known or not.

use super::super::vocabulary::word_meaning;
use super::{PinnedNames, StagePart, StageStrength, extended_part, is_never_stage};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Words that precede an environment in a file name: `values-idfdev.yaml`.
const BEFORE_ENVIRONMENT: [&str; 4] = ["values", "config", "settings", "env"];

/// Marks the `<x>` of `values-<x>.yaml` as a stage if it recurs in many folders, known word or not.
pub(super) fn mark_recurring_values(
    paths: &[&str],
    slots: &mut [Option<StagePart>],
    pinned: PinnedNames<'_>,
) {
    let mut folders: HashMap<(&str, &str), BTreeSet<&str>> = HashMap::new();
    let named: Vec<Option<(usize, &str)>> =
        paths.iter().map(|path| environment_in_name(path)).collect();
    for (path, found) in paths.iter().zip(&named) {
        if let Some((start, label)) = found {
            let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
            folders.entry((&name[..*start], label)).or_default().insert(folder);
        }
    }
    let mut labels: HashMap<&str, usize> = HashMap::new();
    for ((before, _), found) in &folders {
        *labels.entry(before).or_default() += usize::from(found.len() >= 3);
    }
    for (index, (path, found)) in paths.iter().zip(&named).enumerate() {
        let Some((start, label)) = found else { continue };
        let (_, name) = path.rsplit_once('/').unwrap_or(("", path));
        let before = &name[..*start];
        let common = labels.get(before).is_some_and(|count| *count >= 2)
            && folders[&(before, *label)].len() >= 2;
        let part = path.matches('/').count();
        let twin = slots[index].as_ref().is_some_and(|slot| {
            slot.part != part || (slot.strength == StageStrength::Twin && slot.start == *start)
        });
        if common && !twin && !is_never_stage(label) {
            let mut slot = extended_part(part, *start, label);
            if let Some((canonical, number, _)) = word_meaning(label) {
                slot.canonical = Some(canonical);
                slot.identity = format!("{canonical}{number}");
            }
            slots[index] = Some(slot);
        }
    }
    join_layers(paths, &named, slots, pinned);
}

/// The index of a file, and of the one with the shorter name beside it.
type LayerFile = (usize, Option<usize>);

/// Takes `values-acme-auto-updated.yaml` as a layer of the stage `acme`: the file lies beside
/// `values-acme.yaml`, and the two pin different things. Two environments would pin the same.
fn join_layers(
    paths: &[&str],
    named: &[Option<(usize, &str)>],
    slots: &mut [Option<StagePart>],
    pinned: PinnedNames<'_>,
) {
    let at: HashMap<&str, usize> =
        paths.iter().enumerate().map(|(index, path)| (*path, index)).collect();
    // By the longer name and the shorter one that it extends.
    let mut pairs: BTreeMap<(&str, &str), Vec<LayerFile>> = BTreeMap::new();
    for (index, (path, found)) in paths.iter().zip(named).enumerate() {
        let Some((start, label)) = found else { continue };
        if slots[index].as_ref().is_none_or(|slot| slot.canonical.is_some()) {
            continue;
        }
        let name_at = path.rfind('/').map_or(0, |cut| cut + 1);
        let (before, after) = (&path[..name_at + start], &path[name_at + start + label.len()..]);
        for (cut, _) in label.match_indices(['-', '_', '.']) {
            let beside = at.get(format!("{before}{}{after}", &label[..cut]).as_str());
            pairs.entry((*label, &label[..cut])).or_default().push((index, beside.copied()));
        }
    }
    for ((_, shorter), files) in pairs {
        let beside = files.iter().filter(|(_, beside)| beside.is_some()).count();
        if beside * 10 < files.len() * 9 {
            continue;
        }
        let (mut shared, mut all) = (0, 0);
        for (layer, beside) in &files {
            let (layer, below) = (pinned(*layer), beside.map(pinned).unwrap_or_default());
            shared += layer.intersection(&below).count();
            all += layer.len();
        }
        if all > 0 && shared * 10 <= all {
            for (layer, _) in files {
                if let Some(slot) = &mut slots[layer] {
                    slot.end = slot.start + shorter.len();
                    (slot.label, slot.identity) = (shorter.to_owned(), shorter.to_owned());
                }
            }
        }
    }
}

/// Returns position and text of the environment in a file name like `values-idfdev.yaml`.
fn environment_in_name(path: &str) -> Option<(usize, &str)> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = name
        .strip_suffix(".yaml")
        .or_else(|| name.strip_suffix(".yml"))
        .or_else(|| name.strip_suffix(".json"))?;
    let word = BEFORE_ENVIRONMENT.iter().find(|word| stem.starts_with(**word))?;
    let rest = stem[word.len()..].strip_prefix(['-', '_', '.'])?;
    (!rest.is_empty()).then_some((word.len() + 1, rest))
}
