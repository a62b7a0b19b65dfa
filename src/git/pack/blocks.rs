//! The parts of packs that one thread has read lately.

use super::file::read_up_to;
use std::fs::File;

/// Bytes of a block. Trees of one folder lie near each other, so the next is often in the same.
const BLOCK: usize = 8 << 10;
/// Blocks repeat the first bytes of the next, so that the header of an entry is always in one piece.
pub(super) const OVERLAP: usize = 64;
/// How many blocks are kept.
const SLOTS: usize = 64;

/// Each block has one place where it can be kept.
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

    /// What stands at a place of a pack: at least [`OVERLAP`] bytes, less only at the file's end.
    pub fn bytes_at(&mut self, pack: usize, file: &File, offset: u64) -> Option<&[u8]> {
        let number = offset / BLOCK as u64;
        let slot = &mut self.0[(number % SLOTS as u64) as usize];
        let block =
            slot.get_or_insert_with(|| PackBlock { pack: usize::MAX, number, bytes: Vec::new() });
        if (block.pack, block.number) != (pack, number) {
            // Not valid until it is filled.
            block.pack = usize::MAX;
            block.bytes.resize(BLOCK + OVERLAP, 0);
            let filled = read_up_to(file, number * BLOCK as u64, &mut block.bytes)?;
            block.bytes.truncate(filled);
            (block.pack, block.number) = (pack, number);
        }
        block.bytes.get((offset % BLOCK as u64) as usize..)
    }
}

/// What stands in a pack from one place on.
pub(super) struct PackStream<'b> {
    pub blocks: &'b mut BlockCache,
    pub pack: usize,
    pub file: &'b File,
    pub start: u64,
}

impl PackStream<'_> {
    /// What stands so many bytes after the start: at least one byte, or `None` at the file's end.
    pub fn bytes_after(&mut self, done: u64) -> Option<&[u8]> {
        let found = self.blocks.bytes_at(self.pack, self.file, self.start.checked_add(done)?)?;
        (!found.is_empty()).then_some(found)
    }
}
