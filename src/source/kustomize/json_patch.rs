//! JSON patches (RFC 6902), as far as they touch images.

use super::manifest::{MAX_DEPTH, Node, Reading, node};
use super::place::Page;
use crate::yaml::Value;
use std::rc::Rc;

/// One operation. Its value is reduced as objects are.
#[derive(Debug, Clone)]
pub(super) struct Operation {
    kind: Kind,
    path: Vec<String>,
    from: Vec<String>,
    pub value: Node,
}

impl Operation {
    /// Do both do the same, leaving their values aside?
    pub fn is_like(&self, other: &Self) -> bool {
        (self.kind, &self.path, &self.from) == (other.kind, &other.path, &other.from)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Add,
    Replace,
    Remove,
    Move,
    Copy,
}

/// The operations of a list; `test` and what is none is left out.
pub(super) fn operations(page: Page<'_>, list: Value<'_>) -> Vec<Operation> {
    list.items().filter_map(|item| operation(page, item)).collect()
}

fn operation(page: Page<'_>, item: Value<'_>) -> Option<Operation> {
    let kind = match item.str_at(&["op"])? {
        "add" => Kind::Add,
        "replace" => Kind::Replace,
        "remove" => Kind::Remove,
        "move" => Kind::Move,
        "copy" => Kind::Copy,
        _ => return None,
    };
    let path = pointer(item.str_at(&["path"])?);
    let from = item.str_at(&["from"]).map(pointer).unwrap_or_default();
    if path.len().max(from.len()) > MAX_DEPTH {
        return None;
    }
    let value = item
        .get("value")
        .map_or(Node::Other, |value| node(page, value, Reading::Objects, path.clone()));
    Some(Operation { kind, path, from, value })
}

/// The keys of a JSON pointer.
fn pointer(text: &str) -> Vec<String> {
    text.trim_start_matches('/')
        .split('/')
        .map(|key| key.replace("~1", "/").replace("~0", "~"))
        .collect()
}

/// How dear a copied value is beside a comparison: it takes memory, too.
const COPY: usize = 64;

/// How much work an operation is: what it copies is as large as its source.
pub(super) fn cost(object: &mut Node, operation: &Operation) -> usize {
    let copied = (operation.kind == Kind::Copy).then(|| find(object, &operation.from)).flatten();
    1 + copied.map_or(0, |node| node.size() * COPY)
}

/// Applies one operation. What it names and the object does not hold was left out as no image can
/// be there, so nothing happens.
pub(super) fn apply(object: &mut Node, operation: &Operation) {
    match operation.kind {
        Kind::Add => add(object, &operation.path, operation.value.clone()),
        Kind::Replace => replace(object, &operation.path, operation.value.clone()),
        Kind::Remove => {
            remove(object, &operation.path);
        }
        Kind::Move => {
            let moved = remove(object, &operation.from).unwrap_or(Node::Other);
            if operation.path.len() + moved.depth() > 2 * MAX_DEPTH {
                return;
            }
            add(object, &operation.path, moved);
        }
        Kind::Copy => {
            let copied = find(object, &operation.from).map_or(Node::Other, |node| node.clone());
            // Copied into itself again and again it would become too deep to walk.
            if operation.path.len() + copied.depth() > 2 * MAX_DEPTH {
                return;
            }
            add(object, &operation.path, copied);
        }
    }
}

fn find<'n>(at: &'n mut Node, path: &[String]) -> Option<&'n mut Node> {
    path.iter().try_fold(at, |at, key| match at {
        Node::Map(pairs) => {
            pairs.iter_mut().find(|(known, _)| **known == **key).map(|(_, value)| value)
        }
        Node::List(items) => {
            let index = key.parse::<usize>().ok()?;
            items.get_mut(index)
        }
        _ => None,
    })
}

/// Finds a parent, making the mappings on the way that reading left out.
fn reach<'n>(at: &'n mut Node, path: &[String], last: &str) -> Option<&'n mut Node> {
    let mut at = at;
    for (index, key) in path.iter().enumerate() {
        let next = path.get(index + 1).map_or(last, String::as_str);
        let missing = || {
            if next == "-" || next == "0" { Node::List(Vec::new()) } else { Node::Map(Vec::new()) }
        };
        at = match at {
            Node::Map(pairs) => {
                let found = pairs.iter().position(|(known, _)| **known == **key);
                let found = found.unwrap_or_else(|| {
                    pairs.push((Rc::from(key.as_str()), missing()));
                    pairs.len() - 1
                });
                &mut pairs[found].1
            }
            Node::List(items) => items.get_mut(key.parse::<usize>().ok()?)?,
            _ => return None,
        };
        if matches!(at, Node::Other | Node::Null) {
            *at = missing();
        }
    }
    Some(at)
}

fn add(object: &mut Node, path: &[String], value: Node) {
    let Some((last, parents)) = path.split_last() else { return };
    let parent = if matches!(value, Node::Other) {
        find(object, parents)
    } else {
        reach(object, parents, last)
    };
    match parent {
        Some(Node::Map(_)) if matches!(value, Node::Other) => {
            remove(object, path);
        }
        Some(Node::Map(pairs)) => {
            pairs.retain(|(known, _)| **known != **last);
            pairs.push((Rc::from(last.as_str()), value));
        }
        Some(Node::List(items)) => {
            let index = if last == "-" { items.len() } else { last.parse().unwrap_or(usize::MAX) };
            if index <= items.len() {
                items.insert(index, value);
            }
        }
        _ => {}
    }
}

fn replace(object: &mut Node, path: &[String], value: Node) {
    match find(object, path) {
        Some(known) => *known = value,
        None if !matches!(value, Node::Other) => add(object, path, value),
        None => {}
    }
}

fn remove(object: &mut Node, path: &[String]) -> Option<Node> {
    let (last, parents) = path.split_last()?;
    match find(object, parents)? {
        Node::Map(pairs) => {
            let at = pairs.iter().position(|(known, _)| **known == **last)?;
            Some(pairs.remove(at).1)
        }
        Node::List(items) => {
            let at = last.parse::<usize>().ok().filter(|at| *at < items.len())?;
            Some(items.remove(at))
        }
        _ => None,
    }
}
