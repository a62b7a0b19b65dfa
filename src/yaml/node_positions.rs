//! Where a node is in its document: its parent, its descendants, the path of keys to it.

use super::tree::{YamlDocument, YamlNodeKind};
use std::ops::Range;

impl YamlDocument {
    /// Returns the parent collection of each node.
    pub(super) fn parents(&self) -> Vec<Option<u32>> {
        let mut out = vec![None; self.nodes.len()];
        for (at, node) in self.nodes.iter().enumerate() {
            let at = u32::try_from(at).ok();
            match &node.kind {
                YamlNodeKind::Sequence(items) => {
                    items.iter().for_each(|item| out[*item as usize] = at)
                }
                YamlNodeKind::Mapping(pairs) => pairs.iter().for_each(|(key, value)| {
                    out[*key as usize] = at;
                    out[*value as usize] = at;
                }),
                YamlNodeKind::Scalar { .. } | YamlNodeKind::Alias(_) => {}
            }
        }
        out
    }

    /// Returns the range of a node and its descendants: nodes are stored in document order.
    pub(super) fn subtree_range(&self, node: u32) -> Range<usize> {
        let mut last = node;
        loop {
            let next = match &self.nodes[last as usize].kind {
                YamlNodeKind::Sequence(items) => items.last().copied(),
                YamlNodeKind::Mapping(pairs) => pairs.last().map(|(_, value)| *value),
                YamlNodeKind::Scalar { .. } | YamlNodeKind::Alias(_) => None,
            };
            match next {
                Some(next) => last = next,
                None => return node as usize..last as usize + 1,
            }
        }
    }

    /// Returns the path of keys to a node: `prod.images[0].tag`.
    pub(super) fn key_path(&self, node: usize, parents: &[Option<u32>]) -> String {
        let mut keys = Vec::new();
        let mut at = u32::try_from(node).unwrap_or(u32::MAX);
        while let Some(parent) = parents[at as usize] {
            match &self.nodes[parent as usize].kind {
                YamlNodeKind::Sequence(items) => {
                    keys.push(format!(
                        "[{}]",
                        items.iter().position(|item| *item == at).unwrap_or(0)
                    ));
                }
                YamlNodeKind::Mapping(pairs) => {
                    let key =
                        pairs.iter().find(|(_, value)| *value == at).map(|(key, _)| *key as usize);
                    keys.push(match key.map(|key| &self.nodes[key].kind) {
                        Some(YamlNodeKind::Scalar { text, .. }) => format!(".{text}"),
                        _ => ".?".to_owned(),
                    });
                }
                YamlNodeKind::Scalar { .. } | YamlNodeKind::Alias(_) => {}
            }
            at = parent;
        }
        keys.into_iter().rev().collect::<String>().trim_start_matches('.').to_owned()
    }
}
