//! Which part of a path is the stage.
//!
//! Files whose paths differ in nothing but a stage word are twins; the word is the slot. Where a
//! path has several stage words, the one with the most and closest company wins.

use super::vocabulary::{Canonical, Occurrence, meaning, occurrences};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// How much company a slot has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// Only the word itself.
    Word,
    /// Other stages at the same depth below the same top folder.
    Loose,
    /// Other stages in the same folder, in the same shape.
    Sibling,
    /// The same path with another stage.
    Twin,
    /// No known word, but most of its siblings are stages.
    Extended,
}

/// The stage in one path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// Which part of the path.
    pub part: usize,
    /// The label's bytes inside that part.
    pub start: usize,
    pub end: usize,
    /// The repository's own word.
    pub label: String,
    /// What the word means; none for an extended label.
    pub canonical: Option<Canonical>,
    /// The meaning with its number; the label itself for an extended one.
    pub identity: String,
    pub strength: Strength,
}

const CONTAINERS: [&str; 20] = [
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

/// Folders whose children are stages even when no word says so.
const HOLDERS: [&str; 12] = [
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

/// Never a stage, whatever the siblings are.
const SHARED: [&str; 14] = [
    "base",
    "bases",
    "common",
    "shared",
    "default",
    "defaults",
    "global",
    "all",
    "templates",
    "charts",
    "modules",
    "components",
    "lib",
    "_base",
];

/// The slot of each path, where it has one.
pub fn choose(paths: &[&str]) -> Vec<Option<Slot>> {
    let found: Vec<Vec<Occurrence>> = paths.iter().map(|path| occurrences(path)).collect();
    let company = Company::of(paths, &found);
    let mut slots: Vec<Option<Slot>> =
        paths.iter().zip(&found).map(|(path, words)| company.best(path, words)).collect();
    let strong: Vec<bool> = found
        .iter()
        .zip(&slots)
        .map(|(words, slot)| {
            slot.as_ref()
                .is_some_and(|slot| words.iter().any(|w| w.part == slot.part && w.start == slot.start && w.strong))
        })
        .collect();
    extend(paths, &mut slots, &strong);
    for ((slot, strong), path) in slots.iter_mut().zip(&strong).zip(paths) {
        let weak = |slot: &Slot| {
            slot.strength < Strength::Sibling || (slot.strength == Strength::Sibling && !is_whole(path, slot))
        };
        if !strong && slot.as_ref().is_some_and(weak) {
            *slot = None;
        }
    }
    recurring(paths, &mut slots);
    glued(paths, &mut slots);
    held(paths, &mut slots);
    slots
}

fn identity(word: &Occurrence) -> String {
    format!("{}{}", word.canonical, word.number)
}

/// Which stages share a path's shape, seen three ways.
struct Company {
    twins: HashMap<String, BTreeSet<String>>,
    siblings: HashMap<String, BTreeSet<String>>,
    loose: HashMap<String, BTreeSet<String>>,
}

impl Company {
    fn of(paths: &[&str], found: &[Vec<Occurrence>]) -> Self {
        let mut company = Company { twins: HashMap::new(), siblings: HashMap::new(), loose: HashMap::new() };
        for (path, words) in paths.iter().zip(found) {
            for word in words {
                let id = identity(word);
                company.twins.entry(with_holes(path, words, &id)).or_default().insert(id.clone());
                company.siblings.entry(sibling_key(path, word)).or_default().insert(id.clone());
                company.loose.entry(loose_key(path, word)).or_default().insert(id);
            }
        }
        company
    }

    fn best(&self, path: &str, words: &[Occurrence]) -> Option<Slot> {
        let parts: Vec<&str> = path.split('/').collect();
        let scored = words.iter().map(|word| {
            let id = identity(word);
            let count = |map: &HashMap<String, BTreeSet<String>>, key: &str| map.get(key).map_or(0, BTreeSet::len);
            let twins = count(&self.twins, &with_holes(path, words, &id));
            let siblings = count(&self.siblings, &sibling_key(path, word));
            let loose = count(&self.loose, &loose_key(path, word));
            let weigh = |n: usize, by: usize| if n > 1 { n * by } else { 0 };
            let whole = word.start == 0 && word.end == parts[word.part].len();
            let contained = word.part > 0 && CONTAINERS.contains(&parts[word.part - 1].to_ascii_lowercase().as_str());
            let score = 2 * (weigh(twins, 100) + weigh(siblings, 30) + weigh(loose, 5))
                + if whole { 20 } else { 0 }
                + if contained { 16 } else { 0 }
                + if word.strong { 24 } else { 0 }
                + word.part;
            let strength = match (twins > 1, siblings > 1, loose > 1) {
                (true, _, _) => Strength::Twin,
                (_, true, _) => Strength::Sibling,
                (_, _, true) => Strength::Loose,
                _ => Strength::Word,
            };
            (score, strength, word)
        });
        let (_, strength, word) = scored.max_by_key(|(score, _, _)| *score)?;
        Some(Slot {
            part: word.part,
            start: word.start,
            end: word.end,
            label: parts[word.part][word.start..word.end].to_owned(),
            canonical: Some(word.canonical),
            identity: identity(word),
            strength,
        })
    }
}

/// The path with every occurrence of one stage replaced by a hole.
fn with_holes(path: &str, words: &[Occurrence], id: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for (index, part) in path.split('/').enumerate() {
        if index > 0 {
            out.push('/');
        }
        let mut from = 0;
        for word in words.iter().filter(|word| word.part == index && identity(word) == id) {
            out.push_str(&part[from..word.start]);
            out.push('\0');
            from = word.end;
        }
        out.push_str(&part[from..]);
    }
    out
}

fn sibling_key(path: &str, word: &Occurrence) -> String {
    let parts: Vec<&str> = path.split('/').collect();
    let part = parts[word.part];
    let is_file = word.part + 1 == parts.len();
    let suffix = if is_file { &part[word.end..] } else { "" };
    format!("{}\0{}\0{}\0{}", parts[..word.part].join("/"), &part[..word.start], suffix, is_file)
}

fn loose_key(path: &str, word: &Occurrence) -> String {
    let top = if word.part == 0 { "" } else { path.split('/').next().unwrap_or_default() };
    let is_file = path.matches('/').count() == word.part;
    format!("{}\0{top}\0{is_file}\0{}", word.part, word.start > 0)
}

/// A folder, and whether its children here are files.
type Place = (String, bool);

/// Unknown stage names beside known ones: where at least half of the children carry a stage word,
/// every child with a file of the same name joins in.
fn extend(paths: &[&str], slots: &mut [Option<Slot>], strong: &[bool]) {
    let mut members: BTreeMap<Place, Vec<usize>> = BTreeMap::new();
    for (index, slot) in slots.iter().enumerate() {
        if let Some(slot) = slot.as_ref().filter(|slot| slot.strength >= Strength::Sibling) {
            members.entry(place(paths[index], slot.part)).or_default().push(index);
        }
    }
    let below = Below::of(paths, &members);
    let mut joined: Vec<(usize, Slot)> = Vec::new();
    for ((parent, is_file), inside) in members {
        let identities: BTreeSet<&str> =
            inside.iter().filter_map(|i| slots[*i].as_ref()).map(|slot| slot.identity.as_str()).collect();
        if identities.len() < 2 {
            continue;
        }
        let part = if parent.is_empty() { 0 } else { parent.matches('/').count() + 1 };
        let (prefix, suffix) = common_shape(paths, slots, &inside, strong);
        if is_file && prefix.is_empty() && !suffix.trim_start_matches('.').contains(['.', '-', '_']) {
            continue;
        }
        let children = below.children(paths, &parent, is_file, (&prefix, &suffix));
        let known: BTreeSet<&str> = inside.iter().map(|i| part_of(paths[*i], part)).collect();
        let clear = |i: &&usize| strong[**i] || slots[**i].as_ref().is_some_and(|slot| is_whole(paths[**i], slot));
        let clear: BTreeSet<&str> = inside.iter().filter(clear).map(|i| part_of(paths[*i], part)).collect();
        if known.len() * 2 < children.len() || clear.len() * 3 < children.len() {
            continue;
        }
        let rests: HashSet<&str> = inside.iter().map(|i| rest_of(paths[*i], part)).collect();
        for (name, files) in &children {
            let label = &name[prefix.len()..name.len() - suffix.len()];
            if label.is_empty() || SHARED.contains(&label.to_ascii_lowercase().as_str()) {
                continue;
            }
            let same_rest = files.iter().any(|i| rests.contains(rest_of(paths[*i], part)));
            for index in files {
                let keeps_word = slots[*index]
                    .as_ref()
                    .is_some_and(|slot| slot.part == part && (strong[*index] || slot.label == label));
                if same_rest && !keeps_word {
                    joined.push((*index, extended(part, prefix.len(), label)));
                }
            }
        }
    }
    for (index, slot) in joined {
        slots[index] = Some(slot);
    }
}

/// Is the word all there is, but for an extension or a suffix with a sign that files share (`_env`)?
fn is_whole(path: &str, slot: &Slot) -> bool {
    let part = part_of(path, slot.part);
    let behind = &part[slot.end..];
    slot.start == 0 && (behind.is_empty() || behind.starts_with('.') || behind == "_env" || behind == "-env")
}

/// Words that stand before an environment in a file name: `values-idfdev.yaml`.
const BEFORE_ENVIRONMENT: [&str; 4] = ["values", "config", "settings", "env"];

/// `values-<x>.yaml` in many folders: what recurs there is a stage as a whole, known word or not.
fn recurring(paths: &[&str], slots: &mut [Option<Slot>]) {
    let mut folders: HashMap<(&str, &str), BTreeSet<&str>> = HashMap::new();
    let named: Vec<Option<(usize, &str)>> = paths.iter().map(|path| environment_in_name(path)).collect();
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
        let common = labels.get(before).is_some_and(|count| *count >= 2) && folders[&(before, *label)].len() >= 2;
        let part = path.matches('/').count();
        let twin = slots[index]
            .as_ref()
            .is_some_and(|slot| slot.part != part || (slot.strength == Strength::Twin && slot.start == *start));
        if common && !twin && !SHARED.contains(label) {
            let mut slot = extended(part, *start, label);
            if let Some((canonical, number, _)) = meaning(label) {
                slot.canonical = Some(canonical);
                slot.identity = format!("{canonical}{number}");
            }
            slots[index] = Some(slot);
        }
    }
}

/// Where the environment starts in a file name like `values-idfdev.yaml`, and what it is.
fn environment_in_name(path: &str) -> Option<(usize, &str)> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem =
        name.strip_suffix(".yaml").or_else(|| name.strip_suffix(".yml")).or_else(|| name.strip_suffix(".json"))?;
    let word = BEFORE_ENVIRONMENT.iter().find(|word| stem.starts_with(**word))?;
    let rest = stem[word.len()..].strip_prefix(['-', '_', '.'])?;
    (!rest.is_empty()).then_some((word.len() + 1, rest))
}

