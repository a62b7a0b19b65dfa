//! Stages that are keys inside a file: `images: {dev: {tag: …}, prod: {tag: …}}`.

use super::classify::{CandidateSources, detect_sources, key_template};
use super::family::is_generic;
use super::files;
use super::layout::find_layouts;
use super::slot::StagePart;
use super::{DraftConfig, stages};
use crate::config::{NameTemplate, SourceRule};
use crate::model::{Confidence, KeyTemplate, SourceKind};
use crate::source::SnapshotReader;
use crate::source::convention::{self, KeySyntax, TELLING};
use crate::source::leaf::{KEY_SEPARATOR, Leaf};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// A version below a key that is a stage.
struct KeyedVersion {
    keys: Vec<String>,
    /// Index of the stage among the keys.
    at: usize,
    slot: StagePart,
    strong: bool,
    score: u8,
    text: String,
    /// The sibling key with the image's name, if there is one.
    image: Option<String>,
}

impl KeyedVersion {
    /// Returns the keys with the stage replaced by a placeholder; twins have the same.
    fn keys_with_hole(&self) -> Vec<&str> {
        self.keys
            .iter()
            .enumerate()
            .map(|(at, key)| if at == self.at { "\0" } else { key.as_str() })
            .collect()
    }
}

/// Returns stages and rules if files without a stage in their paths contain stages as keys.
pub(super) fn find_key_stages(paths: &[&str], reader: &SnapshotReader<'_>) -> Option<DraftConfig> {
    let mut slots = Vec::new();
    let mut found: BTreeMap<(SourceKind, FileKeyTemplates), Vec<&str>> = BTreeMap::new();
    for path in paths.iter().filter(|path| !files::is_aside(path) && !files::is_hcl(path)) {
        let is_tree = matches!(detect_sources(path, reader), CandidateSources::Tree);
        if !is_tree && !is_application_set(path, reader) {
            continue;
        }
        let Some(leaves) = reader.read_leaves(path) else { continue };
        let pinned = keep_twins(find_keyed_versions(path, &leaves));
        if pinned.is_empty() {
            continue;
        }
        let kind = if path.ends_with(".json") { SourceKind::Json } else { SourceKind::Yaml };
        found.entry((kind, key_templates(&pinned))).or_default().push(path);
        slots.extend(pinned.into_iter().map(|pinned| pinned.slot));
    }
    let stages = stages::order_stages(slots.iter());
    let words = stages::stage_words(&stages);
    let mut rules = Vec::new();
    for ((kind, keys), members) in found {
        let mine: HashSet<&str> = members.iter().copied().collect();
        let others = paths.iter().copied().filter(|path| !mine.contains(path)).collect();
        for layout in find_layouts(kind, &members, &others) {
            let app = if layout.names_app() || keys.names_app {
                None
            } else {
                Some(app_of(&layout.template, &layout.fallback))
            };
            rules.extend(
                build_rule(kind, &layout.template, app, &keys, layout.names_app(), &words)
                    .map(|rule| (rule, layout.count)),
            );
        }
    }
    (!rules.is_empty()).then_some(DraftConfig { stages, rules })
}

/// True if the file may hold an Argo CD `ApplicationSet`, whose generators can list stages.
fn is_application_set(path: &str, reader: &SnapshotReader<'_>) -> bool {
    reader.read_text(path).is_some_and(|text| text.contains("kind: ApplicationSet"))
}

