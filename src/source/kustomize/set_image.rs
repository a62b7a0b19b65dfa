//! Edits the list of images like `kustomize edit set image`, with splices: an entry is changed or
//! added, and every other byte of the file stays.
//!
//! kustomize sorts the list by name and rewrites the whole file. Here a new entry goes before the
//! first larger name if the list is sorted, otherwise at its end.

use crate::yaml::{self, EditObstacle, EditableScalar, Splice, YamlStream, YamlValue};
use std::collections::BTreeMap;

/// The edit of one field of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldEdit {
    /// Leaves the field unchanged.
    Keep,
    Set(String),
    /// Removes the field.
    Drop,
}

/// The wanted entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageChange {
    /// Name of the entry: the image's name in the overlay's bases.
    pub name: String,
    pub new_name: FieldEdit,
    pub new_tag: FieldEdit,
    pub digest: FieldEdit,
}

/// The edited fields, in the order in which edits are applied.
const FIELDS: [&str; 3] = ["digest", "newName", "newTag"];

/// An entry as a mapping of texts.
type ImageEntryFields = BTreeMap<String, String>;

/// Returns the splices that make the change; none if the file has it already.
///
/// # Errors
/// [`EditObstacle`] if the list is written in a way that cannot be edited safely.
pub fn set_image_splices(file: &str, change: &ImageChange) -> Result<Vec<Splice>, EditObstacle> {
    let stream = yaml::parse(file).map_err(EditObstacle::NotYaml)?;
    let splices = plan_splices(file, &stream, change)?;
    let new = yaml::apply_splices(file, &splices);
    let new = yaml::parse(&new).map_err(EditObstacle::NotYaml)?;
    let same = stream.documents.len() == new.documents.len()
        && yaml::same_outside(&stream.documents[0], &new.documents[0], "images")
        && wanted_list(&stream, change) == list_entries(&new);
    if same { Ok(splices) } else { Err(EditObstacle::NotWritable) }
}

/// Returns the name of the entry that sets an image's version in this file: the one that renames to
/// it or names it, or else the image's own name.
pub fn entry_name(file: &str, image: &str) -> String {
    let entries = yaml::parse(file).map(|stream| list_entries(&stream)).unwrap_or_default();
    let says =
        |entry: &&ImageEntryFields, key: &str| entry.get(key).is_some_and(|text| text == image);
    let found = entries.iter().rev().find(|entry| says(entry, "newName"));
    let found = found.or_else(|| entries.iter().rev().find(|entry| says(entry, "name")));
    found.and_then(|entry| entry.get("name")).map_or(image, String::as_str).to_owned()
}

fn plan_splices(
    file: &str,
    stream: &YamlStream,
    change: &ImageChange,
) -> Result<Vec<Splice>, EditObstacle> {
    let root = stream
        .documents
        .first()
        .and_then(yaml::YamlDocument::root)
        .ok_or(EditObstacle::NotWritable)?;
    let images = root.get("images").filter(|images| images.items().next().is_some());
    let Some(images) = images else { return add_list(file, root, change) };
    let items: Vec<YamlValue<'_>> = images.items().collect();
    if images.is_alias() || items.iter().any(|item| item.is_alias() || item.is_anchored()) {
        return Err(EditObstacle::NotWritable);
    }
    let named = |item: &&YamlValue<'_>| item.str_at(&["name"]) == Some(change.name.as_str());
    match items.iter().filter(named).collect::<Vec<_>>().as_slice() {
        [] => {
            let new = new_entry(change);
            Ok(vec![yaml::add_item(
                file,
                images,
                insert_position(&items, &change.name),
                &borrow_pairs(&new),
            )?])
        }
        [item] => change_entry(file, stream, **item, change),
        [first, second, ..] => Err(EditObstacle::DuplicateKey {
            key: change.name.clone(),
            lines: (first.line(), second.line()),
        }),
    }
}

/// Adds a list of one entry.
fn add_list(
    file: &str,
    root: YamlValue<'_>,
    change: &ImageChange,
) -> Result<Vec<Splice>, EditObstacle> {
    if root.get("images").is_none() && super::file::get_field(root, "images").is_some() {
        // A key in another case would count twice.
        return Err(EditObstacle::NotWritable);
    }
    yaml::add_key(file, root, "images", &borrow_pairs(&new_entry(change)))
}

