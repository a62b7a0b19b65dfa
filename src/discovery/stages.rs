//! Which stages there are, and in what order.

use super::slot::Slot;
use super::vocabulary::rank;
use crate::config::Stage;
use crate::model::StageName;
use std::collections::BTreeMap;

/// The stages of all slots, earliest first. Different spellings of one word (`prod`, `production`)
/// are one stage; the more frequent spelling names it.
pub fn ordered<'a>(slots: impl Iterator<Item = &'a Slot>) -> Vec<Stage> {
    let mut spellings: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    let mut ranks: BTreeMap<&str, usize> = BTreeMap::new();
    for slot in slots {
        *spellings.entry(&slot.identity).or_default().entry(&slot.label).or_default() += 1;
        ranks.insert(&slot.identity, slot.canonical.map_or_else(|| rank(""), rank));
    }
    let mut order: Vec<&str> = spellings.keys().copied().collect();
    order.sort_by_key(|identity| (ranks[identity], *identity));
    let mut out: Vec<Stage> = Vec::new();
    for identity in order {
        let mut words: Vec<(&str, usize)> = spellings[identity].iter().map(|(word, count)| (*word, *count)).collect();
        words.sort_by_key(|(word, count)| (std::cmp::Reverse(*count), *word));
        let name = StageName::new(words[0].0);
        let after = out.last().map(|stage| stage.name.clone()).into_iter().collect();
        let aliases = words[1..].iter().map(|(word, _)| (*word).to_owned()).collect();
        out.push(Stage { name, aliases, after, branch: None, line: None });
    }
    out
}

/// The words alone, in order.
pub fn labels<'a>(slots: impl Iterator<Item = &'a Slot>) -> Vec<String> {
    ordered(slots).iter().map(|stage| stage.name.to_string()).collect()
}

/// Every word that names one of these stages.
pub fn words(stages: &[Stage]) -> Vec<String> {
    stages.iter().flat_map(|stage| std::iter::once(stage.name.to_string()).chain(stage.aliases.clone())).collect()
}
