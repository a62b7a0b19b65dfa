//! Packs, read without libgit2, which maps whole packs into memory and unpacks commits to the end.
//!
//! Answers only what is certain: for an object that is loose, missing, very large or damaged there
//! is no answer here, and libgit2 is asked ([`super::objects`]). Ids are not checked against the
//! contents, as libgit2 does not when told not to; the checksum of the compressed stream is, but for
//! the fronts of commits, which are not unpacked to the end.

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

/// Larger objects are left to libgit2. In bytes.
const MAX_OBJECT: usize = 16 << 20;

/// More packs are left to libgit2: each has two files open.
const MAX_PACKS: usize = 64;

/// The packs of a repository, for any number of readers.
pub(super) struct PackSet(Vec<PackFile>);

struct PackFile {
    index: PackIndex,
    file: File,
    length: u64,
}

impl PackSet {
    /// The packs that can be read in an object folder and in those it borrows from, largest first.
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
    /// Opens a pack by its index, if the two belong together.
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
