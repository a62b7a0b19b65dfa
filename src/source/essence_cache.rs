//! Cache of the relevant part ("essence") of large files, without their texts and trees.
//!
//! Each value has a stamp, which changes only if the value changes. So users of a value can tell
//! whether a change of the file matters.

use super::reader::{SnapshotReader, unreadable_warning};
use crate::git::{Oid, ReadError, SnapshotFile};
use crate::model::Warning;
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

pub(super) use super::kustomize::EssenceKind;

/// Identifies one of the values derived from a file.
pub(super) type EssenceStamp = u64;

/// Equality of two values as far as versions are concerned.
pub(super) trait SameEssence {
    /// True if both values are equal for versions.
    fn is_same_essence(&self, other: &Self) -> bool;
}

/// Essences by path, or why there is none; only for the contents seen last.
pub(super) struct EssenceCache<T>(RefCell<HashMap<String, CachedEssence<T>>>);

/// The essence of one file.
struct CachedEssence<T> {
    id: Oid,
    value: Result<Rc<T>, Warning>,
    stamp: EssenceStamp,
}

impl<T> Default for EssenceCache<T> {
    fn default() -> Self {
        EssenceCache(RefCell::default())
    }
}

impl<T: SameEssence> EssenceCache<T> {
    /// Returns the essence of the contents seen last at a path.
    pub fn last_value(&self, path: &str) -> Option<Rc<T>> {
        self.0.borrow().get(path).and_then(|known| known.value.clone().ok())
    }

    /// Removes a path.
    pub fn forget(&self, path: &str) {
        self.0.borrow_mut().remove(path);
    }

    /// Returns all paths.
    pub fn paths(&self) -> HashSet<String> {
        self.0.borrow().keys().cloned().collect()
    }

    /// Returns the essence of a file, reading it if its contents changed.
    fn load_essence(
        &self,
        reader: &SnapshotReader<'_>,
        file: &SnapshotFile,
        reduce: impl FnOnce(&str, &str) -> Result<T, Warning>,
    ) -> (Result<Rc<T>, Warning>, EssenceStamp) {
        let current = |known: &CachedEssence<T>| {
            (known.id == file.id).then(|| (known.value.clone(), known.stamp))
        };
        if let Some(current) = self.0.borrow().get(&file.path).and_then(current) {
            return current;
        }
        let bytes = reader.snapshot().read_file(file);
        let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok().ok_or(ReadError::NotText));
        let text = text.map_err(|error| unreadable_warning(&file.path, &error));
        let value = text.and_then(|text| reduce(&file.path, &text)).map(Rc::new);
        let mut all = self.0.borrow_mut();
        let kept = all.get(&file.path).filter(|known| match (&known.value, &value) {
            (Ok(old), Ok(new)) => old.is_same_essence(new),
            _ => false,
        });
        let stamp = kept.map_or_else(|| reader.cache.next_stamp(), |known| known.stamp);
        all.insert(file.path.clone(), CachedEssence { id: file.id, value: value.clone(), stamp });
        (value, stamp)
    }
}

impl SnapshotReader<'_> {
    /// Derives the essence of a file with `reduce`, given its path and text, and records it as
    /// `made`. `None` with a warning if there is none.
    pub(super) fn reduce_file<T: SameEssence>(
        &self,
        (known, made): (&EssenceCache<T>, EssenceKind),
        path: &str,
        reduce: impl FnOnce(&str, &str) -> Result<T, Warning>,
    ) -> Option<Rc<T>> {
        let Some(file) = self.find_file(path) else {
            self.add_warning(unreadable_warning(path, &ReadError::NotFound));
            return None;
        };
        let (value, stamp) = known.load_essence(self, &file, reduce);
        self.touched.borrow_mut().made_of(path, made, stamp);
        value.map_err(|warning| self.add_warning(warning)).ok()
    }

    /// Returns the stamp of a file's essence; `None` if there is none. The access is not recorded.
    pub(super) fn stamp_of<T: SameEssence>(
        &self,
        known: &EssenceCache<T>,
        path: &str,
        reduce: impl FnOnce(&str, &str) -> Result<T, Warning>,
    ) -> Option<EssenceStamp> {
        let file = self.snapshot().find_file(path)?;
        let (value, stamp) = known.load_essence(self, &file, reduce);
        value.is_ok().then_some(stamp)
    }
}
