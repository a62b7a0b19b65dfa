//! Which paths were looked at and what was there, shared between everything that looked through the
//! same build.

use super::essence_cache::{EssenceKind, EssenceStamp};
use crate::git::{FileKind, Oid, SnapshotFile};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::rc::Rc;

/// What was found at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathLookup {
    /// Neither a file nor, as far as was asked, a directory.
    Nothing,
    Directory,
    File(Oid, FileKind),
}

impl From<Option<&SnapshotFile>> for PathLookup {
    fn from(file: Option<&SnapshotFile>) -> Self {
        file.map_or(PathLookup::Nothing, |file| PathLookup::File(file.id, file.kind))
    }
}

/// Paths, and other sets of paths that count with them. A base that a thousand overlays build on is
/// held once.
#[derive(Debug, Clone, Default)]
pub struct AccessLog {
    own: BTreeMap<String, PathAccess>,
    shared: Vec<Rc<AccessLog>>,
}

/// What was found at a path, and what was made of it.
#[derive(Debug, Clone)]
struct PathAccess {
    found: PathLookup,
    made: Vec<(EssenceKind, EssenceStamp)>,
}

impl AccessLog {
    /// Adds a path. Of what was found there, most counts.
    pub fn insert(&mut self, path: &str, found: PathLookup) {
        match self.own.get_mut(path) {
            Some(known) if known.found == PathLookup::Nothing => known.found = found,
            Some(_) => {}
            None => {
                self.own.insert(path.to_owned(), PathAccess { found, made: Vec::new() });
            }
        }
    }

    /// Says what was made of a file that was looked at.
    pub(super) fn made_of(&mut self, path: &str, made: EssenceKind, stamp: EssenceStamp) {
        if let Some(seen) =
            self.own.get_mut(path).filter(|seen| !seen.made.contains(&(made, stamp)))
        {
            seen.made.push((made, stamp));
        }
    }

    /// All that was made of a file of its own.
    pub(super) fn made_essences(&self, path: &str) -> &[(EssenceKind, EssenceStamp)] {
        self.own.get(path).map_or(&[], |seen| &seen.made)
    }

    /// Adds everything another set holds.
    pub fn add_shared(&mut self, other: Rc<AccessLog>) {
        if !self.shared.iter().any(|known| Rc::ptr_eq(known, &other)) {
            self.shared.push(other);
        }
    }

    /// The same paths of its own, with these sets instead of those it shares.
    pub(super) fn with_shared(&self, shared: Vec<Rc<AccessLog>>) -> Self {
        AccessLog { own: self.own.clone(), shared }
    }

    /// Are these the sets it shares?
    pub(super) fn has_shared(&self, sets: &[Rc<AccessLog>]) -> bool {
        self.shared.len() == sets.len()
            && self.shared.iter().zip(sets).all(|(a, b)| Rc::ptr_eq(a, b))
    }

    /// The paths of its own.
    pub(super) fn own_paths(&self) -> impl Iterator<Item = &str> {
        self.own.keys().map(String::as_str)
    }

    /// What was found at a path of its own.
    pub(super) fn lookup_at(&self, path: &str) -> Option<PathLookup> {
        self.own.get(path).map(|seen| seen.found)
    }

    /// All paths of files, there or not. A directory is left out: what matters in it was looked at,
    /// too.
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
