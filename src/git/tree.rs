//! Tree objects as raw bytes: scanned, never parsed into a structure.

use git2::Oid;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// One line of a tree.
#[derive(Debug, Clone, Copy)]
pub(super) struct TreeEntry<'a> {
    pub mode: u32,
    pub name: &'a [u8],
    pub id: Oid,
}

pub(super) const MODE_TREE: u32 = 0o040_000;
pub(super) const MODE_LINK: u32 = 0o120_000;
pub(super) const MODE_SUBMODULE: u32 = 0o160_000;

/// Mode and id of one name in a tree object's bytes.
pub(super) fn entry_named(mut bytes: &[u8], name: &[u8]) -> Option<(u32, Oid)> {
    // Only the wanted line is cut up: looking names up is what reading a mapping does most.
    loop {
        let nul = memchr_nul(bytes)?;
        let line = &bytes[..nul];
        let id = bytes.get(nul + 1..nul + 21)?;
        // The mode has five or six digits, so the name starts after one of two places.
        let at = if line.get(5) == Some(&b' ') { 6 } else { 7 };
        if line.get(at..) == Some(name) {
            let mode = line[..at - 1].iter().fold(0, |mode, digit| (mode << 3) | u32::from(digit & 7));
            return Oid::from_bytes(id).ok().map(|id| (mode, id));
        }
        bytes = &bytes[nul + 21..];
    }
}

fn memchr_nul(bytes: &[u8]) -> Option<usize> {
    bytes.iter().position(|b| *b == 0)
}

/// The trees of a repository that were read, by id: trees of different revisions share most of
/// their parts. Emptied when it grows large.
#[derive(Default)]
pub(super) struct TreeCache(RefCell<Kept>);

#[derive(Default)]
struct Kept {
    trees: HashMap<Oid, Rc<[u8]>>,
    /// Of all of them.
    bytes: usize,
}

/// How many bytes of trees are kept.
const CACHED_BYTES: usize = 4 << 20;

impl TreeCache {
    /// The tree's bytes, read if they are not kept.
    pub fn get(&self, id: Oid, read: impl FnOnce() -> Option<Rc<[u8]>>) -> Option<Rc<[u8]>> {
        if let Some(bytes) = self.0.borrow().trees.get(&id) {
            return Some(Rc::clone(bytes));
        }
        let bytes = read()?;
        let mut kept = self.0.borrow_mut();
        if kept.bytes + bytes.len() > CACHED_BYTES {
            *kept = Kept::default();
        }
        kept.bytes += bytes.len();
        kept.trees.insert(id, Rc::clone(&bytes));
        Some(bytes)
    }
}

/// The entries of a tree object's bytes: `mode SP name NUL id`, again and again. A malformed rest
/// ends the iteration.
pub(super) fn entries(mut bytes: &[u8]) -> impl Iterator<Item = TreeEntry<'_>> {
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
