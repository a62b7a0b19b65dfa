//! Names of stages that are known from elsewhere in the repository: `kubernetes/devnet-2` where the
//! inventories are `devnet-0` to `devnet-2`, or `services/web/sandbox` beside `services/*/dev`.

use super::{StagePart, StageStrength, is_whole, part_of};
use std::collections::{BTreeMap, BTreeSet};

/// A name without a stage word is distinctive with this length, if it has a digit or a hyphen.
const LONG: usize = 5;

/// Marks folders that are called like a stage with peers elsewhere. A name that is a stage word
/// counts only below a top folder that holds such stages; any other name must be distinctive.
pub(super) fn mark_known_names(
    paths: &[&str],
    slots: &mut [Option<StagePart>],
    places: &BTreeSet<usize>,
) {
    let mut known: BTreeMap<String, StagePart> = BTreeMap::new();
    let mut tops: BTreeSet<&str> = BTreeSet::new();
    for (path, slot) in paths.iter().zip(slots.iter()) {
        let Some(slot) = slot.as_ref().filter(|slot| slot.strength >= StageStrength::Sibling)
        else {
            continue;
        };
        let is_folder = slot.part < path.matches('/').count();
        if is_folder && is_whole(path, slot) && slot.end == part_of(path, slot.part).len() {
            tops.insert(part_of(path, 0));
            known.entry(slot.label.clone()).or_insert_with(|| slot.clone());
        }
    }
    for (index, path) in paths.iter().enumerate() {
        if slots[index].is_some() || places.contains(&index) {
            continue;
        }
        let depth = path.matches('/').count();
        let called = |part: &usize| {
            let name = part_of(path, *part);
            known.get(name).filter(|slot| match slot.canonical {
                Some(_) => *part > 0 && tops.contains(part_of(path, 0)),
                None => is_distinctive(name),
            })
        };
        let Some((part, slot)) = (0..depth).rev().find_map(|part| Some((part, called(&part)?)))
        else {
            continue;
        };
        let strength = match slot.canonical {
            Some(_) => StageStrength::Word,
            None => StageStrength::Extended,
        };
        slots[index] = Some(StagePart { part, strength, ..slot.clone() });
    }
}

fn is_distinctive(name: &str) -> bool {
    name.len() >= LONG && name.bytes().any(|byte| byte == b'-' || byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::super::choose_stage_parts;

    #[test]
    fn a_name_known_elsewhere_is_a_stage() {
        let stages = |paths: &[&str]| -> Vec<String> {
            let chosen = choose_stage_parts(paths, &|_| std::collections::BTreeSet::new());
            let label = |slot: &Option<super::StagePart>| {
                slot.as_ref().map_or("-".to_owned(), |slot| slot.label.clone())
            };
            chosen.slots.iter().map(label).collect()
        };
        assert_eq!(
            stages(&[
                "services/a/charts/dev/values.yaml",
                "services/a/charts/sandbox/values.yaml",
                "services/a/charts/test/values.yaml",
                "services/b/sandbox/values.yaml",
                "services/c/bcovrin/test/Chart.yaml",
                "tools/test/compose.yaml",
            ]),
            ["dev", "sandbox", "test", "sandbox", "test", "-"]
        );
        assert_eq!(
            stages(&[
                "clusters/devnet-0/a.yaml",
                "clusters/devnet-1/a.yaml",
                "kubernetes/devnet-1/web/Chart.yaml",
                "kubernetes/red/web/Chart.yaml",
            ]),
            ["devnet-0", "devnet-1", "devnet-1", "-"]
        );
    }
}
