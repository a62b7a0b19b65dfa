//! Packs, read without libgit2, which maps whole packs into memory and always unpacks commits to
//! the end.
//!
//! Only certain answers are given: a loose, missing, very large or damaged object yields `None`,
//! and libgit2 is asked ([`super::objects`]). As in libgit2 with strict verification off, ids are
//! not checked against contents. The checksum of the compressed stream is verified, except for the
//! fronts of commits, which are not unpacked to the end.

mod alternates;
mod blocks;
mod delta;
mod delta_bases;
mod entry;
mod file;
mod index;
mod inflate;
mod reader;

pub(super) use reader::PackReader;

use index::PackIndex;
use std::fs::File;
use std::path::Path;

/// Larger objects are left to libgit2, in bytes.
const MAX_OBJECT: usize = 16 << 20;

/// Maximum number of packs; libgit2 reads the others. Each keeps two files open.
const MAX_PACKS: usize = 64;

/// The packs of a repository, for any number of readers.
pub(super) struct PackSet(Vec<PackFile>);

struct PackFile {
    index: PackIndex,
    file: File,
    length: u64,
}

impl PackSet {
    /// Opens the readable packs of an object folder and of those it borrows from, largest first.
    pub fn open(objects: &Path) -> Self {
        let folders = alternates::object_folders(objects).into_iter();
        let files = folders
            .filter_map(|folder| std::fs::read_dir(folder.join("pack")).ok())
            .flatten()
            .flatten();
        let indexes = files
            .map(|file| file.path())
            .filter(|path| path.extension().is_some_and(|e| e == "idx"));
        let mut packs: Vec<PackFile> =
            indexes.filter_map(|path| PackFile::open(&path)).take(MAX_PACKS).collect();
        packs.sort_by_key(|pack| std::cmp::Reverse(pack.length));
        PackSet(packs)
    }
}

impl PackFile {
    /// Opens a pack by its index, if count and checksum of the two match.
    fn open(index: &Path) -> Option<Self> {
        let file = File::open(index.with_extension("pack")).ok()?;
        let index = PackIndex::open(index)?;
        let length = file::file_length(&file)?;
        let mut header = [0; 12];
        file::read_exact(&file, 0, &mut header)?;
        let [b'P', b'A', b'C', b'K', 0, 0, 0, 2, count @ ..] = header else { return None };
        let mut checksum = [0; 20];
        file::read_exact(&file, length.checked_sub(20)?, &mut checksum)?;
        let fits =
            u32::from_be_bytes(count) == index.object_count() && checksum == index.pack_checksum;
        fits.then_some(PackFile { index, file, length })
    }
}

#[cfg(test)]
mod tests;
