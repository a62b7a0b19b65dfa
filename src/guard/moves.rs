//! Which cells of the mapping a change moves, by meaning: a comment, a reformat or another key moves
//! none.

use crate::model::{Entry, Location, SlotKey, Version};
use std::collections::BTreeMap;

/// A cell that is not what it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    pub slot: SlotKey,
    /// What was written, in order. Several, where places of one cell disagree.
    pub from: Vec<Written>,
    pub to: Vec<Written>,
    /// The file that people look at.
    pub path: Option<String>,
    /// 1-based; `None` where the place is gone.
    pub line: Option<u32>,
}

/// One value of a cell.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Written {
    pub image: Option<String>,
    pub version: Version,
}

/// What happens to a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    New,
    Gone,
    Changed,
}

impl Move {
    /// What happens to it.
    pub fn kind(&self) -> Kind {
        match (self.from.is_empty(), self.to.is_empty()) {
            (true, _) => Kind::New,
            (_, true) => Kind::Gone,
            _ => Kind::Changed,
        }
    }

    /// The versions that were not there before.
    pub fn arriving(&self) -> Vec<&Version> {
        let was_there = |version: &Version| self.from.iter().any(|from| from.version == *version);
        let mut out: Vec<&Version> =
            self.to.iter().map(|to| &to.version).filter(|version| !was_there(version)).collect();
        out.dedup();
        out
    }

    /// The image names that were not there before.
    pub fn arriving_images(&self) -> impl Iterator<Item = &str> {
        let was_there = |image: &str| self.from.iter().any(|from| from.image.as_deref() == Some(image));
        self.to.iter().filter_map(|to| to.image.as_deref()).filter(move |image| !was_there(image))
    }
}

type Cells<'e> = BTreeMap<SlotKey, Vec<&'e Entry>>;

/// All cells that are not in both states the same. Of the places of a cell, people look at one that
/// `is_changed`.
pub fn moves(before: &[Entry], after: &[Entry], is_changed: &dyn Fn(&str) -> bool) -> Vec<Move> {
    let (before, after) = (cells(before), cells(after));
    let mut slots: Vec<&SlotKey> = before.keys().chain(after.keys()).collect();
    slots.sort();
    slots.dedup();
    let entries = |cells: &Cells<'_>, slot| written(cells.get(slot).map_or(&[], Vec::as_slice));
    let mut out = Vec::new();
    for slot in slots {
        let (from, to) = (entries(&before, slot), entries(&after, slot));
        if from == to {
            continue;
        }
        let place = place(&after, slot, is_changed);
        let gone = || place_of_gone(&before, slot);
        let path = place.map(|place| place.path.clone()).or_else(gone);
        out.push(Move { slot: slot.clone(), from, to, path, line: place.map(|place| place.line) });
    }
    out
}

fn cells(entries: &[Entry]) -> Cells<'_> {
    let mut out = Cells::new();
    for entry in entries {
        out.entry(entry.slot()).or_default().push(entry);
    }
    out
}

fn written(entries: &[&Entry]) -> Vec<Written> {
    let mut out: Vec<Written> =
        entries.iter().map(|entry| Written { image: entry.image.clone(), version: entry.version.clone() }).collect();
    out.sort();
    out
}

fn place<'e>(cells: &Cells<'e>, slot: &SlotKey, is_changed: &dyn Fn(&str) -> bool) -> Option<&'e Location> {
    let entries = cells.get(slot)?;
    let places = || entries.iter().flat_map(|entry| &entry.locations);
    places().find(|place| is_changed(&place.path)).or_else(|| places().next())
}

fn place_of_gone(cells: &Cells<'_>, slot: &SlotKey) -> Option<String> {
    let mut places = cells.get(slot)?.iter().flat_map(|entry| &entry.locations);
    places.next().map(|place| place.path.clone())
}
