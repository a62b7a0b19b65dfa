//! The places of a file whose values are cells of the mapping, on both sides of a change.

use super::difference::{TreeDifference, TreeLeaf};
use crate::model::{ImagePart, ImageReference, MappingEntry, SourceForm};
use std::collections::BTreeSet;
use std::ops::Range;

/// A place of a cell.
#[derive(Debug, Clone)]
struct CellPlace {
    span: Range<usize>,
    line: u32,
    /// The keys above the place.
    parent: String,
    image: Option<String>,
    /// The cell has the same version and image on the other side.
    stays: bool,
    /// It stays, but is not written under this key there. A chart that reads the one key does not
    /// read the other, however alike they are.
    has_other_key: bool,
}

/// The places of a file's cells.
#[derive(Debug, Default)]
pub struct CellPlaces {
    before: Vec<CellPlace>,
    after: Vec<CellPlace>,
    /// The line before that of an embedded text, which counts its own lines from 1.
    embedded: Option<(u32, u32)>,
    /// The names of entries of `images` that set a version, in any file.
    entries: BTreeSet<String>,
}

impl CellPlaces {
    /// Collects the places in a file.
    pub fn of_file(path: &str, before: &[MappingEntry], after: &[MappingEntry]) -> Self {
        let places = |entries: &[MappingEntry], others: &[MappingEntry]| {
            let here = |entry: &&MappingEntry| entry.locations.iter().any(|one| one.path == path);
            let all = entries.iter().filter(here).flat_map(|entry| {
                let other = find_unchanged(entry, others);
                let here = entry.locations.iter().filter(|place| place.path == path);
                here.map(move |place| CellPlace {
                    span: place.span.start..place.span.end,
                    line: place.line,
                    parent: parent_of(&place.key).to_owned(),
                    image: entry.image.clone().filter(|_| place.part != ImagePart::Reference),
                    stays: other.is_some(),
                    has_other_key: other.is_some_and(|other| {
                        other.locations.iter().all(|one| one.key != place.key)
                    }),
                })
            });
            all.collect::<Vec<CellPlace>>()
        };
        let keys = before.iter().chain(after).flat_map(|entry| &entry.locations);
        let names = keys.filter_map(|place| {
            let (name, field) = place.key.strip_prefix("images[")?.rsplit_once("].")?;
            matches!(field, "newTag" | "digest").then(|| name.to_owned())
        });
        CellPlaces {
            before: places(before, after),
            after: places(after, before),
            embedded: None,
            entries: names.collect(),
        }
    }

    /// True if the file has cells on both sides or on one.
    pub fn is_empty(&self) -> bool {
        self.before.is_empty() && self.after.is_empty()
    }

    /// True if a cell is on this line, after the change or before.
    pub fn has_line(&self, line: u32) -> bool {
        self.after.iter().chain(&self.before).any(|place| place.line == line)
    }

    /// The same places for a text within the file that begins at these lines.
    pub fn within(&self, before: u32, after: u32) -> Self {
        CellPlaces {
            before: self.before.clone(),
            after: self.after.clone(),
            embedded: Some((before.saturating_sub(1), after.saturating_sub(1))),
            entries: self.entries.clone(),
        }
    }

    /// True for images whose version an entry of `images` sets, by their names.
    pub fn are_set_by_entries(&self, difference: &TreeDifference) -> bool {
        difference
            .leaves()
            .all(|leaf| self.entries.contains(&ImageReference::parse(&leaf.text).name))
    }

    /// True if a difference is one of cells: its values are versions of the mapping, or parts of
    /// their images' names.
    pub fn cover(&self, difference: &TreeDifference) -> bool {
        let keys = difference.display_keys();
        let parent = parent_of(&keys);
        let (above, behind) = self.embedded.unwrap_or_default();
        // What comes or goes is not the value of a cell that stays.
        let is_pair = difference.before.is_some() && difference.after.is_some();
        let is_cell = |leaf: &Option<TreeLeaf>, places: &[CellPlace], offset: u32| {
            leaf.as_ref().is_none_or(|leaf| {
                let at = || places.iter().filter(|place| self.is_at(place, leaf, offset));
                let named = || places.iter().filter(|place| names_image(place, parent, &leaf.text));
                let is_named =
                    named().next().is_some() && (is_pair || named().all(|place| !place.stays));
                match at().next() {
                    Some(_) => is_pair || at().all(|place| !place.has_other_key),
                    None => is_named,
                }
            })
        };
        is_cell(&difference.before, &self.before, above)
            && is_cell(&difference.after, &self.after, behind)
    }

    fn is_at(&self, place: &CellPlace, leaf: &TreeLeaf, offset: u32) -> bool {
        let is_within = place.span.start >= leaf.span.start && place.span.end <= leaf.span.end;
        match self.embedded {
            Some(_) => place.line == leaf.line + offset,
            None => is_within && !leaf.span.is_empty() && !leaf.text.trim().contains('\n'),
        }
    }
}

/// Finds the same cell with the same version and image, if it is read out of keys whose meaning
/// only the program knows.
fn find_unchanged<'e>(
    entry: &MappingEntry,
    others: &'e [MappingEntry],
) -> Option<&'e MappingEntry> {
    let form = entry.source.descriptor().form;
    let is_of_keys = matches!(form, SourceForm::KeyTree | SourceForm::ControllerObjects);
    let (cell, same) = (entry.cell(), |other: &&MappingEntry| {
        (&entry.version, &entry.image) == (&other.version, &other.image)
    });
    others.iter().filter(|_| is_of_keys).filter(same).find(|other| other.cell() == cell)
}

/// True if a text beside a version is its image's name, or a whole part of it.
fn names_image(place: &CellPlace, parent: &str, text: &str) -> bool {
    let text = text.trim_matches('/');
    let is_beside = parent == place.parent || parent.ends_with(&format!(".{}", place.parent));
    is_beside
        && !text.is_empty()
        && place.image.as_deref().is_some_and(|image| {
            let rest = image.strip_prefix(text).is_some_and(|rest| rest.starts_with('/'));
            let start = image.strip_suffix(text).is_some_and(|start| start.ends_with('/'));
            image == text || rest || start
        })
}

/// The keys above the last one of `a.b[c].d`.
fn parent_of(keys: &str) -> &str {
    let end = keys.rfind(['.', '[']).unwrap_or(0);
    &keys[..end]
}