fn extended(part: usize, start: usize, label: &str) -> Slot {
    Slot {
        part,
        start,
        end: start + label.len(),
        label: label.to_owned(),
        canonical: None,
        identity: label.to_owned(),
        strength: Strength::Extended,
    }
}

fn place(path: &str, part: usize) -> Place {
    let parts: Vec<&str> = path.split('/').collect();
    (parts[..part].join("/"), part + 1 == parts.len())
}

fn part_of(path: &str, part: usize) -> &str {
    path.split('/').nth(part).unwrap_or_default()
}

/// The path behind a part; `""` when the part is the file.
fn rest_of(path: &str, part: usize) -> &str {
    match path.match_indices('/').nth(part) {
        Some((at, _)) => &path[at + 1..],
        None => "",
    }
}

/// What all strong members have before and behind their word.
fn common_shape(paths: &[&str], slots: &[Option<Slot>], inside: &[usize], strong: &[bool]) -> (String, String) {
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

/// The paths below some folders, found in one pass over all paths.
struct Below(HashMap<Place, Vec<usize>>);

impl Below {
    fn of(paths: &[&str], folders: &BTreeMap<Place, Vec<usize>>) -> Self {
        let wanted: HashSet<&str> = folders.keys().map(|(folder, _)| folder.as_str()).collect();
        let mut out: HashMap<Place, Vec<usize>> = HashMap::new();
        for (index, path) in paths.iter().enumerate() {
            let cuts = path.match_indices('/').map(|(at, _)| at);
            for cut in std::iter::once(0).chain(cuts) {
                let rest = path[cut..].trim_start_matches('/');
                if wanted.contains(&path[..cut]) {
                    out.entry((path[..cut].to_owned(), !rest.contains('/'))).or_default().push(index);
                }
            }
        }
        Below(out)
    }

    /// The children of a folder by name, with what lies below each; only those of a shape.
    fn children<'p>(
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
            if name.len() > prefix.len() + suffix.len() && name.starts_with(prefix) && name.ends_with(suffix) {
                out.entry(name).or_default().push(*index);
            }
        }
        out
    }
}

