//! Counts the stages that share a path's shape, and picks the stage word with the most peers.

use super::super::vocabulary::StageWord;
use super::{StagePart, StageStrength};
use std::collections::{BTreeSet, HashMap};

pub(super) const CONTAINERS: [&str; 20] = [
    "environment",
    "environments",
    "env",
    "envs",
    "stage",
    "stages",
    "overlay",
    "overlays",
    "cluster",
    "clusters",
    "deploy",
    "deployment",
    "deployments",
    "config",
    "configs",
    "values",
    "image-tags",
    "tenants",
    "instances",
    "landscapes",
];

/// The stages that share a path's shape, at three levels of closeness.
pub(super) struct PeerStages {
    twins: HashMap<String, BTreeSet<String>>,
    siblings: HashMap<String, BTreeSet<String>>,
    loose: HashMap<String, BTreeSet<String>>,
}

impl PeerStages {
    pub(super) fn of(paths: &[&str], found: &[Vec<StageWord>]) -> Self {
        let mut company =
            PeerStages { twins: HashMap::new(), siblings: HashMap::new(), loose: HashMap::new() };
        for (path, words) in paths.iter().zip(found) {
            for word in words {
                let id = word_identity(word);
                company.twins.entry(with_holes(path, words, &id)).or_default().insert(id.clone());
                company.siblings.entry(sibling_key(path, word)).or_default().insert(id.clone());
                company.loose.entry(loose_key(path, word)).or_default().insert(id);
            }
        }
        company
    }

    pub(super) fn best_stage_part(&self, path: &str, words: &[StageWord]) -> Option<StagePart> {
        let parts: Vec<&str> = path.split('/').collect();
        // `ci` of `acme-ci-prod` is part of a name: of the words in one part, a clear one counts.
        let is_clear = |word: &&StageWord| {
            word.strong || !words.iter().any(|other| other.strong && other.part == word.part)
        };
        let scored = words.iter().filter(is_clear).map(|word| {
            let id = word_identity(word);
            let count = |map: &HashMap<String, BTreeSet<String>>, key: &str| {
                map.get(key).map_or(0, BTreeSet::len)
            };
            let twins = count(&self.twins, &with_holes(path, words, &id));
            let siblings = count(&self.siblings, &sibling_key(path, word));
            let loose = count(&self.loose, &loose_key(path, word));
            let weigh = |n: usize, by: usize| if n > 1 { n * by } else { 0 };
            let whole = word.start == 0 && word.end == parts[word.part].len();
            let contained = word.part > 0
                && CONTAINERS.contains(&parts[word.part - 1].to_ascii_lowercase().as_str());
            let score = 2 * (weigh(twins, 100) + weigh(siblings, 30) + weigh(loose, 5))
                + if whole { 20 } else { 0 }
                + if contained { 16 } else { 0 }
                + if word.strong { 24 } else { 0 }
                + word.part;
            let strength = match (twins > 1, siblings > 1, loose > 1) {
                (true, _, _) => StageStrength::Twin,
                (_, true, _) => StageStrength::Sibling,
                (_, _, true) => StageStrength::Loose,
                _ => StageStrength::Word,
            };
            (score, strength, word)
        });
        let (_, strength, word) = scored.max_by_key(|(score, _, _)| *score)?;
        Some(StagePart {
            part: word.part,
            start: word.start,
            end: word.end,
            label: parts[word.part][word.start..word.end].to_owned(),
            canonical: Some(word.canonical),
            identity: word_identity(word),
            strength,
        })
    }
}

fn word_identity(word: &StageWord) -> String {
    format!("{}{}", word.canonical, word.number)
}

/// Returns the path with every occurrence of one stage replaced by a placeholder.
fn with_holes(path: &str, words: &[StageWord], id: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for (index, part) in path.split('/').enumerate() {
        if index > 0 {
            out.push('/');
        }
        let mut from = 0;
        for word in words.iter().filter(|word| word.part == index && word_identity(word) == id) {
            out.push_str(&part[from..word.start]);
            out.push('\0');
            from = word.end;
        }
        out.push_str(&part[from..]);
    }
    out
}

fn sibling_key(path: &str, word: &StageWord) -> String {
    let parts: Vec<&str> = path.split('/').collect();
    let part = parts[word.part];
    let is_file = word.part + 1 == parts.len();
    let suffix = if is_file { &part[word.end..] } else { "" };
    format!("{}\0{}\0{}\0{}", parts[..word.part].join("/"), &part[..word.start], suffix, is_file)
}

fn loose_key(path: &str, word: &StageWord) -> String {
    let top = if word.part == 0 { "" } else { path.split('/').next().unwrap_or_default() };
    let is_file = path.matches('/').count() == word.part;
    format!("{}\0{top}\0{is_file}\0{}", word.part, word.start > 0)
}
