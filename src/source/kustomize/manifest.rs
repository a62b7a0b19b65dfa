//! Kubernetes objects, reduced to what can hold an image: everything else is left out on reading, so
//! that building a thousand overlays moves little memory.

use super::image::{ImageEntry, LocatedValue};
use super::yaml_text::YamlText;
use crate::model::ImagePart;
use crate::yaml::{YamlDocument, YamlValue};
use std::rc::Rc;

/// Nodes below this depth are not read.
pub(super) const MAX_DEPTH: usize = 64;

/// One document is cut after this many nodes: aliases may make a small file look endless.
const MAX_NODES: usize = 200_000;

/// Longer texts are no image, label or name, and longer keys lead to none.
const MAX_TEXT: usize = 1024;

/// Labels or annotations that are read of one object.
const MAX_LABELS: usize = 1_000;

/// One object, or one patch of an object.
#[derive(Debug, Clone)]
pub(super) struct Manifest {
    pub api_version: String,
    pub kind: String,
    /// Every name and namespace it had on its way; patches may use any. The namespace may be empty.
    pub ids: Vec<(String, String)>,
    pub labels: Vec<(String, String)>,
    pub annotations: Vec<(String, String)>,
    /// Shared between the builds that do not change it.
    pub body: Rc<ManifestNode>,
}

/// A value that may hold an image.
#[derive(Debug, Clone)]
pub(super) enum ManifestNode {
    Map(Vec<(Rc<str>, ManifestNode)>),
    List(Vec<ManifestNode>),
    Text(ImageText),
    /// A null; it deletes when it stands in a patch.
    Null,
    /// Anything that was left out; it keeps its place in a list.
    Other,
}

/// A text, and who made it what it is.
#[derive(Debug, Clone)]
pub(super) struct ImageText {
    pub text: Rc<str>,
    /// Where it is written.
    pub written: Rc<LocatedValue>,
    /// The entry that gave the name.
    pub named_by: Option<Rc<ImageEntry>>,
    /// The entry that gave the version.
    pub versioned_by: Option<Rc<ImageEntry>>,
    /// A field that the configuration calls an image.
    pub declared: bool,
}

/// What is read: objects, or patches, in which nulls and `$patch` count too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ManifestParseMode {
    Objects,
    Patch,
}

/// All objects of a file from the page's document on, those inside a `List` one by one.
pub(super) fn parse_objects(
    page: YamlText<'_>,
    documents: &[YamlDocument],
    reading: ManifestParseMode,
) -> Vec<Manifest> {
    let mut out = Vec::new();
    for (index, root) in
        documents.iter().enumerate().filter_map(|(i, d)| Some((i, YamlDocument::root(d)?)))
    {
        let page = page
            .at_document(page.document.saturating_add(u32::try_from(index).unwrap_or(u32::MAX)));
        let listed = root.str_at(&["kind"]).is_some_and(|kind| kind.ends_with("List"));
        match root.get("items").filter(|items| listed && items.is_sequence()) {
            Some(items) => {
                out.extend(items.items().filter_map(|item| parse_object(page, item, reading)))
            }
            None => out.extend(parse_object(page, root, reading)),
        }
    }
    out
}

/// One object; `None` for what is no mapping.
pub(super) fn parse_object(
    page: YamlText<'_>,
    root: YamlValue<'_>,
    reading: ManifestParseMode,
) -> Option<Manifest> {
    if !root.is_mapping() {
        return None;
    }
    let text = |keys: &[&str]| root.str_at(keys).unwrap_or_default().to_owned();
    Some(Manifest {
        api_version: text(&["apiVersion"]),
        kind: text(&["kind"]),
        ids: vec![(text(&["metadata", "name"]), text(&["metadata", "namespace"]))],
        labels: short_texts(root.get_path(&["metadata", "labels"])),
        annotations: short_texts(root.get_path(&["metadata", "annotations"])),
        body: Rc::new(parse_node(page, root, reading, Vec::new())),
    })
}

