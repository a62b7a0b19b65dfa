//! Entries of `images:` that matched nothing, indexed by name, since a file may have very many.

use super::image::ImageEntry;
use std::collections::HashMap;
use std::rc::Rc;

/// Entries that matched nothing so far.
pub(super) struct UnmatchedEntries {
    entries: Vec<Option<Rc<ImageEntry>>>,
    places: HashMap<String, Vec<usize>>,
}

impl UnmatchedEntries {
    /// Creates the set with these entries.
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

    /// Adds an entry, unless another one produces the same image.
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

    /// Removes the entries that match or produce this image.
    pub fn forget(&mut self, name: &str) {
        for at in self.places.remove(name).unwrap_or_default() {
            self.entries[at] = None;
        }
    }

    /// Returns the remaining entries, in order.
    pub fn into_entries(self) -> Vec<Rc<ImageEntry>> {
        self.entries.into_iter().flatten().collect()
    }
}
