//! Stage words joined to a name: `acmeprod` next to `acmedev`.

use super::super::vocabulary::word_meaning;
use super::{StagePart, StageStrength};
use std::collections::{BTreeSet, HashMap};

/// Stage words that are looked for inside of names, longer ones first.
const WORDS: [&str; 8] =
    ["development", "production", "staging", "stage", "prod", "prd", "stg", "dev"];

/// Marks stage words that are joined to a name without a separator (`acmeprod`), if the same name
/// occurs with another stage next to it.
pub(super) fn mark_glued_words(paths: &[&str], slots: &mut [Option<StagePart>]) {
    let mut groups: HashMap<String, Vec<(usize, StagePart)>> = HashMap::new();
    for (index, path) in paths.iter().enumerate().filter(|(index, _)| slots[*index].is_none()) {
        for (part, text) in path.split('/').enumerate() {
            let Some((word, start)) = find_glued_word(text) else { continue };
            let Some((canonical, _, _)) = word_meaning(word) else { continue };
            let hole = format!("{}\0{}", &text[..start], &text[start + word.len()..]);
            let key =
                format!("{}\0{hole}", path.split('/').take(part).collect::<Vec<_>>().join("/"));
            let slot = StagePart {
                part,
                start,
                end: start + word.len(),
                label: text[start..start + word.len()].to_owned(),
                canonical: Some(canonical),
                identity: canonical.to_owned(),
                strength: StageStrength::Sibling,
            };
            groups.entry(key).or_default().push((index, slot));
        }
    }
    for (_, group) in groups {
        let stages: BTreeSet<&str> = group.iter().map(|(_, slot)| slot.identity.as_str()).collect();
        if stages.len() < 2 {
            continue;
        }
        for (index, slot) in group {
            slots[index].get_or_insert(slot);
        }
    }
}

/// Returns the stage word at an edge of a longer name, and where it starts.
fn find_glued_word(name: &str) -> Option<(&'static str, usize)> {
    let lower = name.to_ascii_lowercase();
    WORDS.iter().find_map(|word| {
        let at = lower.find(word)?;
        let edge =
            at == 0 || at + word.len() == lower.len() || lower[at + word.len()..].starts_with('.');
        (edge && lower.len() > word.len()).then_some((*word, at))
    })
}
