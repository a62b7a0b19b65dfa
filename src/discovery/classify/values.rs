//! Values files: a telling key suffices; other keys need a twin in another stage that differs.

use super::super::family::VersionedFile;
use super::super::slot::StageStrength;
use super::{ClassifiedFiles, StagedFile, key_template};
use crate::model::{Confidence, SourceKind};
use crate::source::SnapshotReader;
use crate::source::convention::{self, KeySyntax, TELLING};
use crate::source::leaf::Leaf;
use std::collections::{BTreeSet, HashMap};

/// A value that may be a version.
struct ValueCandidate {
    file: usize,
    score: u8,
    path: Box<str>,
    text: Box<str>,
    component: Option<String>,
    nameless: bool,
}

/// Classifies the values files.
pub(super) fn classify_values(
    files: &[&StagedFile<'_>],
    reader: &SnapshotReader<'_>,
    out: &mut ClassifiedFiles,
) {
    let all = find_candidates(files, reader);
    let mut twins: HashMap<(String, &str), (BTreeSet<&str>, usize)> = HashMap::new();
    let holes: Vec<String> = files.iter().map(|file| path_with_hole(file)).collect();
    for value in &all {
        let twin = twins.entry((holes[value.file].clone(), &value.path)).or_default();
        twin.0.insert(&value.text);
        twin.1 += 1;
    }
    let mut by_file: HashMap<usize, Vec<&ValueCandidate>> = HashMap::new();
    for value in &all {
        by_file.entry(value.file).or_default().push(value);
    }
    for (index, file) in files.iter().enumerate() {
        let Some(values) = by_file.get(&index) else { continue };
        let judge = |value: &ValueCandidate| {
            let (texts, count) = &twins[&(holes[index].clone(), &*value.path)];
            rate_confidence(value.score, file, *count > 1, texts.len() > 1)
        };
        place_values(file, values, &judge, out);
    }
}

/// Finds the values that look like versions.
fn find_candidates(files: &[&StagedFile<'_>], reader: &SnapshotReader<'_>) -> Vec<ValueCandidate> {
    let mut all: Vec<ValueCandidate> = Vec::new();
    for (index, file) in files.iter().enumerate() {
        let Some(leaves) = reader.leaves_or_scan(file.path) else { continue };
        for pin in convention::find_version_leaves(&leaves, KeySyntax::Tree) {
            let leaf = &leaves[pin.leaf];
            if pin.score < TELLING && pin.image.is_none() && is_by_place(leaf) {
                continue;
            }
            let component = convention::component_of(&leaf.path, pin.image.as_deref());
            let nameless = pin.image.is_none() && component.is_none();
            all.push(ValueCandidate {
                file: index,
                score: pin.score,
                path: leaf.path.clone(),
                text: leaf.text.clone(),
                component,
                nameless,
            });
        }
    }
    all
}

/// True for a value in an unnamed list element. Another stage's file, or a later revision, may have
/// a different element at that position.
fn is_by_place(leaf: &Leaf) -> bool {
    leaf.keys().any(convention::is_place)
}

/// Returns the path with the stage's word replaced by a placeholder.
fn path_with_hole(file: &StagedFile<'_>) -> String {
    let parts = file.path.split('/').enumerate().map(|(at, part)| {
        if at == file.slot.part {
            format!("{}\0{}", &part[..file.slot.start], &part[file.slot.end..])
        } else {
            part.replace(&file.slot.label, "\0")
        }
    });
    parts.collect::<Vec<_>>().join("/")
}

/// Rates how likely a value is a version of this stage.
fn rate_confidence(score: u8, file: &StagedFile<'_>, twin: bool, differs: bool) -> Confidence {
    let strength = file.slot.strength;
    let name = file.path.rsplit('/').next().unwrap_or(file.path);
    let stem = name.split('.').find(|piece| !piece.is_empty()).unwrap_or(name);
    let telling_name =
        ["version", "versions", "tag", "tags", "image", "images", "release", "releases"]
            .iter()
            .any(|end| stem.ends_with(end));
    let fine = match score {
        8.. => true,
        TELLING..8 => strength > StageStrength::Word || differs,
        5 => differs || twin || strength >= StageStrength::Sibling,
        3..5 => differs || (telling_name && twin),
        _ => telling_name && twin,
    };
    match (fine, score) {
        (true, 8..) => Confidence::High,
        (true, _) => Confidence::Medium,
        (false, _) => Confidence::Low,
    }
}

fn place_values(
    file: &StagedFile<'_>,
    values: &[&ValueCandidate],
    judge: &dyn Fn(&ValueCandidate) -> Confidence,
    out: &mut ClassifiedFiles,
) {
    let kind = if file.path.ends_with(".json") { SourceKind::Json } else { SourceKind::HelmValues };
    let judged: Vec<(&ValueCandidate, Confidence)> =
        values.iter().map(|value| (*value, judge(value))).collect();
    let telling: Vec<_> = judged.iter().filter(|(value, _)| value.score >= TELLING).collect();
    let clear =
        !telling.is_empty() && telling.iter().all(|(_, confidence)| *confidence > Confidence::Low);
    let components: BTreeSet<String> =
        judged.iter().map(|(value, _)| value.component.clone().unwrap_or_default()).collect();
    let placed = |kind, keys: Vec<String>, confidence, nameless| VersionedFile {
        subject: file.path.to_owned(),
        slot: file.slot.clone(),
        kind,
        keys,
        confidence,
        components: components.clone(),
        nameless,
    };
    if clear {
        let confidence =
            telling.iter().map(|(_, confidence)| *confidence).max().unwrap_or(Confidence::Medium);
        let nameless = telling.iter().any(|(value, _)| value.nameless);
        out.sure.push(placed(kind, Vec::new(), confidence, nameless));
    }
    let tree = if kind == SourceKind::Json { kind } else { SourceKind::Yaml };
    let rest = judged.iter().filter(|(value, _)| !clear || value.score < TELLING);
    let (sure, unsure, nameless) = split_keys(rest);
    if !sure.is_empty() {
        out.sure.push(placed(tree, sure.into_iter().collect(), Confidence::Medium, nameless));
    }
    if !unsure.is_empty() {
        out.unsure.push(placed(tree, unsure.into_iter().collect(), Confidence::Low, false));
    }
}

/// Splits the keys of values into sure and unsure ones. True with them if a sure one is nameless.
fn split_keys<'v>(
    judged: impl Iterator<Item = &'v (&'v ValueCandidate, Confidence)>,
) -> (BTreeSet<String>, BTreeSet<String>, bool) {
    let (mut sure, mut unsure) = (BTreeSet::new(), BTreeSet::new());
    let mut nameless = false;
    for (value, confidence) in judged {
        let Some(key) = key_template(&value.path) else { continue };
        if *confidence > Confidence::Low {
            nameless |= value.nameless;
            sure.insert(key);
        } else if value.score >= 3 {
            unsure.insert(key);
        }
    }
    (sure, unsure, nameless)
}
