//! Finds the cells that a change moves, by meaning: a comment, a reformat or another key moves
//! none.

use crate::model::{CellKey, EntryNote, Location, MappingEntry, Version};
use std::collections::{BTreeMap, BTreeSet};

/// A changed cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellChange {
    pub cell: CellKey,
    /// Old values, sorted. Several, if the places of a cell disagree.
    pub from: Vec<CellValue>,
    pub to: Vec<CellValue>,
    /// Versions that arrived in a place which had another one, or none.
    arriving: Vec<Version>,
    /// The file to show.
    pub path: Option<String>,
    /// 1-based; `None` if the place is gone.
    pub line: Option<u32>,
}

/// A value of a cell.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CellValue {
    pub image: Option<String>,
    pub version: Version,
}

/// Kind of a cell's change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CellChangeKind {
    New,
    Gone,
    Changed,
}

impl CellChange {
    /// Kind of the change.
    pub fn kind(&self) -> CellChangeKind {
        match (self.from.is_empty(), self.to.is_empty()) {
            (true, _) => CellChangeKind::New,
            (_, true) => CellChangeKind::Gone,
            _ => CellChangeKind::Changed,
        }
    }

    /// A change without a place.
    #[cfg(test)]
    pub(super) fn new(cell: CellKey, from: Vec<CellValue>, to: Vec<CellValue>) -> Self {
        CellChange { cell, from, to, arriving: Vec::new(), path: None, line: None }
    }

    /// Versions that were not there before.
    pub fn arriving_versions(&self) -> &[Version] {
        &self.arriving
    }

    /// Image names that were not there before.
    pub fn arriving_images(&self) -> impl Iterator<Item = &str> {
        let was_there =
            |image: &str| self.from.iter().any(|from| from.image.as_deref() == Some(image));
        self.to.iter().filter_map(|to| to.image.as_deref()).filter(move |image| !was_there(image))
    }
}

/// True for an entry that changes no object.
fn is_unmatched(entry: &MappingEntry) -> bool {
    entry.notes.iter().any(|note| matches!(note, EntryNote::Unmatched | EntryNote::NoEffect))
}

type EntriesByCell<'e> = BTreeMap<CellKey, Vec<&'e MappingEntry>>;

/// A place of a cell: file, document, key.
type EntryPlace<'e> = (&'e str, u32, &'e str);

/// Finds all cells that differ between the two states. The location shown is one in a changed file,
/// if there is any.
pub fn find_cell_changes(
    before: &[MappingEntry],
    after: &[MappingEntry],
    changed: &BTreeSet<&str>,
) -> Vec<CellChange> {
    let (before, after) = (entries_by_cell(before), entries_by_cell(after));
    let mut cells: Vec<&CellKey> = before.keys().chain(after.keys()).collect();
    cells.sort();
    cells.dedup();
    let entries =
        |cells: &EntriesByCell<'_>, cell| cell_values(cells.get(cell).map_or(&[], Vec::as_slice));
    let mut out = Vec::new();
    for cell in cells {
        let (from, to) = (entries(&before, cell), entries(&after, cell));
        // An entry of `images` that matches nothing is not the cell of an object that is gone.
        let is_built = |all: Option<&Vec<&MappingEntry>>| {
            all.is_some_and(|all| all.iter().any(|entry| !is_unmatched(entry)))
        };
        let lost = is_built(before.get(cell)) && !is_built(after.get(cell)) && !to.is_empty();
        let to = if lost { Vec::new() } else { to };
        let (was, is) = (versions_by_place(before.get(cell)), versions_by_place(after.get(cell)));
        // If the version is written in one place, moving it elsewhere does not matter; of several
        // places each may be read by another program.
        let is_spread = was.len() > 1 || is.len() > 1;
        if from == to && !lost && (!is_spread || was == is) {
            continue;
        }
        let is_new = |place: &EntryPlace<'_>, version: &Version| match is_spread {
            true => was.get(place).is_none_or(|was| *was != version),
            false => from.iter().all(|from| from.version != *version),
        };
        let mut arriving: Vec<Version> = is
            .iter()
            .filter(|_| !lost)
            .filter(|(place, version)| is_new(place, version))
            .map(|(_, version)| (*version).clone())
            .collect();
        arriving.extend(
            to.iter()
                .map(|to| &to.version)
                .filter(|to| from.iter().all(|from| from.version != **to))
                .cloned(),
        );
        arriving.sort();
        arriving.dedup();
        let place = changed_location(&after, cell, changed);
        let gone = || place_of_gone(&before, cell);
        let path = place.map(|place| place.path.clone()).or_else(gone);
        out.push(CellChange {
            cell: cell.clone(),
            from,
            to,
            arriving,
            path,
            line: place.map(|place| place.line),
        });
    }
    out
}

fn entries_by_cell(entries: &[MappingEntry]) -> EntriesByCell<'_> {
    let mut out = EntriesByCell::new();
    for entry in entries {
        out.entry(entry.cell()).or_default().push(entry);
    }
    out
}

fn cell_values(entries: &[&MappingEntry]) -> Vec<CellValue> {
    let mut out: Vec<CellValue> = entries
        .iter()
        .map(|entry| CellValue { image: entry.image.clone(), version: entry.version.clone() })
        .collect();
    out.sort();
    out
}

/// The version in each place.
fn versions_by_place<'e>(
    entries: Option<&Vec<&'e MappingEntry>>,
) -> BTreeMap<EntryPlace<'e>, &'e Version> {
    let entries = entries.into_iter().flatten();
    let places =
        entries.flat_map(|entry| entry.locations.iter().map(|place| (place, &entry.version)));
    places
        .map(|(place, version)| {
            ((place.path.as_str(), place.document, place.key.as_str()), version)
        })
        .collect()
}

fn changed_location<'e>(
    cells: &EntriesByCell<'e>,
    cell: &CellKey,
    changed: &BTreeSet<&str>,
) -> Option<&'e Location> {
    let entries = cells.get(cell)?;
    let places = || entries.iter().flat_map(|entry| &entry.locations);
    places().find(|place| changed.contains(place.path.as_str())).or_else(|| places().next())
}

fn place_of_gone(cells: &EntriesByCell<'_>, cell: &CellKey) -> Option<String> {
    let mut places = cells.get(cell)?.iter().flat_map(|entry| &entry.locations);
    places.next().map(|place| place.path.clone())
}
