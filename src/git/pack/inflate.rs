//! Unpacking what lies compressed in a pack.

use super::blocks::PackStream;
use flate2::{Decompress, FlushDecompress, Status};

/// Room after the end: shows a stream that is too long, and zlib is fast only as long as a longest
/// match (258 bytes) fits.
const SPARE: usize = 320;

/// Packed bytes in which the ids, people and times of most commits lie.
const FRONT: usize = 320;
/// More than that many bytes of text unpack to.
const FRONT_UNPACKED: usize = 2048;

/// Unpacks one stream after the other with the same state.
pub(super) struct Inflater {
    state: Decompress,
    out: Vec<u8>,
}

impl Inflater {
    pub fn new() -> Self {
        Inflater { state: Decompress::new(true), out: Vec::new() }
    }

    /// The whole stream, which must unpack to `size` bytes.
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

    /// What the first bytes of a stream unpack to. The checksum at its end is not seen.
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
