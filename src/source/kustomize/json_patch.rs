//! JSON patches (RFC 6902), as far as they affect images.

use super::manifest::{MAX_DEPTH, ManifestNode, ManifestParseMode, parse_node};
use super::yaml_text::YamlText;
use crate::yaml::YamlValue;
use std::rc::Rc;

/// An operation. Its value is reduced like objects are.
#[derive(Debug, Clone)]
pub(super) struct PatchOperation {
    kind: PatchOperationKind,
    path: Vec<String>,
    from: Vec<String>,
    pub value: ManifestNode,
}

impl PatchOperation {
    /// True if both do the same, ignoring their values.
    pub fn is_like(&self, other: &Self) -> bool {
        (self.kind, &self.path, &self.from) == (other.kind, &other.path, &other.from)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PatchOperationKind {
    Add,
    Replace,
    Remove,
    Move,
    Copy,
}

/// Reads the operations of a list, without `test` and invalid ones.
pub(super) fn read_operations(page: YamlText<'_>, list: YamlValue<'_>) -> Vec<PatchOperation> {
    list.items().filter_map(|item| read_operation(page, item)).collect()
}

fn read_operation(page: YamlText<'_>, item: YamlValue<'_>) -> Option<PatchOperation> {
    let kind = match item.str_at(&["op"])? {
        "add" => PatchOperationKind::Add,
        "replace" => PatchOperationKind::Replace,
        "remove" => PatchOperationKind::Remove,
        "move" => PatchOperationKind::Move,
        "copy" => PatchOperationKind::Copy,
        _ => return None,
    };
    let path = parse_pointer(item.str_at(&["path"])?);
    let from = item.str_at(&["from"]).map(parse_pointer).unwrap_or_default();
    if path.len().max(from.len()) > MAX_DEPTH {
        return None;
    }
    let value = item.get("value").map_or(ManifestNode::Other, |value| {
        parse_node(page, value, ManifestParseMode::Objects, path.clone())
    });
    Some(PatchOperation { kind, path, from, value })
}

/// Returns the keys of a JSON pointer.
fn parse_pointer(text: &str) -> Vec<String> {
    text.trim_start_matches('/')
        .split('/')
        .map(|key| key.replace("~1", "/").replace("~0", "~"))
        .collect()
}

/// The cost of copying a value relative to a comparison, since it also needs memory.
const COPY: usize = 64;

/// Returns the cost of an operation: a copy costs as much as its source is large.
pub(super) fn operation_cost(object: &mut ManifestNode, operation: &PatchOperation) -> usize {
    let copied = (operation.kind == PatchOperationKind::Copy)
        .then(|| find_node(object, &operation.from))
        .flatten();
    1 + copied.map_or(0, |node| node.size() * COPY)
}

/// Applies an operation. If the object lacks its target, that was dropped because it cannot contain
/// an image, so nothing happens.
pub(super) fn apply_operation(object: &mut ManifestNode, operation: &PatchOperation) {
    match operation.kind {
        PatchOperationKind::Add => add_value(object, &operation.path, operation.value.clone()),
        PatchOperationKind::Replace => {
            replace_value(object, &operation.path, operation.value.clone())
        }
        PatchOperationKind::Remove => {
            remove_value(object, &operation.path);
        }
        PatchOperationKind::Move => {
            let moved = remove_value(object, &operation.from).unwrap_or(ManifestNode::Other);
            if operation.path.len() + moved.depth() > 2 * MAX_DEPTH {
                return;
            }
            add_value(object, &operation.path, moved);
        }
        PatchOperationKind::Copy => {
            let copied =
                find_node(object, &operation.from).map_or(ManifestNode::Other, |node| node.clone());
            // Repeatedly copied into itself, a value would become too deep to walk.
            if operation.path.len() + copied.depth() > 2 * MAX_DEPTH {
                return;
            }
            add_value(object, &operation.path, copied);
        }
    }
}

fn find_node<'n>(at: &'n mut ManifestNode, path: &[String]) -> Option<&'n mut ManifestNode> {
    path.iter().try_fold(at, |at, key| match at {
        ManifestNode::Map(pairs) => {
            pairs.iter_mut().find(|(known, _)| **known == **key).map(|(_, value)| value)
        }
        ManifestNode::List(items) => {
            let index = key.parse::<usize>().ok()?;
            items.get_mut(index)
        }
        _ => None,
    })
}

/// Finds a parent, creating the mappings on the way that were dropped on reading.
fn find_or_create<'n>(
    at: &'n mut ManifestNode,
    path: &[String],
    last: &str,
) -> Option<&'n mut ManifestNode> {
    let mut at = at;
    for (index, key) in path.iter().enumerate() {
        let next = path.get(index + 1).map_or(last, String::as_str);
        at = match at {
            ManifestNode::Map(pairs) => {
                let found = pairs.iter().position(|(known, _)| **known == **key);
                let found = found.unwrap_or_else(|| {
                    pairs.push((Rc::from(key.as_str()), new_parent_of(next)));
                    pairs.len() - 1
                });
                &mut pairs[found].1
            }
            ManifestNode::List(items) => items.get_mut(key.parse::<usize>().ok()?)?,
            _ => return None,
        };
        if matches!(at, ManifestNode::Other | ManifestNode::Null) {
            *at = new_parent_of(next);
        }
    }
    Some(at)
}

/// Returns an empty collection that can take a key.
fn new_parent_of(key: &str) -> ManifestNode {
    if key == "-" || key == "0" {
        ManifestNode::List(Vec::new())
    } else {
        ManifestNode::Map(Vec::new())
    }
}

fn add_value(object: &mut ManifestNode, path: &[String], value: ManifestNode) {
    let Some((last, parents)) = path.split_last() else { return };
    let parent = if matches!(value, ManifestNode::Other) {
        find_node(object, parents)
    } else {
        find_or_create(object, parents, last)
    };
    match parent {
        Some(ManifestNode::Map(_)) if matches!(value, ManifestNode::Other) => {
            remove_value(object, path);
        }
        Some(ManifestNode::Map(pairs)) => {
            pairs.retain(|(known, _)| **known != **last);
            pairs.push((Rc::from(last.as_str()), value));
        }
        Some(ManifestNode::List(items)) => {
            let index = if last == "-" { items.len() } else { last.parse().unwrap_or(usize::MAX) };
            if index <= items.len() {
                items.insert(index, value);
            }
        }
        _ => {}
    }
}

fn replace_value(object: &mut ManifestNode, path: &[String], value: ManifestNode) {
    match find_node(object, path) {
        Some(known) => *known = value,
        None if !matches!(value, ManifestNode::Other) => add_value(object, path, value),
        None => {}
    }
}

fn remove_value(object: &mut ManifestNode, path: &[String]) -> Option<ManifestNode> {
    let (last, parents) = path.split_last()?;
    match find_node(object, parents)? {
        ManifestNode::Map(pairs) => {
            let at = pairs.iter().position(|(known, _)| **known == **last)?;
            Some(pairs.remove(at).1)
        }
        ManifestNode::List(items) => {
            let at = last.parse::<usize>().ok().filter(|at| *at < items.len())?;
            Some(items.remove(at))
        }
        _ => None,
    }
}
