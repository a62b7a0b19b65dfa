//! Tree objects as raw bytes: scanned, never parsed into a structure.

use git2::Oid;
use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::rc::Rc;

/// One entry of a tree.
#[derive(Debug, Clone, Copy)]
pub(super) struct TreeEntry<'a> {
    pub mode: u32,
    pub name: &'a [u8],
    pub id: Oid,
}

/// Directories nested deeper than this are not entered.
pub(super) const MAX_DEPTH: usize = 64;

pub(super) const MODE_TREE: u32 = 0o040_000;
pub(super) const MODE_LINK: u32 = 0o120_000;
pub(super) const MODE_SUBMODULE: u32 = 0o160_000;

/// Returns mode and id of one name in the bytes of a tree object.
pub(super) fn entry_named(mut bytes: &[u8], name: &[u8]) -> Option<(u32, Oid)> {
    // Only the wanted entry is parsed: name lookups dominate reading a mapping.
    loop {
        let nul = memchr_nul(bytes)?;
        let line = &bytes[..nul];
        let id = bytes.get(nul + 1..nul + 21)?;
        // The mode has five or six digits, so the name starts at one of two positions.
        let at = if line.get(5) == Some(&b' ') { 6 } else { 7 };
        if line.get(at..) == Some(name) {
            let mode =
                line[..at - 1].iter().fold(0, |mode, digit| (mode << 3) | u32::from(digit & 7));
            return Oid::from_bytes(id).ok().map(|id| (mode, id));
        }
        bytes = &bytes[nul + 21..];
    }
}

fn memchr_nul(bytes: &[u8]) -> Option<usize> {
    bytes.iter().position(|b| *b == 0)
}

/// Cache of tree objects by id: trees of different revisions share most of their parts. Cleared
/// when it grows large.
#[derive(Default)]
pub(super) struct TreeCache(RefCell<CachedTrees>);

#[derive(Default)]
struct CachedTrees {
    trees: HashMap<Oid, Rc<[u8]>, BuildHasherDefault<IdHasher>>,
    /// The total size of the cached trees.
    bytes: usize,
}

/// Hasher for keys that nobody can choose freely: ids are hashes already, and pack positions are
/// few.
#[derive(Default)]
pub(in crate::git) struct IdHasher(u64);

impl Hasher for IdHasher {
    fn write(&mut self, bytes: &[u8]) {
        let word =
            bytes.first_chunk().map_or(bytes.len() as u64, |first| u64::from_le_bytes(*first));
        self.write_u64(word);
    }

    fn write_u64(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(23) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn write_usize(&mut self, word: usize) {
        self.write_u64(word as u64);
    }

    fn finish(&self) -> u64 {
        self.0.rotate_left(26)
    }
}

/// Maximum size of the cache, in bytes.
const CACHED_BYTES: usize = 4 << 20;

impl TreeCache {
    /// Returns a cached tree.
    pub fn get_tree(&self, id: Oid) -> Option<Rc<[u8]>> {
        self.0.borrow().trees.get(&id).map(Rc::clone)
    }

    /// Caches a tree.
    pub fn insert_tree(&self, id: Oid, bytes: &Rc<[u8]>) {
        let mut kept = self.0.borrow_mut();
        if kept.bytes + bytes.len() > CACHED_BYTES {
            *kept = CachedTrees::default();
        }
        kept.bytes += bytes.len();
        kept.trees.insert(id, Rc::clone(bytes));
    }
}

/// Returns the length of the first entry; `None` at the end or if the rest is malformed.
pub(super) fn entry_length(bytes: &[u8]) -> Option<usize> {
    let length = memchr_nul(bytes)? + 21;
    (length <= bytes.len()).then_some(length)
}

/// Parses the entries of a tree object: `mode SP name NUL id`, repeated. A malformed rest ends the
/// iteration.
pub(super) fn parse_entries(mut bytes: &[u8]) -> impl Iterator<Item = TreeEntry<'_>> {
    std::iter::from_fn(move || {
        let space = bytes.iter().position(|b| *b == b' ')?;
        let mode = bytes[..space].iter().try_fold(0u32, |mode, digit| {
            (b'0'..=b'7').contains(digit).then(|| (mode << 3) | u32::from(digit - b'0'))
        })?;
        let nul = space + 1 + bytes[space + 1..].iter().position(|b| *b == 0)?;
        let id = Oid::from_bytes(bytes.get(nul + 1..nul + 21)?).ok()?;
        let entry = TreeEntry { mode, name: &bytes[space + 1..nul], id };
        bytes = &bytes[nul + 21..];
        Some(entry)
    })
}
