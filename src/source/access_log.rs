//! Records the paths that were looked up and the results, shared between all users of one build.

use super::essence_cache::{EssenceKind, EssenceStamp};
use crate::git::{FileKind, Oid, SnapshotFile};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::rc::Rc;

/// The result of looking up a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathLookup {
    /// Neither a file nor, if that was checked, a directory.
    Nothing,
    Directory,
    File(Oid, FileKind),
}

impl From<Option<&SnapshotFile>> for PathLookup {
    fn from(file: Option<&SnapshotFile>) -> Self {
        file.map_or(PathLookup::Nothing, |file| PathLookup::File(file.id, file.kind))
    }
}

/// A set of accessed paths, plus other sets that belong to it. A base used by a thousand overlays
/// is stored once.
#[derive(Debug, Clone, Default)]
pub struct AccessLog {
    own: BTreeMap<String, PathAccess>,
    shared: Vec<Rc<AccessLog>>,
}

/// The lookup result for a path, and the values derived from the file.
#[derive(Debug, Clone)]
struct PathAccess {
    found: PathLookup,
    made: Vec<(EssenceKind, EssenceStamp)>,
}

impl AccessLog {
    /// Adds a path. A found file or directory replaces `Nothing`.
    pub fn insert(&mut self, path: &str, found: PathLookup) {
        match self.own.get_mut(path) {
            Some(known) if known.found == PathLookup::Nothing => known.found = found,
            Some(_) => {}
            None => {
                self.own.insert(path.to_owned(), PathAccess { found, made: Vec::new() });
            }
        }
    }

    /// Records a value derived from an accessed file.
    pub(super) fn made_of(&mut self, path: &str, made: EssenceKind, stamp: EssenceStamp) {
        if let Some(seen) =
            self.own.get_mut(path).filter(|seen| !seen.made.contains(&(made, stamp)))
        {
            seen.made.push((made, stamp));
        }
    }

    /// Returns the values derived from one of its own files.
    pub(super) fn made_essences(&self, path: &str) -> &[(EssenceKind, EssenceStamp)] {
        self.own.get(path).map_or(&[], |seen| &seen.made)
    }

    /// Adds another set, which is shared.
    pub fn add_shared(&mut self, other: Rc<AccessLog>) {
        if !self.shared.iter().any(|known| Rc::ptr_eq(known, &other)) {
            self.shared.push(other);
        }
    }

    /// Returns its own paths with different shared sets.
    pub(super) fn with_shared(&self, shared: Vec<Rc<AccessLog>>) -> Self {
        AccessLog { own: self.own.clone(), shared }
    }

    /// True if it shares exactly these sets.
    pub(super) fn has_shared(&self, sets: &[Rc<AccessLog>]) -> bool {
        self.shared.len() == sets.len()
            && self.shared.iter().zip(sets).all(|(a, b)| Rc::ptr_eq(a, b))
    }

    /// Returns its own paths.
    pub(super) fn own_paths(&self) -> impl Iterator<Item = &str> {
        self.own.keys().map(String::as_str)
    }

    /// Returns the lookup result for one of its own paths.
    pub(super) fn lookup_at(&self, path: &str) -> Option<PathLookup> {
        self.own.get(path).map(|seen| seen.found)
    }

    /// Returns all file paths, existing or not. Directories are left out: the relevant files in
    /// them were looked up too.
    pub fn file_paths(&self) -> BTreeSet<String> {
        let mut out = BTreeSet::new();
        self.collect_paths(&mut HashSet::new(), &mut out);
        out
    }

    fn collect_paths(&self, seen: &mut HashSet<*const AccessLog>, out: &mut BTreeSet<String>) {
        out.extend(
            self.own
                .iter()
                .filter(|(_, seen)| seen.found != PathLookup::Directory)
                .map(|(path, _)| path.clone()),
        );
        for shared in &self.shared {
            if seen.insert(Rc::as_ptr(shared)) {
                shared.collect_paths(seen, out);
            }
        }
    }
}
