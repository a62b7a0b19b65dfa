//! Deltas: an object made of pieces of a base object and pieces of its own (git's
//! `gitformat-pack`).

use super::MAX_OBJECT;

/// Applies a delta to its base and writes the result to `out`. `None` if it refers to bytes outside
/// the base, or the length differs from the declared one.
pub(super) fn apply_delta(base: &[u8], delta: &[u8], out: &mut Vec<u8>) -> Option<()> {
    let mut delta = delta;
    if read_size(&mut delta)? != base.len() as u64 {
        return None;
    }
    let length =
        usize::try_from(read_size(&mut delta)?).ok().filter(|length| *length <= MAX_OBJECT)?;
    out.clear();
    out.reserve(length);
    while let Some((&op, rest)) = delta.split_first() {
        delta = rest;
        let piece = if op & 0x80 != 0 {
            let start = read_number(&mut delta, op, 4)?;
            // A copy of length 0 stands for 64 KiB (gitformat-pack).
            let count = match read_number(&mut delta, op >> 4, 3)? {
                0 => 0x1_0000,
                count => count,
            };
            base.get(start..start.checked_add(count)?)?
        } else if op != 0 {
            let (piece, rest) = delta.split_at_checked(usize::from(op))?;
            delta = rest;
            piece
        } else {
            return None;
        };
        if piece.len() > length - out.len() {
            return None;
        }
        out.extend_from_slice(piece);
    }
    (out.len() == length).then_some(())
}

/// Reads up to `bytes` bytes, lowest first. Bytes whose bit is not set are 0 and absent.
fn read_number(delta: &mut &[u8], bits: u8, bytes: u32) -> Option<usize> {
    let mut number: usize = 0;
    for at in 0..bytes {
        if bits & (1 << at) != 0 {
            let (&byte, rest) = delta.split_first()?;
            *delta = rest;
            number |= usize::from(byte) << (8 * at);
        }
    }
    Some(number)
}

/// Reads a size: seven bits a byte, lowest first, with the top bit set in all but the last.
fn read_size(delta: &mut &[u8]) -> Option<u64> {
    let mut size = 0;
    for shift in (0..63).step_by(7) {
        let (&byte, rest) = delta.split_first()?;
        *delta = rest;
        size |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(size);
        }
    }
    None
}
