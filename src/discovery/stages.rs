//! Collects the stages and their order.

use super::slot::{StagePart, without_ordinal};
use super::vocabulary::{find_stage_words, stage_rank};
use crate::config::Stage;
use crate::model::StageName;
use std::collections::{BTreeMap, BTreeSet};

/// Returns the stages, earliest first. Different spellings of one word (`prod`, `production`) are
/// one stage, named by the more frequent one. A few unknown names among known ones are part of the
/// sequence; if most are unknown, they are clusters or tenants and follow nothing.
pub fn order_stages<'a>(slots: impl Iterator<Item = &'a StagePart>) -> Vec<Stage> {
    let mut spellings: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    let mut ranks: BTreeMap<&str, usize> = BTreeMap::new();
    let mut unknown: BTreeSet<&str> = BTreeSet::new();
    for slot in slots {
        *spellings.entry(&slot.identity).or_default().entry(&slot.label).or_default() += 1;
        ranks.insert(&slot.identity, slot.canonical.map_or_else(|| stage_rank(""), stage_rank));
        if slot.canonical.is_none() && find_stage_words(&slot.label).is_empty() {
            unknown.insert(&slot.identity);
        }
    }
    let mut order: Vec<&str> = spellings.keys().copied().collect();
    order.sort_by_key(|identity| (ranks[identity], *identity));
    if unknown.len() * 2 < order.len() {
        unknown.clear();
    }
    let mut out: Vec<Stage> = Vec::new();
    let mut before: Option<StageName> = None;
    for identity in order {
        let mut words: Vec<(&str, usize)> =
            spellings[identity].iter().map(|(word, count)| (*word, *count)).collect();
        words.sort_by_key(|(word, count)| (std::cmp::Reverse(*count), *word));
        let own = words[0].0;
        let name = StageName::new(without_ordinal(own).unwrap_or(own));
        let apart = unknown.contains(identity);
        let after = before.clone().filter(|_| !apart).into_iter().collect();
        if !apart {
            before = Some(name.clone());
        }
        let others = words.iter().map(|(word, _)| (*word).to_owned());
        let aliases = others.filter(|word| word != name.as_str()).collect();
        out.push(Stage { name, aliases, after, branch: None, line: None });
    }
    out
}

/// Returns the names of the stages, in order.
pub fn stage_labels<'a>(slots: impl Iterator<Item = &'a StagePart>) -> Vec<String> {
    order_stages(slots).iter().map(|stage| stage.name.to_string()).collect()
}

/// Returns every word that names one of these stages, including aliases.
pub fn stage_words(stages: &[Stage]) -> Vec<String> {
    stages
        .iter()
        .flat_map(|stage| std::iter::once(stage.name.to_string()).chain(stage.aliases.clone()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::slot::choose_stage_parts;
    use super::*;

    fn rows(paths: &[&str]) -> Vec<String> {
        let chosen = choose_stage_parts(paths, &|_| std::collections::BTreeSet::new());
        let after = |stage: &Stage| {
            stage.after.iter().map(|after| format!("{after} → ")).collect::<String>()
        };
        order_stages(chosen.slots.iter().flatten())
            .iter()
            .map(|stage| format!("{}{}", after(stage), stage.name))
            .collect()
    }

    #[test]
    fn a_few_unknown_names_are_part_of_the_row() {
        let paths = ["c/dev/i.yaml", "c/prod/i.yaml", "c/qa/i.yaml", "c/att/i.yaml"];
        assert_eq!(rows(&paths), ["dev", "dev → qa", "qa → att", "att → prod"]);
    }

    #[test]
    fn many_unknown_names_come_after_nothing() {
        assert_eq!(rows(&["clusters/red/a.yaml", "clusters/blue/a.yaml"]), ["blue", "red"]);
        assert_eq!(
            rows(&["c/dev/i.yaml", "c/qa/i.yaml", "c/load-a/i.yaml", "c/int-b/i.yaml"])[1],
            "dev → qa"
        );
        let mixed =
            ["a/staging.yaml", "a/prod.yaml", "clusters/red/a.yaml", "clusters/blue/a.yaml"];
        assert_eq!(rows(&mixed), ["blue", "red", "staging", "staging → prod"]);
    }
}
