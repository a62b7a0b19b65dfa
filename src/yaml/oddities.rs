//! Constructs that YAML readers resolve differently: repeated and merged keys, tags, and keys that
//! do not show what they are. go-yaml, on which Helm, kubectl, Argo CD and kustomize are built,
//! reads them otherwise than YAML 1.2 says.

use super::tree::{QuoteStyle, YamlDocument, YamlNode, YamlNodeKind, YamlValue};
use std::collections::HashSet;

/// A construct with more than one reading.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct YamlOddity {
    pub kind: YamlOddityKind,
    /// The key, or the text of a tagged value.
    pub text: String,
    /// 1-based.
    pub line: u32,
}

/// The kind of a construct with more than one reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum YamlOddityKind {
    /// A key that its mapping has already.
    RepeatedKey,
    /// A key with another value than a merge key (`<<`) behind it brings. go-yaml takes whatever
    /// comes last; YAML 1.1 says that the mapping's own key wins.
    MergedOver,
    /// A second `<<` in one mapping, a quoted one, or one that merges no mapping.
    OddMerge,
    /// A key with a tag: go-yaml decodes `!!binary dGFn` to `tag`.
    TaggedKey,
    /// A key with an escape: `"t\u0061g"`.
    EscapedKey,
    /// A key that is a collection.
    ComplexKey,
    /// A value with a tag other than `!!str`.
    TaggedValue,
}

impl YamlDocument {
    /// Returns all constructs of the document that readers resolve differently. `text` is the text
    /// of the file.
    pub fn find_oddities(&self, text: &str) -> Vec<YamlOddity> {
        let mut out = Vec::new();
        let mut keys: HashSet<u32> = HashSet::new();
        for (index, node) in (0..).zip(&self.nodes) {
            if let YamlNodeKind::Mapping(pairs) = &node.kind {
                keys.extend(pairs.iter().map(|(key, _)| *key));
                self.check_keys(pairs, text, &mut out);
                self.check_merges(index, pairs, &mut out);
            }
        }
        let tagged =
            (0..).zip(&self.nodes).filter(|(index, node)| node.tagged && !keys.contains(index));
        out.extend(tagged.map(|(_, node)| {
            let shown = match &node.kind {
                YamlNodeKind::Scalar { text, .. } => shorten(text),
                _ => "a collection".to_owned(),
            };
            YamlOddity { kind: YamlOddityKind::TaggedValue, text: shown, line: node.line }
        }));
        out
    }

    /// Returns the texts that may be YAML themselves, such as patches, with their lines. A template
    /// is none, although `{{x}}` could be read as one.
    pub fn texts(&self) -> impl Iterator<Item = (&str, u32)> {
        self.nodes.iter().filter_map(|node| match &node.kind {
            YamlNodeKind::Scalar { text, .. }
                if text.contains('\n') || text.starts_with(['{', '[']) && !text.contains("{{") =>
            {
                Some((&**text, node.line))
            }
            _ => None,
        })
    }

    fn check_keys(&self, pairs: &[(u32, u32)], text: &str, out: &mut Vec<YamlOddity>) {
        let mut seen = HashSet::new();
        for (key, _) in pairs {
            let written = &self.nodes[*key as usize];
            let node = self.behind_alias(written);
            let mut add = |kind, text: &str| {
                out.push(YamlOddity { kind, text: shorten(text), line: written.line });
            };
            let YamlNodeKind::Scalar { text: name, style } = &node.kind else {
                add(YamlOddityKind::ComplexKey, "a collection");
                continue;
            };
            if node.tagged || written.tagged {
                add(YamlOddityKind::TaggedKey, name);
            }
            let token = text.get(node.start as usize..node.end as usize).unwrap_or_default();
            if *style == QuoteStyle::DoubleQuoted && token.contains('\\') {
                add(YamlOddityKind::EscapedKey, name);
            }
            if &**name != "<<" && !seen.insert(&**name) {
                add(YamlOddityKind::RepeatedKey, name);
            }
        }
    }

