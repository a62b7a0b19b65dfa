//! The tree: an arena of nodes per document, and [`YamlValue`], a cheap handle to read it.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

/// Maximum depth of merge keys (`<<`) that merge other mappings.
const MERGE_DEPTH: usize = 16;

/// Up to this many keys are compared one by one; more use a hash map.
const FEW_PAIRS: usize = 24;

/// All documents of one file, in order.
#[derive(Debug, Default)]
pub struct YamlStream {
    /// The documents; an empty file has none.
    pub documents: Vec<YamlDocument>,
}

/// The nodes of one document; the first is the root.
#[derive(Debug, Default)]
pub struct YamlDocument {
    pub(super) nodes: Vec<YamlNode>,
}

#[derive(Debug)]
#[cfg_attr(test, derive(Clone))]
pub(super) struct YamlNode {
    pub kind: YamlNodeKind,
    /// Byte range of the scalar's token in the file, quotes included; empty for an absent value.
    pub start: u32,
    pub end: u32,
    /// 1-based.
    pub line: u32,
    pub anchored: bool,
    /// True for a tag other than those of plain text (`!!str`) and of a merge key (`!!merge`).
    pub tagged: bool,
}

#[derive(Debug)]
#[cfg_attr(test, derive(Clone))]
pub(super) enum YamlNodeKind {
    Scalar { text: Box<str>, style: QuoteStyle },
    Mapping(Vec<(u32, u32)>),
    Sequence(Vec<u32>),
    Alias(u32),
}

/// The style of a scalar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuoteStyle {
    /// Without quotes.
    Plain,
    /// `'…'`
    SingleQuoted,
    /// `"…"`
    DoubleQuoted,
    /// `|` or `>`
    Block,
}

impl YamlDocument {
    /// Returns the root node, or `None` for an empty document.
    pub fn root(&self) -> Option<YamlValue<'_>> {
        (!self.nodes.is_empty()).then(|| YamlValue::at(self, 0))
    }
}

impl YamlNode {
    /// Returns the text if the node is a block scalar.
    pub(super) fn text_of_block(&self) -> Option<&str> {
        match &self.kind {
            YamlNodeKind::Scalar { text, style: QuoteStyle::Block } => Some(text),
            _ => None,
        }
    }

    /// True for a scalar with this text.
    pub(super) fn is_scalar(&self, text: &str) -> bool {
        matches!(&self.kind, YamlNodeKind::Scalar { text: own, .. } if &**own == text)
    }
}

#[cfg(test)]
impl YamlDocument {
    /// Returns the same document, moved down in a text.
    pub(super) fn shift_by(&self, bytes: usize, lines: u32) -> Self {
        let by = u32::try_from(bytes).expect("short");
        let node = |node: &YamlNode| YamlNode {
            start: node.start + by,
            end: node.end + by,
            line: node.line + lines,
            ..node.clone()
        };
        YamlDocument { nodes: self.nodes.iter().map(node).collect() }
    }
}

/// The state of collecting the pairs of a mapping.
#[derive(Default)]
struct VisitedKeys<'a> {
    /// The position of each key among the pairs.
    keys: HashMap<&'a str, usize>,
    mappings: HashSet<u32>,
}

/// A node of a document. Aliases are already followed; [`YamlValue::is_alias`] reports them.
#[derive(Clone, Copy)]
pub struct YamlValue<'a> {
    pub(super) document: &'a YamlDocument,
    pub(super) node: u32,
    alias: Option<u32>,
}

impl<'a> YamlValue<'a> {
    pub(super) fn at(document: &'a YamlDocument, index: u32) -> Self {
        let mut node = index;
        let mut alias = None;
        // An alias refers to an earlier node, so this ends.
        while let YamlNodeKind::Alias(to) = document.nodes[node as usize].kind {
            alias = alias.or(Some(node));
            node = to;
        }
        YamlValue { document, node, alias }
    }

