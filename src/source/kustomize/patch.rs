//! Strategic merge patches, as far as they touch images (kustomize `kyaml/yaml/merge2`).

use super::manifest::{Manifest, Node, is_container_list};
use std::rc::Rc;

/// The built-in kinds whose container lists merge by name; in any other kind a list is replaced.
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

/// What is left of an object after a patch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Kept,
    Deleted,
}

/// Merges a patch into an object.
pub(super) fn merge(object: &mut Manifest, patch: &Manifest) -> Outcome {
    let by_name = WORKLOADS.contains(&object.kind.as_str());
    match patch.body.text_at("$patch") {
        Some("delete") => return Outcome::Deleted,
        Some("replace") => object.body = Rc::new(cleaned(&patch.body)),
        _ if matches!(*patch.body, Node::Other) => {}
        _ => merge_node(Rc::make_mut(&mut object.body), &patch.body, by_name),
    }
    add_texts(&mut object.labels, &patch.labels);
    add_texts(&mut object.annotations, &patch.annotations);
    Outcome::Kept
}

/// Sets these texts in a mapping.
pub(super) fn add_texts(into: &mut Vec<(String, String)>, from: &[(String, String)]) {
    for (key, text) in from {
        into.retain(|(known, _)| known != key);
        into.push((key.clone(), text.clone()));
    }
}

fn merge_node(into: &mut Node, patch: &Node, by_name: bool) {
    let Node::Map(changes) = patch else {
        *into = cleaned(patch);
        return;
    };
    if !matches!(into, Node::Map(_)) {
        *into = Node::Map(Vec::new());
    }
    if patch.text_at("$patch") == Some("replace") {
        *into = cleaned(patch);
        return;
    }
    let Node::Map(pairs) = into else { return };
    for (key, change) in changes.iter().filter(|(key, _)| &**key != "$patch") {
        let deleted = matches!(change, Node::Null) || change.text_at("$patch") == Some("delete");
        let known = pairs.iter().position(|(known, _)| known == key);
        match (known, change) {
            (Some(at), _) if deleted => {
                pairs.remove(at);
            }
            (None, _) if deleted => {}
            (Some(at), Node::List(items)) if by_name && is_container_list(key) => {
                merge_containers(&mut pairs[at].1, items);
            }
            (Some(at), _) => merge_node(&mut pairs[at].1, change, by_name),
            (None, _) => pairs.push((key.clone(), cleaned(change))),
        }
    }
}

/// Merges by `name`; what is new comes first, in the patch's order.
fn merge_containers(into: &mut Node, items: &[Node]) {
    if !matches!(into, Node::List(_)) {
        *into = Node::List(Vec::new());
    }
    let Node::List(known) = into else { return };
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
            (None, _) => new.push(cleaned(item)),
        }
    }
    known.splice(0..0, new);
}

/// A patch's value as a value: without nulls and instructions.
pub(super) fn cleaned(patch: &Node) -> Node {
    match patch {
        Node::Map(pairs) => {
            let kept = pairs
                .iter()
                .filter(|(key, value)| &**key != "$patch" && !matches!(value, Node::Null));
            Node::Map(kept.map(|(key, value)| (key.clone(), cleaned(value))).collect())
        }
        Node::List(items) => {
            let deleted = |item: &&Node| item.text_at("$patch") != Some("delete");
            Node::List(items.iter().filter(deleted).map(cleaned).collect())
        }
        Node::Null => Node::Other,
        other => other.clone(),
    }
}
