//! Leaves: every scalar of a data file, with the chain of keys that leads to it.
//!
//! Sources and discovery work on leaves, independent of the format: a YAML values file, a `.env`
//! and a `.tfvars` look the same.

use super::shape;
use crate::model::{ImagePart, Location, Span};
use crate::yaml::{self, QuoteStyle, YamlValue};
use std::collections::HashMap;

/// Separates the keys of [`Leaf::path`]; `KeyTemplate` matches on the same separator.
pub const KEY_SEPARATOR: char = '\u{1f}';

/// Maximum number of leaves in a file: aliases can expand a small file without end.
pub(super) const MAX_LEAVES: usize = 200_000;

/// Maximum total bytes of paths and values: an alias may repeat a long text, and a long key is part
/// of the path of everything below it.
pub(super) const MAX_BYTES: usize = 64 << 20;

/// Maximum number of nodes, for aliases that expand to nothing but empty lists.
const MAX_NODES: usize = 2_000_000;

/// Maximum depth of collections.
const MAX_DEPTH: usize = 64;

/// Keys that name a list's element, in order of preference.
const LABELS: [&str; 9] =
    ["name", "env", "environment", "stage", "app", "repository", "chart", "key", "display_name"];

/// True if this key may name a list's element.
pub(super) fn is_label(key: &str) -> bool {
    LABELS.contains(&key)
}

/// A scalar.
#[derive(Debug, Clone)]
pub struct Leaf {
    /// The keys, joined by [`KEY_SEPARATOR`]. A list's element is `[name]` or `[3]`.
    pub path: Box<str>,
    /// The value after escapes.
    pub text: Box<str>,
    /// 1-based.
    pub line: u32,
    /// Byte range of the value in the file, including quotes.
    pub span: Span,
    /// Index of the document in the file, from 0.
    pub document: u32,
    /// True if unquoted, so that YAML may read it as a number.
    pub plain: bool,
    /// True if reached through an alias or a merge key.
    pub alias: bool,
    /// True if found in a text inside the file (`values: |`), whose bytes cannot be edited one to
    /// one.
    pub embedded: bool,
}

impl Leaf {
    /// Returns the keys one by one.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.path.split(KEY_SEPARATOR)
    }

    /// Returns the last key.
    pub fn last(&self) -> &str {
        self.path.rsplit(KEY_SEPARATOR).next().unwrap_or_default()
    }

    /// Returns all keys but the last, joined; `""` at the top.
    pub fn parent(&self) -> &str {
        self.path.rfind(KEY_SEPARATOR).map_or("", |at| &self.path[..at])
    }

    /// Returns the keys for display: `images[web].newTag`.
    pub fn display_key(&self) -> String {
        shown_key(&self.path)
    }

    /// True if the value is absent or empty.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty() || (self.plain && matches!(&*self.text, "~" | "null"))
    }

    /// Returns the location of this leaf.
    pub fn location(&self, path: &str, part: ImagePart) -> Location {
        Location {
            path: path.to_owned(),
            line: self.line,
            document: self.document,
            key: self.display_key(),
            part,
            span: self.span,
            alias: self.alias,
        }
    }
}

/// Formats joined keys for display.
pub fn shown_key(path: &str) -> String {
    let mut out = String::new();
    for key in path.split(KEY_SEPARATOR) {
        if !out.is_empty() && !key.starts_with('[') {
            out.push('.');
        }
        out.push_str(key);
    }
    out
}

/// Returns all leaves of all documents, in document order.
pub fn of_yaml(stream: &yaml::YamlStream) -> Vec<Leaf> {
    let mut walk = LeafCollector::new(0);
    for (index, document) in stream.documents.iter().enumerate() {
        walk.document = u32::try_from(index).unwrap_or(u32::MAX);
        if let Some(root) = document.root() {
            walk.visit_value(root, 0);
        }
    }
    walk.leaves
}

/// Returns the leaves below one value, with keys relative to it.
pub fn leaves_below(value: YamlValue<'_>, document: u32) -> Vec<Leaf> {
    let mut walk = LeafCollector::new(document);
    walk.visit_value(value, 0);
    walk.leaves
}

