//! The leaves below one key, so that a source can walk an object's structure and still return every
//! leaf with its full path. Each step is one pass over the leaves.

use super::leaf::{KEY_SEPARATOR, Leaf};
use std::collections::{HashMap, HashSet};

/// Leaves with their remaining paths.
#[derive(Default)]
pub(super) struct LeafSubtree<'a> {
    leaves: Vec<(&'a str, &'a Leaf)>,
}

/// Returns the Kubernetes objects of a file; a `List` is expanded.
pub(super) fn split_objects(leaves: &[Leaf]) -> Vec<LeafSubtree<'_>> {
    let mut documents: Vec<LeafSubtree<'_>> = Vec::new();
    let mut last = None;
    for leaf in leaves {
        if last != Some(leaf.document) {
            documents.push(LeafSubtree::default());
            last = Some(leaf.document);
        }
        if let Some(document) = documents.last_mut() {
            document.leaves.push((&leaf.path, leaf));
        }
    }
    let mut out = Vec::new();
    for document in documents {
        if document.text("kind").is_some_and(|kind| kind.ends_with("List")) {
            out.extend(
                document.subtree_at(&["items"]).children().into_iter().map(|(_, item)| item),
            );
        } else {
            out.push(document);
        }
    }
    out
}

impl<'a> LeafSubtree<'a> {
    /// Returns the leaf at a key of this level.
    pub(super) fn leaf(&self, key: &str) -> Option<&'a Leaf> {
        self.leaves.iter().find(|(rest, _)| *rest == key).map(|(_, leaf)| *leaf)
    }

    /// Like [`LeafSubtree::leaf`], but returns the last one if list elements share a name.
    pub(super) fn last_leaf(&self, key: &str) -> Option<&'a Leaf> {
        self.leaves.iter().rfind(|(rest, _)| *rest == key).map(|(_, leaf)| *leaf)
    }

    /// Returns the text at a key of this level, unless it is empty.
    pub(super) fn text(&self, key: &str) -> Option<&'a str> {
        self.leaf(key).filter(|leaf| !leaf.is_empty()).map(|leaf| &*leaf.text)
    }

    /// Creates a subtree of leaves with their full paths.
    pub(super) fn of(leaves: impl Iterator<Item = &'a Leaf>) -> Self {
        LeafSubtree { leaves: leaves.map(|leaf| (&*leaf.path, leaf)).collect() }
    }

    /// Returns all leaves with their remaining paths.
    pub(super) fn all_leaves(&self) -> impl Iterator<Item = (&'a str, &'a Leaf)> {
        self.leaves.iter().copied()
    }

    /// Returns the subtree below a chain of keys; empty if they do not exist.
    pub(super) fn subtree_at(&self, keys: &[&str]) -> LeafSubtree<'a> {
        let strip = |rest: &'a str| keys.iter().try_fold(rest, |rest, key| path_after(rest, key));
        LeafSubtree {
            leaves: self
                .leaves
                .iter()
                .filter_map(|(rest, leaf)| Some((strip(rest)?, *leaf)))
                .collect(),
        }
    }

    /// Returns the keys of this level that have children, in file order. List elements of one name
    /// stay apart: where a path comes again, the next element begins.
    pub(super) fn children(&self) -> Vec<(&'a str, LeafSubtree<'a>)> {
        let mut out: Vec<(&str, LeafSubtree<'_>)> = Vec::new();
        let mut places: HashMap<&str, usize> = HashMap::new();
        let mut known = HashSet::new();
        for (rest, leaf) in &self.leaves {
            let Some((key, rest)) = rest.split_once(KEY_SEPARATOR) else { continue };
            let place = places.get(key).copied();
            let place = place.filter(|at| !key.starts_with('[') || known.insert((*at, rest)));
            let place = place.unwrap_or_else(|| {
                out.push((key, LeafSubtree::default()));
                known.insert((out.len() - 1, rest));
                out.len() - 1
            });
            places.insert(key, place);
            out[place].1.leaves.push((rest, leaf));
        }
        out
    }

    /// Returns the leaves of this level, with their keys.
    pub(super) fn own_leaves(&self) -> impl Iterator<Item = (&'a str, &'a Leaf)> {
        self.leaves.iter().filter(|(rest, _)| !rest.contains(KEY_SEPARATOR)).copied()
    }

    /// Returns copies of all leaves with paths relative to this subtree, and the original leaves.
    pub(super) fn detach_leaves(&self) -> (Vec<Leaf>, Vec<&'a Leaf>) {
        let copy = |(rest, leaf): &(&str, &Leaf)| Leaf { path: (*rest).into(), ..(*leaf).clone() };
        (
            self.leaves.iter().map(copy).collect(),
            self.leaves.iter().map(|(_, leaf)| *leaf).collect(),
        )
    }
}

fn path_after<'a>(path: &'a str, key: &str) -> Option<&'a str> {
    path.strip_prefix(key)?.strip_prefix(KEY_SEPARATOR)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::leaf::of_yaml;
    use crate::yaml;

    #[test]
    fn objects_are_walked_key_by_key() {
        let text = "kind: List\nitems:\n- {kind: A, spec: {x: 1, list: [{name: n, v: 2}]}}\n- {kind: B}\n---\nkind: C\n";
        let leaves = of_yaml(&yaml::parse(text).expect("yaml"));
        let objects = split_objects(&leaves);
        let kinds: Vec<_> = objects.iter().filter_map(|object| object.text("kind")).collect();
        assert_eq!(kinds, ["A", "B", "C"]);
        let spec = objects[0].subtree_at(&["spec"]);
        assert_eq!(spec.text("x"), Some("1"));
        let lists = spec.subtree_at(&["list"]).children();
        assert_eq!((lists[0].0, lists[0].1.text("v")), ("[n]", Some("2")));
        let (copies, real) = spec.detach_leaves();
        assert_eq!((&*copies[0].path, real[0].display_key()), ("x", "items[0].spec.x".to_owned()));
        assert_eq!(spec.own_leaves().count(), 1);
    }

    #[test]
    fn elements_of_one_name_stay_apart() {
        let text = "l:\n- {chart: c, v: 1}\n- {chart: c, v: 2}\n";
        let leaves = of_yaml(&yaml::parse(text).expect("yaml"));
        let list = LeafSubtree::of(leaves.iter()).subtree_at(&["l"]).children();
        let versions: Vec<_> = list.iter().filter_map(|(_, item)| item.text("v")).collect();
        assert_eq!(versions, ["1", "2"]);
    }
}