/// Returns the position before the first larger name of a sorted list, or else the end.
fn insert_position(items: &[YamlValue<'_>], name: &str) -> usize {
    let names: Vec<&str> =
        items.iter().map(|item| item.str_at(&["name"]).unwrap_or_default()).collect();
    let larger = names.iter().position(|other| *other > name);
    larger.filter(|_| names.is_sorted()).unwrap_or(items.len())
}

fn new_entry(change: &ImageChange) -> Vec<(String, String)> {
    let mut out = vec![("name".to_owned(), change.name.clone())];
    for key in FIELDS {
        if let FieldEdit::Set(text) = field_edit(change, key) {
            out.push((key.to_owned(), text.clone()));
        }
    }
    // kustomize writes keys in alphabetical order.
    out.sort();
    out
}

fn borrow_pairs(entry: &[(String, String)]) -> Vec<(&str, &str)> {
    entry.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect()
}

fn field_edit<'c>(change: &'c ImageChange, key: &str) -> &'c FieldEdit {
    match key {
        "digest" => &change.digest,
        "newName" => &change.new_name,
        _ => &change.new_tag,
    }
}

fn change_entry(
    file: &str,
    stream: &YamlStream,
    item: YamlValue<'_>,
    change: &ImageChange,
) -> Result<Vec<Splice>, EditObstacle> {
    let mut out = Vec::new();
    let mut added = Vec::new();
    for key in FIELDS {
        let there = item
            .raw_pairs()
            .filter(|(name, _)| name.text() == Some(key))
            .map(|(_, value)| value)
            .last();
        match (field_edit(change, key), there) {
            (FieldEdit::Set(text), Some(value)) if !value.is_null() => {
                if value.text() != Some(text) {
                    let spot = EditableScalar::find(file, stream, value.span())?;
                    spot.check_keys()?;
                    let uses = spot.alias_uses();
                    if !uses.is_empty() {
                        return Err(EditObstacle::Anchored(uses));
                    }
                    out.push(spot.replaced_by(text, yaml::Dialect::Yaml)?);
                }
            }
            (FieldEdit::Set(_), Some(_)) => return Err(EditObstacle::NoScalar),
            (FieldEdit::Set(text), None) => added.push((key, text)),
            (FieldEdit::Drop, Some(_)) => out.push(yaml::remove_field(file, item, key)?),
            (FieldEdit::Drop | FieldEdit::Keep, _) => {}
        }
    }
    for (key, text) in added {
        out.push(yaml::add_field(file, item, (key, text))?);
    }
    Ok(join_splices(out))
}

/// Sorts splices and merges insertions at the same position.
fn join_splices(mut splices: Vec<Splice>) -> Vec<Splice> {
    splices.sort_by_key(|splice| (splice.span.start, splice.span.end));
    splices.dedup_by(|next, before| {
        let same_place = next.span == before.span && next.span.is_empty();
        if same_place {
            before.text.push_str(&next.text);
        }
        same_place
    });
    splices
}

/// Returns the entries of the first document, the only one kustomize reads.
fn list_entries(stream: &YamlStream) -> Vec<ImageEntryFields> {
    let root = stream.documents.first().and_then(yaml::YamlDocument::root);
    let items = root.and_then(|root| root.get("images")).into_iter().flat_map(YamlValue::items);
    let texts = |item: YamlValue<'_>| {
        let pairs = item
            .pairs()
            .into_iter()
            .filter_map(|(key, value)| Some((key.to_owned(), value.non_null()?.to_owned())));
        pairs.collect()
    };
    items.map(texts).collect()
}

/// Returns the list as it should be after the change.
fn wanted_list(stream: &YamlStream, change: &ImageChange) -> Vec<ImageEntryFields> {
    let mut out = list_entries(stream);
    let named = |entry: &ImageEntryFields| entry.get("name") == Some(&change.name);
    if !out.iter().any(named) {
        let items = stream.documents.first().and_then(|document| document.root()?.get("images"));
        let items: Vec<YamlValue<'_>> = items.into_iter().flat_map(YamlValue::items).collect();
        let new = new_entry(change).into_iter().collect();
        out.insert(insert_position(&items, &change.name), new);
        return out;
    }
    for entry in out.iter_mut().filter(|entry| named(entry)) {
        for key in FIELDS {
            match field_edit(change, key) {
                FieldEdit::Keep => {}
                FieldEdit::Set(text) => {
                    entry.insert(key.to_owned(), text.clone());
                }
                FieldEdit::Drop => {
                    entry.remove(key);
                }
            }
        }
    }
    out
}

#[cfg(test)]
#[path = "set_image_tests.rs"]
mod tests;
