//! One object of a file and the blind spots in it.

use super::leaf_statement;
use crate::model::{BlindSpot, BlindSpotEffect};
use crate::source::leaf::{KEY_SEPARATOR, Leaf, shown_key};
use crate::source::leaf_subtree::LeafSubtree;
use std::collections::HashMap;

/// An object of a file.
pub(super) struct KubeObject<'a> {
    pub path: &'a str,
    pub branch: LeafSubtree<'a>,
}

impl<'a> KubeObject<'a> {
    /// Creates an object of the file at `path`.
    pub fn new(path: &'a str, branch: LeafSubtree<'a>) -> Self {
        KubeObject { path, branch }
    }

    /// Returns the display name: `HelmRelease web`.
    pub fn display_name(&self) -> String {
        let kind = self.branch.text("kind").unwrap_or("object");
        match self.branch.subtree_at(&["metadata"]).text("name") {
            Some(name) => format!("{kind} {name}"),
            None => kind.to_owned(),
        }
    }

    /// Returns everything at a chain of keys as one blind spot; `None` if there is nothing.
    pub fn spot_at(&self, keys: &[&str], reach: BlindSpotEffect) -> Option<BlindSpot> {
        self.spot_of(&keys.join("."), self.leaves_at(keys), reach)
    }

    /// Returns some leaves of the object as one blind spot with a display key.
    pub fn spot_of(
        &self,
        key: &str,
        leaves: impl IntoIterator<Item = &'a Leaf>,
        reach: BlindSpotEffect,
    ) -> Option<BlindSpot> {
        let leaves: Vec<&Leaf> = leaves.into_iter().collect();
        let line = leaves.first()?.line;
        let says = leaves.into_iter().map(leaf_statement).collect();
        let key = format!("{}: {key}", self.display_name());
        Some(BlindSpot { path: self.path.to_owned(), key, line: Some(line), says, reach })
    }

    /// Returns the leaves at and below a chain of keys.
    pub fn leaves_at(&self, keys: &[&str]) -> impl Iterator<Item = &'a Leaf> + use<'a> {
        let start = keys.join(&KEY_SEPARATOR.to_string());
        let is_there = move |rest: &str| {
            rest.strip_prefix(start.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(KEY_SEPARATOR))
        };
        self.branch
            .all_leaves()
            .filter(move |(rest, _)| is_there(rest))
            .map(|(_, leaf)| leaf)
            .collect::<Vec<_>>()
            .into_iter()
    }

    /// Returns keys that occur twice below a chain of keys; list elements are identified by name.
    pub fn duplicate_spot(&self, keys: &[&str]) -> Option<BlindSpot> {
        let leaves: Vec<&Leaf> = self.leaves_at(keys).collect();
        let mut counts: HashMap<&str, usize> = HashMap::new();
        leaves.iter().for_each(|leaf| *counts.entry(&leaf.path).or_default() += 1);
        let twice: Vec<&Leaf> = leaves.into_iter().filter(|leaf| counts[&*leaf.path] > 1).collect();
        let key = shown_key(&twice.last()?.path);
        self.spot_of(&format!("{key} (duplicate)"), twice, BlindSpotEffect::Overrides)
    }
}
