//! One object of a file, and what of it is not worked out.

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
    /// An object of the file at `path`.
    pub fn new(path: &'a str, branch: LeafSubtree<'a>) -> Self {
        KubeObject { path, branch }
    }

    /// `HelmRelease web`.
    pub fn display_name(&self) -> String {
        let kind = self.branch.text("kind").unwrap_or("object");
        match self.branch.subtree_at(&["metadata"]).text("name") {
            Some(name) => format!("{kind} {name}"),
            None => kind.to_owned(),
        }
    }

    /// All that stands at a chain of keys; nothing where nothing does.
    pub fn spot_at(&self, keys: &[&str], reach: BlindSpotEffect) -> Option<BlindSpot> {
        self.spot_of(&keys.join("."), self.leaves_at(keys), reach)
    }

    /// Some leaves of the object, under a key that people know.
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

    /// The leaves at and below a chain of keys.
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

    /// What is written twice under one name below a chain of keys: elements of lists go by their names.
    pub fn duplicate_spot(&self, keys: &[&str]) -> Option<BlindSpot> {
        let leaves: Vec<&Leaf> = self.leaves_at(keys).collect();
        let mut counts: HashMap<&str, usize> = HashMap::new();
        leaves.iter().for_each(|leaf| *counts.entry(&leaf.path).or_default() += 1);
        let twice: Vec<&Leaf> = leaves.into_iter().filter(|leaf| counts[&*leaf.path] > 1).collect();
        let key = shown_key(&twice.last()?.path);
        self.spot_of(&format!("{key}, which is written twice"), twice, BlindSpotEffect::Overrides)
    }
}
