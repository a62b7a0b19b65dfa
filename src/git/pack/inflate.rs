//! Unpacking what lies compressed in a pack.

use super::blocks::Stream;
use flate2::{Decompress, FlushDecompress, Status};

/// Unpacks one stream after the other with the same state.
pub(super) struct Inflate {
    state: Decompress,
    out: Vec<u8>,
}

impl Inflate {
    pub fn new() -> Self {
        Inflate { state: Decompress::new(true), out: Vec::new() }
    }

    /// The whole stream, which must unpack to `size` bytes.
    pub fn whole(&mut self, size: usize, mut input: Stream<'_>) -> Option<&[u8]> {
        self.state.reset(true);
        // One byte more than there should be shows a stream that is too long.
        if self.out.len() <= size {
            self.out.resize(size + 1, 0);
        }
        loop {
            let (read, written) = (self.state.total_in(), self.state.total_out());
            let out = self.out.get_mut(usize::try_from(written).ok()?..=size)?;
            let status = self.state.decompress(input.after(read)?, out, FlushDecompress::Finish).ok()?;
            if status == Status::StreamEnd {
                return (self.state.total_out() == size as u64).then(|| &self.out[..size]);
            }
            if (self.state.total_in(), self.state.total_out()) == (read, written) {
                return None;
            }
        }
    }
}