/// Finds the values below a stage's key that look like versions when that key is removed.
fn find_keyed_versions(path: &str, leaves: &[Leaf]) -> Vec<KeyedVersion> {
    let stem = path.rsplit('/').next().unwrap_or(path).split('.').next().unwrap_or_default();
    let mut by_stage: BTreeMap<String, (Vec<Leaf>, Vec<KeyedVersion>)> = BTreeMap::new();
    for leaf in leaves {
        let keys: Vec<String> = leaf.keys().map(str::to_owned).collect();
        let Some((at, slot, strong)) = stage_key(&keys) else { continue };
        let mut without = keys.clone();
        without.remove(at);
        if without.is_empty() {
            without.push(stem.to_owned());
        }
        let copy = Leaf { path: without.join(&KEY_SEPARATOR.to_string()).into(), ..leaf.clone() };
        let text = leaf.text.to_string();
        let stage = by_stage.entry(slot.label.clone()).or_default();
        stage.0.push(copy);
        stage.1.push(KeyedVersion { keys, at, slot, strong, score: 0, text, image: None });
    }
    let mut out = Vec::new();
    for (leaves, all) in by_stage.into_values() {
        let pins = convention::find_version_leaves(&leaves, KeySyntax::Tree);
        let scores: BTreeMap<usize, (u8, bool)> =
            pins.into_iter().map(|pin| (pin.leaf, (pin.score, pin.image.is_some()))).collect();
        for (index, pinned) in all.into_iter().enumerate() {
            let Some((score, named)) = scores.get(&index) else { continue };
            let image = if *named && pinned.keys.len() > pinned.at + 1 {
                naming_key(&leaves[index], &leaves)
            } else {
                None
            };
            out.push(KeyedVersion {
                score: *score,
                image: image.filter(|key| Some(key) != pinned.keys.last()),
                ..pinned
            });
        }
    }
    out
}

/// Returns the key next to a leaf that names its image.
fn naming_key(leaf: &Leaf, leaves: &[Leaf]) -> Option<String> {
    let is_beside = |name: &&str| {
        leaves.iter().any(|other| {
            other.document == leaf.document
                && other.parent() == leaf.parent()
                && other.last() == *name
        })
    };
    ["repository", "image", "newName", "name"].into_iter().find(is_beside).map(str::to_owned)
}

/// Returns the key that is a stage: the first unambiguous word, or else the first possible one.
fn stage_key(keys: &[String]) -> Option<(usize, StagePart, bool)> {
    let found = |(at, key): (usize, &String)| {
        let (slot, strong) = StagePart::of_word(key.trim_start_matches('[').trim_end_matches(']'))?;
        Some((at, slot, strong))
    };
    let all: Vec<_> = keys.iter().enumerate().filter_map(found).collect();
    all.iter().find(|(_, _, strong)| *strong).or(all.first()).cloned()
}

/// Keeps the versions whose keys exist for at least two stages, one of them an unambiguous word.
/// Less telling keys count only if some stage of the file differs.
fn keep_twins(mut pinned: Vec<KeyedVersion>) -> Vec<KeyedVersion> {
    let mut stages: BTreeMap<Vec<String>, (BTreeSet<String>, BTreeSet<String>, bool)> =
        BTreeMap::new();
    let hole = |pinned: &KeyedVersion| {
        pinned.keys_with_hole().into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    for one in &pinned {
        let seen = stages.entry(hole(one)).or_default();
        seen.0.insert(one.slot.identity.clone());
        seen.1.insert(one.text.clone());
        seen.2 |= one.strong;
    }
    let differ = stages.values().any(|(stages, texts, _)| stages.len() > 1 && texts.len() > 1);
    pinned.retain(|one| {
        let (stages, _, strong) = &stages[&hole(one)];
        stages.len() > 1 && *strong && (one.score >= TELLING || differ)
    });
    pinned
}

/// Key templates of one file, for versions and for image names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct FileKeyTemplates {
    tags: BTreeSet<String>,
    images: BTreeSet<String>,
    names_app: bool,
}

/// Returns the few templates that match all these keys. The varying part is the app; a second
/// varying part is the target.
fn key_templates(pinned: &[KeyedVersion]) -> FileKeyTemplates {
    let mut groups: BTreeMap<(usize, usize, Option<&str>), Vec<&KeyedVersion>> = BTreeMap::new();
    for one in pinned {
        let last = one
            .keys
            .last()
            .map(String::as_str)
            .filter(|key| convention::component_name(key).is_none());
        groups.entry((one.keys.len(), one.at, last)).or_default().push(one);
    }
    let mut keys =
        FileKeyTemplates { tags: BTreeSet::new(), images: BTreeSet::new(), names_app: false };
    for ((length, at, _), group) in groups {
        let roles = key_roles(length, at, &group);
        keys.names_app |= roles.iter().any(|role| role.as_deref() == Some("{app}"));
        for one in group {
            keys.tags.extend(role_template(&one.keys, &roles));
            if let Some(image) = &one.image {
                let beside: Vec<String> =
                    one.keys[..length - 1].iter().cloned().chain([image.clone()]).collect();
                keys.images.extend(role_template(&beside, &roles));
            }
        }
    }
    keys
}