    fn get_node(self) -> &'a YamlNode {
        &self.document.nodes[self.node as usize]
    }

    /// Returns a number that identifies the node in its document, however it is reached.
    pub fn id(self) -> u32 {
        self.node
    }

    /// True if the value is reached through an alias (`*name`) or a merge key.
    pub fn is_alias(self) -> bool {
        self.alias.is_some()
    }

    /// True if the value has an anchor (`&name`).
    pub fn is_anchored(self) -> bool {
        self.get_node().anchored
    }

    /// Returns the scalar's text after escapes, or `None` for a collection. A missing value is
    /// `""`.
    pub fn text(self) -> Option<&'a str> {
        match &self.get_node().kind {
            YamlNodeKind::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// Returns the scalar's text, unless it is missing or null.
    pub fn non_null(self) -> Option<&'a str> {
        self.text().filter(|_| !self.is_null())
    }

    /// True if the value is absent, or a plain `null` or `~`.
    pub fn is_null(self) -> bool {
        match &self.get_node().kind {
            YamlNodeKind::Scalar { text, style: QuoteStyle::Plain } => {
                matches!(&**text, "" | "~" | "null" | "Null" | "NULL")
            }
            _ => false,
        }
    }

    /// Returns the style of a scalar, or `None` for a collection.
    pub fn style(self) -> Option<QuoteStyle> {
        match &self.get_node().kind {
            YamlNodeKind::Scalar { style, .. } => Some(*style),
            _ => None,
        }
    }

    /// Returns the bytes of the scalar's token in the file, quotes included. Empty for an absent
    /// value.
    pub fn span(self) -> Range<usize> {
        let node = self.get_node();
        node.start as usize..node.end as usize
    }

    /// Returns the line where the value starts, counted from 1.
    pub fn line(self) -> u32 {
        self.get_node().line
    }

    /// True for a mapping.
    pub fn is_mapping(self) -> bool {
        matches!(self.get_node().kind, YamlNodeKind::Mapping(_))
    }

    /// Returns the elements of a sequence; empty for any other node.
    pub fn items(self) -> impl Iterator<Item = YamlValue<'a>> {
        let items: &[u32] = match &self.get_node().kind {
            YamlNodeKind::Sequence(items) => items,
            _ => &[],
        };
        let inherited = self.alias;
        items.iter().map(move |index| YamlValue::at(self.document, *index).or_alias(inherited))
    }

    /// True for a sequence.
    pub fn is_sequence(self) -> bool {
        matches!(self.get_node().kind, YamlNodeKind::Sequence(_))
    }

    /// Returns the pairs of a mapping as written, including `<<` and repeated keys.
    pub fn raw_pairs(self) -> impl Iterator<Item = (YamlValue<'a>, YamlValue<'a>)> {
        let pairs: &[(u32, u32)] = match &self.get_node().kind {
            YamlNodeKind::Mapping(pairs) => pairs,
            _ => &[],
        };
        let inherited = self.alias;
        pairs.iter().map(move |(key, value)| {
            (
                YamlValue::at(self.document, *key),
                YamlValue::at(self.document, *value).or_alias(inherited),
            )
        })
    }

    /// Returns the effective pairs, in order: the last of repeated keys wins, and merged mappings
    /// (`<<: *base`, `<<: [*a, *b]`) add keys that the mapping itself lacks. An earlier merge wins
    /// over a later one, as in YAML 1.1. Keys that are not scalars are left out.
    pub fn pairs(self) -> Vec<(&'a str, YamlValue<'a>)> {
        self.plain_pairs().unwrap_or_else(|| {
            let mut out = Vec::new();
            self.collect_pairs(&mut VisitedKeys::default(), &mut out, MERGE_DEPTH);
            out
        })
    }

    /// Returns the pairs of the common kind of mapping: few keys, all different, no merges.
    fn plain_pairs(self) -> Option<Vec<(&'a str, YamlValue<'a>)>> {
        let mut out: Vec<(&str, YamlValue<'_>)> = Vec::new();
        for (key, value) in self.raw_pairs() {
            let name = key.text()?;
            if name == "<<" || out.len() == FEW_PAIRS || out.iter().any(|(known, _)| *known == name)
            {
                return None;
            }
            out.push((name, value));
        }
        Some(out)
    }

    fn collect_pairs(
        self,
        seen: &mut VisitedKeys<'a>,
        out: &mut Vec<(&'a str, YamlValue<'a>)>,
        depth: usize,
    ) {
        // A mapping merged before adds nothing; without this check, merges of merges never end.
        if !seen.mappings.insert(self.node) {
            return;
        }
        let first = out.len();
        let mut merges = Vec::new();
        for (key, value) in self.raw_pairs() {
            let Some(name) = key.text() else { continue };
            if name == "<<" && key.style() == Some(QuoteStyle::Plain) {
                merges.push(value);
                continue;
            }
            match seen.keys.get(name) {
                None => {
                    seen.keys.insert(name, out.len());
                    out.push((name, value));
                }
                Some(at) if *at >= first => out[*at].1 = value,
                Some(_) => {}
            }
        }
        if depth == 0 {
            return;
        }
        for merged in merges {
            if merged.is_sequence() {
                for item in merged.items() {
                    item.collect_pairs(seen, out, depth - 1);
                }
            } else {
                merged.collect_pairs(seen, out, depth - 1);
            }
        }
    }

    /// Returns the value of a key, with the rules of [`YamlValue::pairs`].
    pub fn get(self, key: &str) -> Option<YamlValue<'a>> {
        self.get_merged(key, &mut HashSet::new(), MERGE_DEPTH)
    }

    fn get_merged(self, key: &str, seen: &mut HashSet<u32>, depth: usize) -> Option<YamlValue<'a>> {
        let own = self.raw_pairs().filter(|(k, _)| k.text() == Some(key)).map(|(_, v)| v).last();
        if own.is_some() || depth == 0 {
            return own;
        }
        self.raw_pairs().filter(|(k, _)| k.text() == Some("<<")).find_map(|(_, merged)| {
            let mut look = |at: YamlValue<'a>| {
                seen.insert(at.node).then(|| at.get_merged(key, seen, depth - 1)).flatten()
            };
            if merged.is_sequence() { merged.items().find_map(look) } else { look(merged) }
        })
    }

    /// Returns the value under a chain of keys.
    pub fn get_path(self, keys: &[&str]) -> Option<YamlValue<'a>> {
        keys.iter().try_fold(self, |value, key| value.get(key))
    }

    /// Returns the scalar text under a chain of keys, unless it is null.
    pub fn str_at(self, keys: &[&str]) -> Option<&'a str> {
        self.get_path(keys)?.non_null()
    }

    fn or_alias(mut self, inherited: Option<u32>) -> Self {
        self.alias = self.alias.or(inherited);
        self
    }
}

