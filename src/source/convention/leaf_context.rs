//! A leaf with its siblings, and its normalised keys.

use super::squash_key;
use crate::source::leaf::Leaf;
use std::cell::OnceCell;
use std::collections::HashMap;

/// Leaves with the same parent. Keys are squashed once, and only on demand: a flat file of many
/// thousand keys must not be searched for each of them.
#[derive(Default)]
pub(super) struct SiblingLeaves {
    pub(super) indexes: Vec<usize>,
    pub(super) by_key: OnceCell<HashMap<String, Vec<usize>>>,
}

impl SiblingLeaves {
    fn with_key(&self, leaves: &[Leaf], key: &str) -> &[usize] {
        let by_key = self.by_key.get_or_init(|| {
            let mut by_key: HashMap<String, Vec<usize>> = HashMap::new();
            for index in &self.indexes {
                by_key.entry(squash_key(leaves[*index].last())).or_default().push(*index);
            }
            by_key
        });
        by_key.get(key).map_or(&[], Vec::as_slice)
    }
}

/// A leaf with its siblings.
pub(super) struct LeafContext<'a> {
    pub(super) leaves: &'a [Leaf],
    pub(super) near: &'a SiblingLeaves,
    pub(super) index: usize,
}

/// The keys of a leaf in lower case without punctuation, as the score table expects them.
pub(super) struct LeafKeys {
    pub(super) raw: String,
    pub(super) last: String,
    pub(super) parents: Vec<String>,
}

impl<'a> LeafContext<'a> {
    pub(super) fn leaf(&self) -> &'a Leaf {
        &self.leaves[self.index]
    }

    pub(super) fn sibling_leaf(&self, key: &str) -> Option<&'a Leaf> {
        self.beside_index(key).map(|index| &self.leaves[index])
    }

    pub(super) fn beside_index(&self, key: &str) -> Option<usize> {
        self.near.with_key(self.leaves, key).iter().copied().find(|index| *index != self.index)
    }

    pub(super) fn beside_any(&self, keys: &[&str]) -> bool {
        keys.iter().any(|key| self.sibling_leaf(key).is_some())
    }

    /// Returns the keys. `{name: K, value: V}` and `{path: /a/b, value: V}` count as V under the
    /// key K.
    pub(super) fn keys(&self) -> LeafKeys {
        let leaf = self.leaf();
        let mut keys: Vec<&str> = leaf.keys().collect();
        let mut raw = keys.pop().unwrap_or_default().to_owned();
        let spelled;
        if raw == "value" {
            let named = self.sibling_leaf("path").map(|l| (l, '/')).or_else(|| {
                self.sibling_leaf("name").or_else(|| self.sibling_leaf("key")).map(|l| (l, '.'))
            });
            if let Some((name, cut)) = named {
                spelled = name.text.to_string();
                keys.pop();
                let pieces = spelled.split(cut).filter(|piece| !piece.is_empty());
                keys.extend(pieces);
                raw = keys.pop().unwrap_or_default().to_owned();
            }
        } else if raw.contains('.') && !raw.starts_with('[') {
            spelled = raw.clone();
            keys.extend(spelled.split('.').filter(|piece| !piece.is_empty()));
            raw = keys.pop().unwrap_or_default().to_owned();
        }
        let parents = keys.iter().map(|key| squash_key(key)).collect();
        LeafKeys { last: squash_key(&raw), raw, parents }
    }
}
