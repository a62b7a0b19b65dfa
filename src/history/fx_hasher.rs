//! A fast hash for integer keys. The keys are our own numbers, which nobody outside can choose, so
//! the standard library's protection against chosen keys is not needed.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A map with integer keys.
pub(super) type IdMap<K, V> = HashMap<K, V, BuildHasherDefault<FxHasher>>;

/// The hash function of Firefox: rotate, xor, multiply.
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
        // Hash maps use bits from both ends, but multiplication mixes upwards only.
        self.0 ^ (self.0 >> 32)
    }
}