struct LeafCollector {
    leaves: Vec<Leaf>,
    path: String,
    document: u32,
    /// Inside a text that is YAML itself: its first line and its bytes.
    embedded_at: Option<(u32, Span)>,
    bytes: usize,
    nodes: usize,
}

impl LeafCollector {
    fn new(document: u32) -> Self {
        LeafCollector {
            leaves: Vec::new(),
            path: String::new(),
            document,
            embedded_at: None,
            bytes: 0,
            nodes: 0,
        }
    }

    fn is_full(&self) -> bool {
        self.leaves.len() >= MAX_LEAVES || self.bytes >= MAX_BYTES || self.nodes >= MAX_NODES
    }

    fn visit_value(&mut self, value: YamlValue<'_>, depth: usize) {
        self.nodes += 1;
        if depth > MAX_DEPTH || self.is_full() {
            return;
        }
        if let Some(text) = value.text() {
            self.push_scalar(value, text, depth);
        } else if value.is_mapping() {
            for (key, value) in value.pairs() {
                self.visit_key(key, value, depth);
            }
        } else {
            for (label, item) in item_labels(value).iter().zip(value.items()) {
                self.visit_key(label, item, depth);
            }
        }
    }

    fn visit_key(&mut self, key: &str, value: YamlValue<'_>, depth: usize) {
        if self.is_full() {
            return;
        }
        let length = self.path.len();
        if length > 0 {
            self.path.push(KEY_SEPARATOR);
        }
        self.path.push_str(key);
        self.visit_value(value, depth + 1);
        self.path.truncate(length);
    }

    fn push_scalar(&mut self, value: YamlValue<'_>, text: &str, depth: usize) {
        if value.style() == Some(QuoteStyle::Block)
            && self.embedded_at.is_none()
            && may_hold_versions(text)
            && self.visit_embedded(value, text, depth)
        {
            return;
        }
        let (line, span) = match self.embedded_at {
            None => (value.line(), value.span().into()),
            Some((first, span)) => (first + value.line() - 1, span),
        };
        self.bytes += self.path.len() + text.len();
        self.leaves.push(Leaf {
            path: self.path.as_str().into(),
            text: text.into(),
            line,
            span,
            document: self.document,
            plain: value.style() == Some(QuoteStyle::Plain),
            alias: value.is_alias(),
            embedded: self.embedded_at.is_some(),
        });
    }

    /// Parses a text as YAML; returns whether it is a mapping.
    fn visit_embedded(&mut self, value: YamlValue<'_>, text: &str, depth: usize) -> bool {
        self.bytes += text.len();
        let Ok(stream) = yaml::parse(text) else { return false };
        let mut roots = stream
            .documents
            .iter()
            .filter_map(yaml::YamlDocument::root)
            .filter(|root| root.is_mapping());
        let Some(root) = roots.next() else { return false };
        self.embedded_at = Some((value.line(), value.span().into()));
        self.visit_value(root, depth + 1);
        for more in roots {
            self.visit_value(more, depth + 1);
        }
        self.embedded_at = None;
        true
    }
}

/// True if it is worth parsing a text as YAML.
fn may_hold_versions(text: &str) -> bool {
    text.contains(':')
        && ["tag", "image", "version", "revision", "Tag", "Image", "Version"]
            .iter()
            .any(|word| text.contains(word))
}

/// Keys that tell elements of one name apart: two dependencies on one chart, two releases of it.
const SECOND_LABELS: [&str; 3] = ["alias", "releaseName", "release"];

/// Returns the labels of a list's elements.
fn item_labels(list: YamlValue<'_>) -> Vec<String> {
    let mut labels: Vec<String> =
        list.items().enumerate().map(|(index, item)| item_label(item, index)).collect();
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for label in &labels {
        *counts.entry(label).or_default() += 1;
    }
    if counts.len() == labels.len() {
        return labels;
    }
    let named: Vec<(usize, String)> = list
        .items()
        .enumerate()
        .filter(|(at, item)| item.is_mapping() && counts[labels[*at].as_str()] > 1)
        .filter_map(|(at, item)| {
            let second = SECOND_LABELS.iter().find_map(|key| item.get(key)?.non_null())?;
            Some((at, format!("[{second}]")))
        })
        .filter(|(_, label)| !label.contains('\n') && !counts.contains_key(label.as_str()))
        .collect();
    named.into_iter().for_each(|(at, label)| labels[at] = label);
    labels
}

