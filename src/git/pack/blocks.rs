//! Cache of recently read blocks of packs, one per thread.

use super::file::read_up_to;
use std::fs::File;

/// Bytes of a block. Trees of one folder lie close together, so the next one is often in the same
/// block.
const BLOCK: usize = 8 << 10;
/// Each block repeats this many bytes of the next, so that an entry's header is always contiguous.
pub(super) const OVERLAP: usize = 64;
/// The number of cached blocks.
const SLOTS: usize = 64;

/// Direct-mapped: each block has one cell.
pub(super) struct BlockCache(Vec<Option<PackBlock>>);

struct PackBlock {
    pack: usize,
    number: u64,
    bytes: Vec<u8>,
}

impl BlockCache {
    pub fn new() -> Self {
        BlockCache((0..SLOTS).map(|_| None).collect())
    }

    /// Returns the bytes at an offset of a pack: at least [`OVERLAP`], fewer only at the end of the
    /// file.
    pub fn bytes_at(&mut self, pack: usize, file: &File, offset: u64) -> Option<&[u8]> {
        let number = offset / BLOCK as u64;
        let cell = &mut self.0[(number % SLOTS as u64) as usize];
        let block =
            cell.get_or_insert_with(|| PackBlock { pack: usize::MAX, number, bytes: Vec::new() });
        if (block.pack, block.number) != (pack, number) {
            // Invalid until it is filled.
            block.pack = usize::MAX;
            block.bytes.resize(BLOCK + OVERLAP, 0);
            let filled = read_up_to(file, number * BLOCK as u64, &mut block.bytes)?;
            block.bytes.truncate(filled);
            (block.pack, block.number) = (pack, number);
        }
        block.bytes.get((offset % BLOCK as u64) as usize..)
    }
}

/// The bytes of a pack from `start` on.
pub(super) struct PackStream<'b> {
    pub blocks: &'b mut BlockCache,
    pub pack: usize,
    pub file: &'b File,
    pub start: u64,
}

impl PackStream<'_> {
    /// Returns the bytes at `done` bytes after the start: at least one, or `None` at the end of the
    /// file.
    pub fn bytes_after(&mut self, done: u64) -> Option<&[u8]> {
        let found = self.blocks.bytes_at(self.pack, self.file, self.start.checked_add(done)?)?;
        (!found.is_empty()).then_some(found)
    }
}
