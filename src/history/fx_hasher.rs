//! A quick hash for keys made of our own numbers. Nobody outside can choose those, so the standard
//! library's guard against chosen keys is not needed.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A map with numbers for keys.
pub(super) type IdMap<K, V> = HashMap<K, V, BuildHasherDefault<FxHasher>>;

/// Rotates, adds and multiplies (the scheme of Firefox's hasher).
#[derive(Default)]
pub(super) struct FxHasher(u64);

impl Hasher for FxHasher {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64(u64::from(*byte)));
    }

    fn write_u32(&mut self, number: u32) {
        self.write_u64(u64::from(number));
    }

    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64);
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = (self.0.rotate_left(5) ^ number).wrapping_mul(0x517c_c1b7_2722_0a95);
    }

    fn finish(&self) -> u64 {
        // The map takes its bits from both ends, and multiplying mixes upwards only.
        self.0 ^ (self.0 >> 32)
    }
}
