//! Decompression of pack data.

use super::blocks::PackStream;
use flate2::{Decompress, FlushDecompress, Status};

/// Spare bytes after the expected end. They reveal a stream that is too long, and zlib is fast only
/// while its longest match (258 bytes) fits.
const SPARE: usize = 320;

/// Compressed bytes that contain tree, parents, author and committer of most commits.
const FRONT: usize = 320;
/// An upper limit of what `FRONT` bytes of text unpack to.
const FRONT_UNPACKED: usize = 2048;

/// Decompresses one stream after another, reusing the state.
pub(super) struct Inflater {
    state: Decompress,
    out: Vec<u8>,
}

impl Inflater {
    pub fn new() -> Self {
        Inflater { state: Decompress::new(true), out: Vec::new() }
    }

    /// Decompresses the whole stream, which must yield `size` bytes.
    pub fn inflate_all(&mut self, size: usize, mut input: PackStream<'_>) -> Option<&[u8]> {
        self.reset_state(size);
        loop {
            let (read, written) = (self.state.total_in(), self.state.total_out());
            let out = self.out.get_mut(usize::try_from(written).ok()?..size + SPARE)?;
            let status = self
                .state
                .decompress(input.bytes_after(read)?, out, FlushDecompress::Finish)
                .ok()?;
            if status == Status::StreamEnd {
                return (self.state.total_out() == size as u64).then(|| &self.out[..size]);
            }
            if (self.state.total_in(), self.state.total_out()) == (read, written) {
                return None;
            }
        }
    }

    /// Decompresses the first bytes of a stream, without verifying the checksum at its end.
    pub fn inflate_front(&mut self, mut input: PackStream<'_>) -> Option<&[u8]> {
        self.reset_state(FRONT_UNPACKED);
        let packed = input.bytes_after(0)?;
        let packed = packed.get(..FRONT).unwrap_or(packed);
        self.state
            .decompress(packed, &mut self.out[..FRONT_UNPACKED], FlushDecompress::None)
            .ok()?;
        self.out.get(..usize::try_from(self.state.total_out()).ok()?)
    }

    fn reset_state(&mut self, size: usize) {
        self.state.reset(true);
        if self.out.len() < size + SPARE {
            self.out.resize(size + SPARE, 0);
        }
    }
}
