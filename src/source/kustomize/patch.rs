//! Strategic merge patches, as far as they affect images (kustomize `kyaml/yaml/merge2`).

use super::manifest::{Manifest, ManifestNode, is_container_list};
use std::rc::Rc;

/// Built-in kinds whose container lists merge by name; in other kinds a list is replaced.
const WORKLOADS: [&str; 9] = [
    "Pod",
    "PodTemplate",
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "ReplicaSet",
    "ReplicationController",
    "Job",
    "CronJob",
];

/// Whether an object still exists after a patch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PatchOutcome {
    Kept,
    Deleted,
}

/// Merges a patch into an object.
pub(super) fn merge_patch(object: &mut Manifest, patch: &Manifest) -> PatchOutcome {
    let by_name = WORKLOADS.contains(&object.kind.as_str());
    match patch.body.text_at("$patch") {
        Some("delete") => return PatchOutcome::Deleted,
        Some("replace") => object.body = Rc::new(strip_instructions(&patch.body)),
        _ if matches!(*patch.body, ManifestNode::Other) => {}
        _ => merge_node(Rc::make_mut(&mut object.body), &patch.body, by_name),
    }
    add_texts(&mut object.labels, &patch.labels);
    add_texts(&mut object.annotations, &patch.annotations);
    PatchOutcome::Kept
}

/// Sets these texts in a mapping.
pub(super) fn add_texts(into: &mut Vec<(String, String)>, from: &[(String, String)]) {
    for (key, text) in from {
        into.retain(|(known, _)| known != key);
        into.push((key.clone(), text.clone()));
    }
}

fn merge_node(into: &mut ManifestNode, patch: &ManifestNode, by_name: bool) {
    let ManifestNode::Map(changes) = patch else {
        *into = strip_instructions(patch);
        return;
    };
    if !matches!(into, ManifestNode::Map(_)) {
        *into = ManifestNode::Map(Vec::new());
    }
    if patch.text_at("$patch") == Some("replace") {
        *into = strip_instructions(patch);
        return;
    }
    let ManifestNode::Map(pairs) = into else { return };
    for (key, change) in changes.iter().filter(|(key, _)| &**key != "$patch") {
        let deleted =
            matches!(change, ManifestNode::Null) || change.text_at("$patch") == Some("delete");
        let known = pairs.iter().position(|(known, _)| known == key);
        match (known, change) {
            (Some(at), _) if deleted => {
                pairs.remove(at);
            }
            (None, _) if deleted => {}
            (Some(at), ManifestNode::List(items)) if by_name && is_container_list(key) => {
                merge_containers(&mut pairs[at].1, items);
            }
            (Some(at), _) => merge_node(&mut pairs[at].1, change, by_name),
            (None, _) => pairs.push((key.clone(), strip_instructions(change))),
        }
    }
}

/// Merges containers by `name`; new ones come first, in the patch's order.
fn merge_containers(into: &mut ManifestNode, items: &[ManifestNode]) {
    if !matches!(into, ManifestNode::List(_)) {
        *into = ManifestNode::List(Vec::new());
    }
    let ManifestNode::List(known) = into else { return };
    if items.iter().any(|item| item.text_at("$patch") == Some("replace")) {
        known.clear();
    }
    let mut new = Vec::new();
    for item in items {
        let instruction = item.text_at("$patch");
        let Some(name) = item.text_at("name") else { continue };
        let at = known.iter().position(|container| container.text_at("name") == Some(name));
        match (at, instruction) {
            (Some(at), Some("delete")) => {
                known.remove(at);
            }
            (None, Some("delete")) => {}
            (Some(at), _) => merge_node(&mut known[at], item, true),
            (None, _) => new.push(strip_instructions(item)),
        }
    }
    known.splice(0..0, new);
}

/// Converts a patch's value to a plain value, without nulls and instructions.
pub(super) fn strip_instructions(patch: &ManifestNode) -> ManifestNode {
    match patch {
        ManifestNode::Map(pairs) => {
            let kept = pairs
                .iter()
                .filter(|(key, value)| &**key != "$patch" && !matches!(value, ManifestNode::Null));
            ManifestNode::Map(
                kept.map(|(key, value)| (key.clone(), strip_instructions(value))).collect(),
            )
        }
        ManifestNode::List(items) => {
            let deleted = |item: &&ManifestNode| item.text_at("$patch") != Some("delete");
            ManifestNode::List(items.iter().filter(deleted).map(strip_instructions).collect())
        }
        ManifestNode::Null => ManifestNode::Other,
        other => other.clone(),
    }
}
