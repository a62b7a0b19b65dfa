//! Kubernetes objects, reduced on reading to values that can contain an image, so that building a
//! thousand overlays needs little memory.

use super::image::{ImageEntry, LocatedValue};
use super::yaml_text::YamlText;
use crate::model::ImagePart;
use crate::yaml::{YamlDocument, YamlValue};
use std::rc::Rc;

/// Maximum depth of nodes that are read.
pub(super) const MAX_DEPTH: usize = 64;

/// Maximum number of nodes in a document: aliases can expand a small file without end.
const MAX_NODES: usize = 200_000;

/// Maximum length of texts and keys: images, labels and names are shorter.
const MAX_TEXT: usize = 1024;

/// Maximum number of labels or annotations per object.
const MAX_LABELS: usize = 1_000;

/// An object, or a patch of an object.
#[derive(Debug, Clone)]
pub(super) struct Manifest {
    pub api_version: String,
    pub kind: String,
    /// All names and namespaces it had during the build; patches may use any of them. The namespace
    /// may be empty.
    pub ids: Vec<(String, String)>,
    pub labels: Vec<(String, String)>,
    pub annotations: Vec<(String, String)>,
    /// Shared between builds that do not change it.
    pub body: Rc<ManifestNode>,
}

/// A value that may contain an image.
#[derive(Debug, Clone)]
pub(super) enum ManifestNode {
    Map(Vec<(Rc<str>, ManifestNode)>),
    List(Vec<ManifestNode>),
    Text(ImageText),
    /// A null, which deletes in a patch.
    Null,
    /// A value that was dropped; it keeps its position in a list.
    Other,
}

/// A text and the entries that changed it.
#[derive(Debug, Clone)]
pub(super) struct ImageText {
    pub text: Rc<str>,
    /// The value as written.
    pub written: Rc<LocatedValue>,
    /// The entry that set the name.
    pub named_by: Option<Rc<ImageEntry>>,
    /// The entry that set the version.
    pub versioned_by: Option<Rc<ImageEntry>>,
    /// True for a field that the configuration declares as an image.
    pub declared: bool,
}

/// Whether objects or patches are read. In patches, nulls and `$patch` count too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ManifestParseMode {
    Objects,
    Patch,
}

/// Returns all objects of a file from the page's document on; a `List` is expanded.
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

/// Parses an object; `None` if it is not a mapping.
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

/// Returns the texts of a mapping up to `MAX_TEXT` bytes.
pub(super) fn short_texts(map: Option<YamlValue<'_>>) -> Vec<(String, String)> {
    let pairs = map.map(YamlValue::pairs).unwrap_or_default();
    let short = pairs
        .into_iter()
        .filter_map(|(key, value)| Some((key, value.text().filter(|t| t.len() <= MAX_TEXT)?)));
    short.map(|(key, text)| (key.to_owned(), text.to_owned())).take(MAX_LABELS).collect()
}

/// Parses a single value, reached by these keys.
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
                    declared: self.is_volume_image(),
                })
            }
            _ => ManifestNode::Other,
        }
    }

    /// True if the text may be an image, the name of a container, or a patch instruction.
    fn may_matter(&self, text: &str) -> bool {
        let key = self.keys.last().map_or("", String::as_str);
        let in_containers =
            || self.keys.len() >= 3 && is_container_list(&self.keys[self.keys.len() - 3]);
        match key {
            "name" => in_containers(),
            "$patch" => self.reading == ManifestParseMode::Patch,
            _ => {
                key.to_ascii_lowercase().contains("image")
                    || is_reference_shaped(text)
                    || self.is_volume_image()
            }
        }
    }

    /// True in `volumes[].image.reference`, an image that a volume mounts.
    fn is_volume_image(&self) -> bool {
        matches!(self.keys.as_slice(), [.., volumes, item, image, reference]
            if volumes == "volumes" && item.starts_with('[')
                && image == "image" && reference == "reference")
    }
}

/// True for a list of containers, at any depth of any kind.
pub(super) fn is_container_list(key: &str) -> bool {
    matches!(key, "containers" | "initContainers")
}

/// True for `registry/name:tag` or `registry/name@digest`, but not for a web address.
pub(super) fn is_reference_shaped(text: &str) -> bool {
    let allowed =
        |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b'/' | b':' | b'@');
    let Some(slash) = text.find('/') else { return false };
    text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.bytes().all(allowed)
        && !text.contains("//")
        && text[slash..].contains([':', '@'])
}

/// Formats keys for display.
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
    /// Returns the number of values in its body.
    pub fn size(&self) -> usize {
        self.body.size()
    }

    /// Returns the group of `group/version`; `""` for the core group.
    pub fn group(&self) -> &str {
        self.api_version.split_once('/').map_or("", |(group, _)| group)
    }

    /// Returns the version of `group/version`.
    pub fn version(&self) -> &str {
        self.api_version.rsplit('/').next().unwrap_or_default()
    }
}

impl ManifestNode {
    /// Returns the value of a key.
    pub fn get(&self, key: &str) -> Option<&ManifestNode> {
        match self {
            ManifestNode::Map(pairs) => {
                pairs.iter().find(|(k, _)| &**k == key).map(|(_, value)| value)
            }
            _ => None,
        }
    }

    /// Returns the number of values below this one, plus one.
    pub fn size(&self) -> usize {
        match self {
            ManifestNode::Map(pairs) => {
                1 + pairs.iter().map(|(_, value)| value.size()).sum::<usize>()
            }
            ManifestNode::List(items) => 1 + items.iter().map(ManifestNode::size).sum::<usize>(),
            ManifestNode::Text(_) | ManifestNode::Null | ManifestNode::Other => 1,
        }
    }

    /// Returns the number of levels below this one, plus one.
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

    /// Returns the text of a key.
    pub fn text_at(&self, key: &str) -> Option<&str> {
        match self.get(key) {
            Some(ManifestNode::Text(cell)) => Some(&cell.text),
            _ => None,
        }
    }
}

/// Visits every container image, at any depth.
pub(super) fn each_container<'n>(node: &'n ManifestNode, visit: &mut impl FnMut(&'n ImageText)) {
    each_image(node, "", false, &mut |cell, in_container| {
        if in_container {
            visit(cell);
        }
    });
}

/// Visits every text under a key `image`, and reports whether it is a container's.
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