/// The short texts of a mapping.
pub(super) fn short_texts(map: Option<YamlValue<'_>>) -> Vec<(String, String)> {
    let pairs = map.map(YamlValue::pairs).unwrap_or_default();
    let short = pairs
        .into_iter()
        .filter_map(|(key, value)| Some((key, value.text().filter(|t| t.len() <= MAX_TEXT)?)));
    short.map(|(key, text)| (key.to_owned(), text.to_owned())).take(MAX_LABELS).collect()
}

/// A value on its own, reached through these keys.
pub(super) fn parse_node(
    page: YamlText<'_>,
    value: YamlValue<'_>,
    reading: ManifestParseMode,
    keys: Vec<String>,
) -> ManifestNode {
    ManifestReducer { page, reading, keys, left: MAX_NODES }.reduce_value(value)
}

struct ManifestReducer<'a> {
    page: YamlText<'a>,
    reading: ManifestParseMode,
    keys: Vec<String>,
    left: usize,
}

impl ManifestReducer<'_> {
    fn reduce_value(&mut self, value: YamlValue<'_>) -> ManifestNode {
        if self.left == 0 || self.keys.len() > MAX_DEPTH {
            return ManifestNode::Other;
        }
        self.left -= 1;
        if value.is_mapping() {
            self.reduce_map(value)
        } else if value.is_sequence() {
            self.reduce_list(value)
        } else {
            self.reduce_scalar(value)
        }
    }

    fn reduce_map(&mut self, value: YamlValue<'_>) -> ManifestNode {
        let mut out = Vec::new();
        for (key, value) in value.pairs().into_iter().filter(|(key, _)| key.len() <= MAX_TEXT) {
            self.keys.push(key.to_owned());
            match self.reduce_value(value) {
                ManifestNode::Other => {}
                kept => out.push((Rc::from(key), kept)),
            }
            self.keys.pop();
        }
        if out.is_empty() { ManifestNode::Other } else { ManifestNode::Map(out) }
    }

    fn reduce_list(&mut self, value: YamlValue<'_>) -> ManifestNode {
        let mut out = Vec::new();
        for (index, item) in value.items().enumerate() {
            let name = item.str_at(&["name"]).filter(|name| name.len() <= MAX_TEXT);
            let label = name.map_or_else(|| format!("[{index}]"), |name| format!("[{name}]"));
            self.keys.push(label);
            out.push(self.reduce_value(item));
            self.keys.pop();
        }
        let empty = out.iter().all(|item| matches!(item, ManifestNode::Other));
        if empty && self.reading == ManifestParseMode::Objects {
            ManifestNode::Other
        } else {
            ManifestNode::List(out)
        }
    }

    fn reduce_scalar(&self, value: YamlValue<'_>) -> ManifestNode {
        if value.is_null() {
            return if self.reading == ManifestParseMode::Patch {
                ManifestNode::Null
            } else {
                ManifestNode::Other
            };
        }
        match value.text() {
            Some(text) if text.len() <= MAX_TEXT && self.may_matter(text) => {
                ManifestNode::Text(ImageText {
                    text: text.into(),
                    written: Rc::new(LocatedValue::read(
                        self.page,
                        value,
                        text,
                        display_keys(&self.keys),
                        ImagePart::Reference,
                    )),
                    named_by: None,
                    versioned_by: None,
                    declared: false,
                })
            }
            _ => ManifestNode::Other,
        }
    }

    /// May the text be an image, the name of a container, or an instruction of a patch?
    fn may_matter(&self, text: &str) -> bool {
        let key = self.keys.last().map_or("", String::as_str);
        let in_containers =
            || self.keys.len() >= 3 && is_container_list(&self.keys[self.keys.len() - 3]);
        match key {
            "name" => in_containers(),
            "$patch" => self.reading == ManifestParseMode::Patch,
            _ => key.to_ascii_lowercase().contains("image") || is_reference_shaped(text),
        }
    }
}