#[cfg(test)]
mod tests {
    use crate::yaml::parse;

    #[test]
    fn merge_keys_fill_in_and_own_keys_win() {
        let stream = parse(
            "b: &b {x: 1, y: 1}\nc: &c {z: 3, y: 9}\na:\n  <<: *b\n  !!merge <<: *c\n  x: 2\n",
        )
        .expect("yaml");
        let a = stream.documents[0].root().expect("root").get("a").expect("a");
        let pairs: Vec<_> = a.pairs().iter().map(|(k, v)| (*k, v.text().expect("text"))).collect();
        assert_eq!(pairs, [("x", "2"), ("y", "1"), ("z", "3")]);
        assert_eq!(a.get("z").and_then(|v| v.text()), Some("3"));
        assert!(a.get("z").is_some_and(|v| v.is_alias()));
        assert!(!a.get("x").is_some_and(|v| v.is_alias()));
    }

    #[test]
    fn the_last_of_repeated_keys_wins() {
        let stream = parse("a: 1\nb: 2\na: 3\n").expect("yaml");
        let root = stream.documents[0].root().expect("root");
        assert_eq!(root.get("a").and_then(|v| v.text()), Some("3"));
        let pairs: Vec<_> =
            root.pairs().iter().map(|(k, v)| (*k, v.text().expect("text"))).collect();
        assert_eq!(pairs, [("a", "3"), ("b", "2")]);
    }

    #[test]
    fn merges_of_merges_end() {
        let mut text = String::from("a0: &a0 {x: 1}\n");
        for i in 1..30 {
            let merged = vec![format!("*a{}", i - 1); 10].join(", ");
            text.push_str(&format!("a{i}: &a{i}\n  <<: [{merged}]\n"));
        }
        let stream = parse(&text).expect("yaml");
        let root = stream.documents[0].root().expect("root");
        let near = root.get("a9").expect("a9");
        assert_eq!((near.pairs().len(), near.get("x").and_then(|v| v.text())), (1, Some("1")));
        let far = root.get("a29").expect("a29");
        assert_eq!((far.pairs().len(), far.get("y").is_none()), (0, true));
    }
}
