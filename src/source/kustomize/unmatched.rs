//! Entries of `images:` that matched nothing, found by name: a file may hold very many of them.

use super::image::ImageEntry;
use std::collections::HashMap;
use std::rc::Rc;

/// Entries that matched nothing so far.
pub(super) struct UnmatchedEntries {
    entries: Vec<Option<Rc<ImageEntry>>>,
    places: HashMap<String, Vec<usize>>,
}

impl UnmatchedEntries {
    /// Begins with these.
    pub fn new(entries: Vec<Rc<ImageEntry>>) -> Self {
        let mut all = UnmatchedEntries { entries: Vec::new(), places: HashMap::new() };
        entries.into_iter().for_each(|entry| all.push(entry));
        all
    }

    fn push(&mut self, entry: Rc<ImageEntry>) {
        let said = entry.reference().name;
        if said != entry.name {
            self.places.entry(said).or_default().push(self.entries.len());
        }
        self.places.entry(entry.name.clone()).or_default().push(self.entries.len());
        self.entries.push(Some(entry));
    }

    /// Adds an entry, unless another one makes the same image.
    pub fn add(&mut self, entry: Rc<ImageEntry>) {
        let name = entry.reference().name;
        let mut near = self
            .places
            .get(&name)
            .into_iter()
            .flatten()
            .filter_map(|at| self.entries[*at].as_ref());
        if !near.any(|known| known.reference().name == name) {
            self.push(entry);
        }
    }

    /// Drops the entries that are for this image, or make it.
    pub fn forget(&mut self, name: &str) {
        for at in self.places.remove(name).unwrap_or_default() {
            self.entries[at] = None;
        }
    }

    /// What is left, in order.
    pub fn into_entries(self) -> Vec<Rc<ImageEntry>> {
        self.entries.into_iter().flatten().collect()
    }
}