/// The lists whose elements are containers, at any depth of any kind.
pub(super) fn is_container_list(key: &str) -> bool {
    matches!(key, "containers" | "initContainers")
}

/// `registry/name:tag` or `registry/name@digest`, and no address of the web.
pub(super) fn is_reference_shaped(text: &str) -> bool {
    let allowed =
        |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b'/' | b':' | b'@');
    let Some(slash) = text.find('/') else { return false };
    text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.bytes().all(allowed)
        && !text.contains("//")
        && text[slash..].contains([':', '@'])
}

/// Keys as people write them.
fn display_keys(keys: &[String]) -> String {
    let mut out = String::new();
    for key in keys {
        if !out.is_empty() && !key.starts_with('[') {
            out.push('.');
        }
        out.push_str(key);
    }
    out
}

impl Manifest {
    /// How many values its body has.
    pub fn size(&self) -> usize {
        self.body.size()
    }

    /// The group of `group/version`; `""` for the core.
    pub fn group(&self) -> &str {
        self.api_version.split_once('/').map_or("", |(group, _)| group)
    }

    /// The version of `group/version`.
    pub fn version(&self) -> &str {
        self.api_version.rsplit('/').next().unwrap_or_default()
    }
}

impl ManifestNode {
    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&ManifestNode> {
        match self {
            ManifestNode::Map(pairs) => {
                pairs.iter().find(|(k, _)| &**k == key).map(|(_, value)| value)
            }
            _ => None,
        }
    }

    /// The values below this one, and itself.
    pub fn size(&self) -> usize {
        match self {
            ManifestNode::Map(pairs) => {
                1 + pairs.iter().map(|(_, value)| value.size()).sum::<usize>()
            }
            ManifestNode::List(items) => 1 + items.iter().map(ManifestNode::size).sum::<usize>(),
            ManifestNode::Text(_) | ManifestNode::Null | ManifestNode::Other => 1,
        }
    }

    /// The levels below this one, and its own.
    pub fn depth(&self) -> usize {
        match self {
            ManifestNode::Map(pairs) => {
                1 + pairs.iter().map(|(_, value)| value.depth()).max().unwrap_or(0)
            }
            ManifestNode::List(items) => {
                1 + items.iter().map(ManifestNode::depth).max().unwrap_or(0)
            }
            ManifestNode::Text(_) | ManifestNode::Null | ManifestNode::Other => 1,
        }
    }

    /// The text of a key.
    pub fn text_at(&self, key: &str) -> Option<&str> {
        match self.get(key) {
            Some(ManifestNode::Text(cell)) => Some(&cell.text),
            _ => None,
        }
    }
}

/// Every image of a container, at any depth.
pub(super) fn each_container<'n>(node: &'n ManifestNode, visit: &mut impl FnMut(&'n ImageText)) {
    each_image(node, "", false, &mut |cell, in_container| {
        if in_container {
            visit(cell);
        }
    });
}

/// Every text under a key `image`, and whether it is a container's.
pub(super) fn each_image<'n>(
    node: &'n ManifestNode,
    key: &str,
    item: bool,
    visit: &mut impl FnMut(&'n ImageText, bool),
) {
    match node {
        ManifestNode::Map(pairs) => {
            for (below, value) in pairs {
                match value {
                    ManifestNode::Text(cell) if &**below == "image" => {
                        visit(cell, item && is_container_list(key))
                    }
                    ManifestNode::Text(cell) if cell.declared => visit(cell, false),
                    _ => each_image(value, below, false, visit),
                }
            }
        }
        ManifestNode::List(items) => {
            items.iter().for_each(|value| each_image(value, key, true, visit))
        }
        ManifestNode::Text(_) | ManifestNode::Null | ManifestNode::Other => {}
    }
}
