//! What is left of files that are many and large and of which little is needed: their texts and trees
//! are not kept.
//!
//! Each value bears a stamp, which another text of the file changes only if the value is another. So who
//! used a value knows whether a change of the file matters.

use super::reader::{SnapshotReader, unreadable_warning};
use crate::git::{Oid, ReadError, SnapshotFile};
use crate::model::Warning;
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

pub(super) use super::kustomize::EssenceKind;

/// Tells the values apart that were ever made of one file.
pub(super) type EssenceStamp = u64;

/// When two values are the same as far as versions go.
pub(super) trait SameEssence {
    /// Are these two?
    fn is_same_essence(&self, other: &Self) -> bool;
}

/// What is left of files by path, or why nothing is; of each the contents seen last.
pub(super) struct EssenceCache<T>(RefCell<HashMap<String, CachedEssence<T>>>);

/// What is left of one file.
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
    /// What was left of a path's contents seen last.
    pub fn last_value(&self, path: &str) -> Option<Rc<T>> {
        self.0.borrow().get(path).and_then(|known| known.value.clone().ok())
    }

    /// Forgets a path.
    pub fn forget(&self, path: &str) {
        self.0.borrow_mut().remove(path);
    }

    /// All paths.
    pub fn paths(&self) -> HashSet<String> {
        self.0.borrow().keys().cloned().collect()
    }

    /// What is left of a file, read if its contents are others than last time.
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
    /// What `reduce` leaves of a file, given its path and text; noted as `made` of it. `None` with a
    /// warning where nothing is.
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

    /// The stamp of what is left of a file; `None` where nothing is. Nobody has looked at it for that.
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
