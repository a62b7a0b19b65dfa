//! Duplicate keys. YAML forbids them, and programs differ in which one they use.

use super::tree::{QuoteStyle, YamlDocument, YamlNode, YamlNodeKind};
use std::collections::HashSet;

impl YamlDocument {
    /// Returns the repeated keys of all mappings with their lines. A key may be an alias.
    pub fn duplicate_keys(&self) -> Vec<(&str, u32)> {
        let mut out = Vec::new();
        for node in &self.nodes {
            let YamlNodeKind::Mapping(pairs) = &node.kind else { continue };
            let mut seen = HashSet::new();
            for (key, _) in pairs {
                let node = &self.nodes[*key as usize];
                if let Some(text) =
                    self.key_text(node).filter(|text| *text != "<<" && !seen.insert(*text))
                {
                    out.push((text, node.line));
                }
            }
        }
        out
    }

    /// Returns the block scalars with their lines; their text may be YAML itself.
    pub fn block_scalars(&self) -> impl Iterator<Item = (&str, u32)> {
        self.nodes.iter().filter_map(|node| match &node.kind {
            YamlNodeKind::Scalar { text, style: QuoteStyle::Block } => Some((&**text, node.line)),
            _ => None,
        })
    }

    fn key_text<'d>(&'d self, node: &'d YamlNode) -> Option<&'d str> {
        match &node.kind {
            YamlNodeKind::Scalar { text, .. } => Some(text),
            YamlNodeKind::Alias(to) => match &self.nodes.get(*to as usize)?.kind {
                YamlNodeKind::Scalar { text, .. } => Some(text),
                _ => None,
            },
            _ => None,
        }
    }
}
