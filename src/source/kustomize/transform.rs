//! The image transformer: the fields of an object that an `images:` entry rewrites (kustomize
//! `api/filters/imagetag`).

use super::image::ImageEntry;
use super::manifest::{ImageText, Manifest, ManifestNode, is_container_list};
use crate::yaml::{self, YamlValue};
use std::rc::Rc;

/// A field that a configuration declares as an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FieldSpec {
    group: String,
    version: String,
    kind: String,
    path: Vec<String>,
}

impl FieldSpec {
    /// Reads the `images:` of a configuration file.
    pub fn read_all(stream: &yaml::YamlStream) -> Vec<Self> {
        let roots = stream.documents.iter().filter_map(yaml::YamlDocument::root);
        let items = roots.filter_map(|root| root.get("images")).flat_map(YamlValue::items);
        items.filter_map(FieldSpec::read).collect()
    }

    /// Reads a list of specs: the `fieldSpecs` of a transformer.
    pub fn read_list(list: YamlValue<'_>) -> Vec<Self> {
        list.items().filter_map(FieldSpec::read).collect()
    }

    fn read(item: YamlValue<'_>) -> Option<Self> {
        let text = |key: &str| item.str_at(&[key]).unwrap_or_default().to_owned();
        let path = item.str_at(&["path"])?.split('/').filter(|key| !key.is_empty());
        let path = path.map(|key| key.trim_end_matches("[]").to_owned()).collect();
        Some(FieldSpec { group: text("group"), version: text("version"), kind: text("kind"), path })
    }

    fn matches_object(&self, object: &Manifest) -> bool {
        let fits = |wanted: &str, is: &str| wanted.is_empty() || wanted == is;
        fits(&self.group, object.group())
            && fits(&self.version, object.version())
            && fits(&self.kind, &object.kind)
    }
}

/// Rewrites the images of an object that an entry matches; returns whether any matched.
///
/// First come all `containers` and `initContainers` lists at any depth, then the fields of the
/// built-in specs and of the configuration. kustomize v5.5.0 applies both to a pod's own lists, so
/// a `tagSuffix` is added there twice.
pub(super) fn rewrite_images(
    object: &mut Rc<Manifest>,
    entry: &Rc<ImageEntry>,
    specs: &[FieldSpec],
) -> bool {
    if object.kind == "CustomResourceDefinition" || matches!(*object.body, ManifestNode::Other) {
        return false;
    }
    let specs: Vec<&FieldSpec> = specs.iter().filter(|spec| spec.matches_object(object)).collect();
    if !would_change(&object.body, entry, &specs) {
        return false;
    }
    let body = Rc::make_mut(&mut Rc::make_mut(object).body);
    let mut matched = false;
    visit_containers(body, &mut |cell| matched |= set_image(cell, entry));
    for path in POD_LISTS {
        visit_field(body, path, &mut |cell| {
            set_image(cell, entry);
        });
    }
    for spec in specs {
        let path: Vec<&str> = spec.path.iter().map(String::as_str).collect();
        visit_field(body, &path, &mut |cell| {
            cell.declared = true;
            matched |= set_image(cell, entry);
        });
    }
    matched
}

/// kustomize's built-in field specs.
const POD_LISTS: [&[&str]; 4] = [
    &["spec", "containers", "image"],
    &["spec", "initContainers", "image"],
    &["spec", "template", "spec", "containers", "image"],
    &["spec", "template", "spec", "initContainers", "image"],
];

/// True if the entry may change the object. Checked before copying, because objects are shared.
/// Always true with a configuration's specs, which also declare fields as images.
fn would_change(body: &ManifestNode, entry: &ImageEntry, specs: &[&FieldSpec]) -> bool {
    let mut found = !specs.is_empty();
    super::manifest::each_container(body, &mut |cell| found |= entry.matches(&cell.text));
    found
}

fn set_image(cell: &mut ImageText, entry: &Rc<ImageEntry>) -> bool {
    if !entry.matches(&cell.text) {
        return false;
    }
    cell.text = entry.apply(&cell.text).into();
    if entry.new_name.is_some() {
        cell.named_by = Some(Rc::clone(entry));
    }
    if entry.says_version() {
        cell.versioned_by = Some(Rc::clone(entry));
    }
    true
}

fn visit_containers(node: &mut ManifestNode, visit: &mut impl FnMut(&mut ImageText)) {
    match node {
        ManifestNode::Map(pairs) => {
            for (key, value) in pairs {
                visit_containers(value, visit);
                if is_container_list(key) {
                    field_of_items(value, visit);
                }
            }
        }
        ManifestNode::List(items) => {
            items.iter_mut().for_each(|item| visit_containers(item, visit))
        }
        ManifestNode::Text(_) | ManifestNode::Null | ManifestNode::Other => {}
    }
}

fn field_of_items(list: &mut ManifestNode, visit: &mut impl FnMut(&mut ImageText)) {
    if let ManifestNode::List(items) = list {
        items.iter_mut().for_each(|item| visit_field(item, &["image"], visit));
    }
}

/// Visits a field by its path; lists on the way are entered.
fn visit_field(node: &mut ManifestNode, path: &[&str], visit: &mut impl FnMut(&mut ImageText)) {
    match node {
        ManifestNode::List(items) => {
            items.iter_mut().for_each(|item| visit_field(item, path, visit))
        }
        ManifestNode::Map(pairs) => {
            let Some((first, rest)) = path.split_first() else { return };
            if let Some((_, value)) = pairs.iter_mut().find(|(key, _)| **key == **first) {
                visit_field(value, rest, visit);
            }
        }
        ManifestNode::Text(cell) if path.is_empty() => visit(cell),
        ManifestNode::Text(_) | ManifestNode::Null | ManifestNode::Other => {}
    }
}
