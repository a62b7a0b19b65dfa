//! The documents of a file, on both sides of a change, and the texts within them.

use super::difference::{TooLarge, TreeDifference, TreeLeaf, find_differences};
use super::replacements::judge_replacement;
use super::{Judge, Proof, UnprovenPlace, operations};
use crate::yaml::{self, YamlStream, YamlValue};
use std::collections::HashMap;

/// An object's group and version, kind, namespace and name.
type ObjectKey<'y> = (&'y str, &'y str, &'y str, &'y str);

/// The roots of a file's documents, on one side.
fn roots(stream: Option<&YamlStream>) -> Vec<YamlValue<'_>> {
    stream.into_iter().flat_map(|stream| &stream.documents).filter_map(|one| one.root()).collect()
}

/// Judges the differences between the first documents of two texts.
pub(super) fn judge_first(
    judge: &Judge<'_>,
    (before, after): (Option<&YamlStream>, Option<&YamlStream>),
    of_difference: &dyn Fn(&TreeDifference) -> Proof,
) -> Vec<UnprovenPlace> {
    let (was, is) = (roots(before), roots(after));
    let mut out = Vec::new();
    for at in 0..was.len().max(is.len()) {
        let found = find_differences(was.get(at).copied(), is.get(at).copied());
        out.extend(judge.all(found, of_difference));
    }
    out
}

/// Judges the objects of two texts, each against the one of the same kind and name.
pub(super) fn judge_objects(
    judge: &Judge<'_>,
    (before, after): (Option<&YamlStream>, Option<&YamlStream>),
    kind: &str,
) -> Vec<UnprovenPlace> {
    let (was, is) = (objects(&roots(before)), objects(&roots(after)));
    let mut left: HashMap<ObjectKey<'_>, Vec<YamlValue<'_>>> = HashMap::new();
    for object in was.iter().rev() {
        left.entry(key_of(*object)).or_default().push(*object);
    }
    let mut out = Vec::new();
    for object in &is {
        let known = left.get_mut(&key_of(*object)).and_then(Vec::pop);
        out.extend(judge_pair(judge, known, Some(*object), kind));
    }
    let mut gone: Vec<YamlValue<'_>> = left.into_values().flatten().collect();
    gone.sort_by_key(|object| object.line());
    out.extend(gone.into_iter().flat_map(|object| judge_pair(judge, Some(object), None, kind)));
    out
}

fn judge_pair(
    judge: &Judge<'_>,
    before: Option<YamlValue<'_>>,
    after: Option<YamlValue<'_>>,
    kind: &str,
) -> Vec<UnprovenPlace> {
    let Some(one) = after.or(before) else { return Vec::new() };
    let differences = find_differences(before, after);
    if one.is_sequence() {
        return operations::judge_operations(judge, (before, after), differences, kind);
    }
    let own = one.str_at(&["kind"]).unwrap_or(kind);
    let version = one.str_at(&["apiVersion"]).unwrap_or_default();
    let is_replacement = own.is_empty() && one.get("targets").is_some();
    judge.all(differences, &|difference| match is_replacement {
        true => judge_replacement(before, after),
        false => (judge.of_object)(version, own, difference, judge),
    })
}

/// The objects of documents; those of a list each for itself.
fn objects<'y>(roots: &[YamlValue<'y>]) -> Vec<YamlValue<'y>> {
    let mut out = Vec::new();
    for root in roots {
        let is_list = root.str_at(&["kind"]).is_some_and(|kind| kind.ends_with("List"));
        match root.get("items").filter(|items| is_list && items.is_sequence()) {
            Some(items) => out.extend(items.items()),
            None => out.push(*root),
        }
    }
    out
}

fn key_of(object: YamlValue<'_>) -> ObjectKey<'_> {
    let text = |keys: &[&str]| object.str_at(keys).unwrap_or_default();
    (
        text(&["apiVersion"]),
        text(&["kind"]),
        text(&["metadata", "namespace"]),
        text(&["metadata", "name"]),
    )
}

/// Judges the texts at a place, which are values themselves.
pub(super) fn judge_embedded(
    judge: &Judge<'_>,
    difference: &TreeDifference,
    of_difference: &dyn Fn(&TreeDifference) -> Proof,
) -> Proof {
    within(judge, difference, &|judge, texts| judge_first(judge, texts, of_difference))
}

/// Judges the texts at a place, which are patches of objects of a kind.
pub(super) fn judge_embedded_patch(
    judge: &Judge<'_>,
    difference: &TreeDifference,
    kind: &str,
) -> Proof {
    within(judge, difference, &|judge, texts| judge_objects(judge, texts, kind))
}

type StreamPair<'y> = (Option<&'y YamlStream>, Option<&'y YamlStream>);

fn within(
    judge: &Judge<'_>,
    difference: &TreeDifference,
    judge_texts: &dyn Fn(&Judge<'_>, StreamPair<'_>) -> Vec<UnprovenPlace>,
) -> Proof {
    let read = |leaf: &Option<TreeLeaf>| match leaf {
        Some(leaf) => yaml::parse(&leaf.text).map(Some),
        None => Ok(None),
    };
    let line = |leaf: &Option<TreeLeaf>| leaf.as_ref().map_or(0, |leaf| leaf.line);
    let (Ok(before), Ok(after)) = (read(&difference.before), read(&difference.after)) else {
        return Proof::unproven("this text cannot be read");
    };
    let places = judge.places.within(line(&difference.before), line(&difference.after));
    let inner = Judge { places: &places, ..*judge };
    let found = judge_texts(&inner, (before.as_ref(), after.as_ref()));
    found
        .into_iter()
        .next()
        .map_or(Proof::Harmless("a text of harmless values"), |one| Proof::Unproven(one.why))
}

/// The place to name for a tree that is too large.
pub(super) fn too_large(_: TooLarge) -> UnprovenPlace {
    let why = "it is too large to compare".to_owned();
    UnprovenPlace { keys: String::new(), line: None, why }
}