/// Writes keys as a template, with a placeholder for each that has a role.
fn role_template(keys: &[String], roles: &[Option<String>]) -> Option<String> {
    let parts = keys.iter().zip(roles).map(|(key, role)| match role {
        Some(role) if key.starts_with('[') => Some(format!("[{role}]")),
        Some(role) => Some(role.clone()),
        None => key_template(key),
    });
    let parts: Option<Vec<String>> = parts.collect();
    parts.map(|parts| parts.join(".").replace(".[", "["))
}

/// Assigns a role to each key of a group: the stage, the app, the target, or `None` for itself.
fn key_roles(length: usize, at: usize, group: &[&KeyedVersion]) -> Vec<Option<String>> {
    let varies = |i: &usize| *i != at && group.iter().any(|one| one.keys[*i] != group[0].keys[*i]);
    let telling = |i: &usize| {
        let key = &group[0].keys[*i];
        let is_named = !convention::is_place(key) && convention::component_name(key).is_some();
        *i != at && is_named && !is_generic(key) && !is_holder(key)
    };
    let varying: Vec<usize> = (0..length).filter(varies).collect();
    let app = varying.last().copied().or_else(|| (0..length).rev().find(telling));
    let target = varying.iter().copied().find(|i| Some(*i) != app);
    (0..length)
        .map(|i| match i {
            i if i == at => Some("{stage}".to_owned()),
            i if Some(i) == app => Some("{app}".to_owned()),
            i if Some(i) == target => Some("{target}".to_owned()),
            i if varying.contains(&i) => Some("*".to_owned()),
            _ => None,
        })
        .collect()
}

/// True for a key that contains stages or apps but names none.
fn is_holder(key: &str) -> bool {
    const HOLDERS: [&str; 16] = [
        "apps",
        "services",
        "environments",
        "envs",
        "stages",
        "sites",
        "clusters",
        "deployments",
        "components",
        "releases",
        "generators",
        "elements",
        "list",
        "items",
        "matrix",
        "merge",
    ];
    HOLDERS.contains(&key.to_ascii_lowercase().as_str())
}

/// Returns the name of an app that neither path nor keys name: the file's, unless that is generic.
fn app_of(path: &str, folder: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = name.split('.').find(|piece| !piece.is_empty()).unwrap_or(name);
    if is_generic(stem) || is_holder(stem) { folder.to_owned() } else { stem.to_owned() }
}

fn build_rule(
    kind: SourceKind,
    path: &str,
    app: Option<String>,
    keys: &FileKeyTemplates,
    path_names_app: bool,
    words: &[String],
) -> Option<SourceRule> {
    let mut rule = SourceRule::new(kind, path, words).ok()?;
    if let Some(app) = app {
        rule.app = NameTemplate::new(app);
    }
    rule.tags = parse_keys(&keys.tags, path_names_app, words);
    rule.images = parse_keys(&keys.images, path_names_app, words);
    rule.confidence = Confidence::Medium;
    (!rule.tags.is_empty()).then_some(rule)
}

/// Parses key templates. Where the path names the app, what the keys name is a component.
fn parse_keys(keys: &BTreeSet<String>, path_names_app: bool, words: &[String]) -> Vec<KeyTemplate> {
    let inner = |key: &String| {
        if path_names_app { key.replace("{app}", "{component}") } else { key.clone() }
    };
    keys.iter().filter_map(|key| KeyTemplate::parse(&inner(key), words).ok()).collect()
}