    /// Finds keys that a merge behind them brings too, and merges that are none for some readers.
    fn check_merges(&self, index: u32, pairs: &[(u32, u32)], out: &mut Vec<YamlOddity>) {
        let merges: Vec<usize> = (0..pairs.len())
            .filter(|at| self.nodes[pairs[*at].0 as usize].is_scalar("<<"))
            .collect();
        for (nth, at) in merges.iter().enumerate() {
            let (key, value) = (&self.nodes[pairs[*at].0 as usize], pairs[*at].1);
            let is_plain =
                matches!(key.kind, YamlNodeKind::Scalar { style: QuoteStyle::Plain, .. });
            let merged = YamlValue::at(self, value);
            let is_mergeable = merged.is_mapping()
                || merged.is_sequence() && merged.items().all(YamlValue::is_mapping);
            if nth > 0 || !is_plain || !is_mergeable {
                let (kind, text) = (YamlOddityKind::OddMerge, "<<".to_owned());
                out.push(YamlOddity { kind, text, line: key.line });
            }
            self.check_merge(YamlValue::at(self, index), (pairs, *at), merged, out);
        }
    }

    fn check_merge(
        &self,
        owner: YamlValue<'_>,
        (pairs, at): (&[(u32, u32)], usize),
        merged: YamlValue<'_>,
        out: &mut Vec<YamlOddity>,
    ) {
        for (key, value) in &pairs[..at] {
            let node = self.behind_alias(&self.nodes[*key as usize]);
            let YamlNodeKind::Scalar { text, .. } = &node.kind else { continue };
            let of_list = || merged.items().find_map(|item| item.get(text));
            let brought = if merged.is_sequence() { of_list() } else { merged.get(text) };
            let own = YamlValue::at(self, *value);
            let differs = |brought: YamlValue<'_>| {
                brought.id() != own.id()
                    && (brought.text().is_none() || brought.text() != own.text())
            };
            if owner.is_mapping() && brought.is_some_and(differs) {
                let (kind, line) = (YamlOddityKind::MergedOver, node.line);
                out.push(YamlOddity { kind, text: shorten(text), line });
            }
        }
    }

    fn behind_alias<'d>(&'d self, node: &'d YamlNode) -> &'d YamlNode {
        match &node.kind {
            YamlNodeKind::Alias(to) => self.nodes.get(*to as usize).unwrap_or(node),
            _ => node,
        }
    }
}

fn shorten(text: &str) -> String {
    text.chars().take(60).collect()
}

#[cfg(test)]
mod tests {
    use super::YamlOddityKind::{
        ComplexKey, EscapedKey, MergedOver, OddMerge, RepeatedKey, TaggedKey, TaggedValue,
    };
    use super::*;
    use crate::yaml::parse;

    fn kinds(text: &str) -> Vec<YamlOddityKind> {
        let stream = parse(text).expect("yaml");
        let found = stream.documents.iter().flat_map(|one| one.find_oddities(text));
        found.map(|one| one.kind).collect()
    }

    #[test]
    fn what_readers_resolve_differently() {
        let anchors = "a: &a {tag: v9}\nb: &b {tag: v1, x: 1}\n";
        for (text, expected) in [
            ("c: {tag: v1, <<: *a}\n", vec![MergedOver]),
            ("c: {tag: v1, <<: [*b, *a]}\n", vec![]),
            ("c: {tag: v1, <<: [*a, *b]}\n", vec![MergedOver]),
            ("c: {<<: *a, tag: v1}\n", vec![]),
            ("c: {<<: *a, <<: *b}\n", vec![OddMerge]),
            ("c: {'<<': *a}\n", vec![OddMerge]),
            ("c: {<<: v1}\n", vec![OddMerge]),
            ("c: {!!merge <<: *a}\n", vec![]),
            ("c: {!!binary dGFn: v9}\n", vec![TaggedKey]),
            ("c: {! tag: v9}\n", vec![TaggedKey]),
            ("c: {\"t\\u0061g\": v9}\n", vec![EscapedKey]),
            ("c: {? {x: 1} : v9}\n", vec![ComplexKey]),
            ("c: {tag: 1, \"tag\": 2}\n", vec![RepeatedKey]),
            ("c: {tag: !!binary djk=}\n", vec![TaggedValue]),
            ("c: {tag: !!float &x 1.10}\n", vec![TaggedValue]),
            ("c:\n  tag: !!float\n    1.10\n", vec![TaggedValue]),
            ("c: {tag: ! v9, x: !<tag:yaml.org,2002:int> 3}\n", vec![TaggedValue, TaggedValue]),
            ("c: {tag: !!str 1.10, m: !!map {}, s: !!seq []}\n", vec![]),
            ("c: {k: \"\\u0061\", \"l m\": 1, 'n''': 2}\n", vec![]),
        ] {
            assert_eq!(kinds(&format!("{anchors}{text}")), expected, "{text}");
        }
    }
}
