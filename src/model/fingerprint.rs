//! Hashes that stay the same in every version of the program: names of cache files, ids of
//! findings.

use fnv::FnvHasher;
use std::hash::Hasher;

/// FNV-1a hash, 64 bits.
pub fn fingerprint(bytes: &[u8]) -> u64 {
    let mut hasher = FnvHasher::default();
    hasher.write(bytes);
    hasher.finish()
}

/// FNV-1a hash, 32 bits, for names that have little room.
pub fn short_fingerprint(bytes: &[u8]) -> u32 {
    let step = |hash: u32, byte: &u8| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
    bytes.iter().fold(0x811c_9dc5, step)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vectors of the FNV authors.
    #[test]
    fn both_are_fnv() {
        assert_eq!(fingerprint(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fingerprint(b"foobar"), 0x8594_4171_f739_67e8);
        assert_eq!(short_fingerprint(b"foobar"), 0xbf9c_f968);
    }
}