/// Returns the label of an element: its name without a version, or else its index.
fn item_label(item: YamlValue<'_>, index: usize) -> String {
    let named = item
        .is_mapping()
        .then(|| LABELS.iter().find_map(|key| item.get(key)?.non_null()))
        .flatten();
    match named {
        Some(name) if !name.contains('\n') => format!("[{}]", image_of(name).unwrap_or(name)),
        _ => format!("[{index}]"),
    }
}

/// Returns the image of a reference without the version, which should not be part of a label.
pub(super) fn image_of(text: &str) -> Option<&str> {
    if !text.contains('/') || !text.contains([':', '@']) {
        return None;
    }
    let reference = shape::parse_reference(text).filter(|found| found.name.contains('/'))?;
    text.get(..text.find(&reference.name)? + reference.name.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        of_yaml(&yaml::parse(text).expect("yaml"))
            .iter()
            .map(|l| format!("{}={} :{}", l.display_key(), l.text, l.line))
            .collect()
    }

    #[test]
    fn keys_name_list_elements() {
        assert_eq!(
            shown("images:\n- name: web\n  newTag: v1\n- 7\nb: {c: x}\n"),
            ["images[web].name=web :2", "images[web].newTag=v1 :3", "images[1]=7 :4", "b.c=x :5"]
        );
    }

    #[test]
    fn elements_of_one_name_go_by_their_alias() {
        assert_eq!(
            shown(
                "d:\n- {name: c, alias: a, version: 1}\n- {name: c, version: 2}\n- {name: e, alias: f}\n"
            ),
            ["d[a].name=c :2", "d[a].alias=a :2", "d[a].version=1 :2", "d[c].name=c :3"]
                .into_iter()
                .chain(["d[c].version=2 :3", "d[e].name=e :4", "d[e].alias=f :4"])
                .collect::<Vec<_>>()
        );
    }

    #[test]
    fn a_version_is_no_part_of_an_element_s_name() {
        assert_eq!(
            shown(
                "- name: r.io:5/a/web:v1\n- name: a/web:v1 2\n- name: web:v1\n- name: a/b\n- a/web:v1\n"
            ),
            [
                "[r.io:5/a/web].name=r.io:5/a/web:v1 :1",
                "[a/web:v1 2].name=a/web:v1 2 :2",
                "[web:v1].name=web:v1 :3",
                "[a/b].name=a/b :4",
                "[4]=a/web:v1 :5"
            ]
        );
    }

    #[test]
    fn texts_that_are_yaml_are_read_too() {
        assert_eq!(
            shown("values: |\n  image:\n    tag: v1\nnote: |\n  just text\n"),
            ["values.image.tag=v1 :3", "note=just text\n :5"]
        );
    }

    #[test]
    fn aliases_cannot_make_a_small_file_endless() {
        let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for i in 1..10 {
            let p = i - 1;
            text.push_str(&format!(
                "a{i}: &a{i} [*a{p}, *a{p}, *a{p}, *a{p}, *a{p}, *a{p}, *a{p}, *a{p}, *a{p}, *a{p}]\n"
            ));
        }
        assert!(of_yaml(&yaml::parse(&text).expect("yaml")).len() <= MAX_LEAVES);
        let empty = text.replace("x, x, x, x, x, x, x, x, x, x", "");
        assert!(of_yaml(&yaml::parse(&empty).expect("yaml")).is_empty());
    }

    #[test]
    fn long_keys_and_long_texts_are_not_multiplied_without_end() {
        let key = format!("? {}\n: \n{}", "k".repeat(1 << 20), "  - x\n".repeat(1000));
        let text = format!("a: &a {}\nb:\n{}", "x".repeat(1 << 20), "- *a\n".repeat(1000));
        for text in [key, text] {
            let leaves = of_yaml(&yaml::parse(&text).expect("yaml"));
            assert!(
                leaves.iter().map(|leaf| leaf.path.len() + leaf.text.len()).sum::<usize>()
                    < MAX_BYTES + (4 << 20)
            );
        }
    }
}