/// A stage word glued to a name without any sign between (`acmeprod`): only where the same name
/// comes with another stage beside it.
fn glued(paths: &[&str], slots: &mut [Option<Slot>]) {
    const WORDS: [&str; 8] = ["development", "production", "staging", "stage", "prod", "prd", "stg", "dev"];
    let mut groups: HashMap<String, Vec<(usize, Slot)>> = HashMap::new();
    for (index, path) in paths.iter().enumerate().filter(|(index, _)| slots[*index].is_none()) {
        for (part, text) in path.split('/').enumerate() {
            let lower = text.to_ascii_lowercase();
            let Some((word, start)) = WORDS.iter().find_map(|word| {
                let at = lower.find(word)?;
                let edge = at == 0 || at + word.len() == lower.len() || lower[at + word.len()..].starts_with('.');
                (edge && lower.len() > word.len()).then_some((*word, at))
            }) else {
                continue;
            };
            let Some((canonical, _, _)) = meaning(word) else { continue };
            let hole = format!("{}\0{}", &text[..start], &text[start + word.len()..]);
            let key = format!("{}\0{hole}", path.split('/').take(part).collect::<Vec<_>>().join("/"));
            let slot = Slot {
                part,
                start,
                end: start + word.len(),
                label: text[start..start + word.len()].to_owned(),
                canonical: Some(canonical),
                identity: canonical.to_owned(),
                strength: Strength::Sibling,
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

/// Children of `environments/`, `clusters/` and the like that hold the same files are stages,
/// whatever they are called.
fn held(paths: &[&str], slots: &mut [Option<Slot>]) {
    let mut rests: HashMap<(String, &str), BTreeSet<&str>> = HashMap::new();
    let mut candidates: Vec<(usize, usize)> = Vec::new();
    for (index, path) in paths.iter().enumerate().filter(|(index, _)| slots[*index].is_none()) {
        let parts: Vec<&str> = path.split('/').collect();
        let holder =
            (0..parts.len().saturating_sub(2)).rfind(|at| HOLDERS.contains(&parts[*at].to_ascii_lowercase().as_str()));
        let Some(part) = holder.map(|at| at + 1) else { continue };
        if SHARED.contains(&parts[part].to_ascii_lowercase().as_str()) {
            continue;
        }
        rests.entry((parts[..part].join("/"), rest_of(path, part))).or_default().insert(parts[part]);
        candidates.push((index, part));
    }
    let taken: HashSet<String> = slots
        .iter()
        .enumerate()
        .filter_map(|(i, slot)| slot.as_ref().map(|slot| place(paths[i], slot.part).0))
        .collect();
    let mut shared: HashMap<String, BTreeSet<&str>> = HashMap::new();
    for ((parent, _), names) in rests {
        if names.len() > 1 {
            shared.entry(parent).or_default().extend(names);
        }
    }
    for (index, part) in candidates {
        let parent = place(paths[index], part).0;
        let name = part_of(paths[index], part);
        if !taken.contains(&parent) && shared.get(&parent).is_some_and(|names| names.contains(name)) {
            slots[index] = Some(extended(part, 0, name));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slots(paths: &[&str]) -> Vec<String> {
        choose(paths)
            .iter()
            .map(|slot| slot.as_ref().map_or("-".into(), |s| format!("{}@{} {:?}", s.label, s.part, s.strength)))
            .collect()
    }

    #[test]
    fn the_word_with_company_wins() {
        assert_eq!(
            slots(&[
                "components/integration/development/k.yaml",
                "components/integration/production/k.yaml",
                "components/web/production/k.yaml",
                "components/web/development/k.yaml"
            ]),
            ["development@2 Twin", "production@2 Twin", "production@2 Twin", "development@2 Twin"]
        );
        assert_eq!(slots(&["prod/values-prod.yaml", "staging/values-staging.yaml"]), ["prod@0 Twin", "staging@0 Twin"]);
    }

    #[test]
    fn unknown_names_join_known_ones() {
        assert_eq!(
            slots(&["c/dev/i.yaml", "c/prod/i.yaml", "c/qa/i.yaml", "c/att/i.yaml", "c/base/i.yaml"]),
            ["dev@1 Twin", "prod@1 Twin", "qa@1 Twin", "att@1 Extended", "-"]
        );
        assert_eq!(
            slots(&["d/uat_env/.env", "d/test_env/.env", "d/benin-demo_env/.env", "d/x_env/.env"]),
            ["uat@1 Twin", "test@1 Twin", "benin-demo@1 Extended", "x@1 Extended"]
        );
        assert_eq!(slots(&["a/dev.yaml", "a/prod.yaml", "a/Chart.yaml"]), ["dev@1 Twin", "prod@1 Twin", "-"]);
    }

    #[test]
    fn a_weak_word_alone_is_none() {
        assert_eq!(slots(&["a/demo/x.yaml", "b/y.yaml"]), ["-", "-"]);
        assert_eq!(slots(&["Pulumi.prod.yaml"]), ["prod@0 Word"]);
    }

    #[test]
    fn glued_words_need_their_counterpart() {
        assert_eq!(
            slots(&["sites/acmedev/v.yaml", "sites/acmeprod/v.yaml", "sites/products/v.yaml"]),
            ["dev@1 Sibling", "prod@1 Sibling", "-"]
        );
    }

    #[test]
    fn children_of_a_holder_are_stages() {
        assert_eq!(
            slots(&["clusters/red/a.yaml", "clusters/blue/a.yaml", "x/red/a.yaml"]),
            ["red@1 Extended", "blue@1 Extended", "-"]
        );
    }
}
