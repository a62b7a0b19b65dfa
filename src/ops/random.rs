//! Random numbers for pauses that differ between processes, and for unique ids.

use std::hash::{BuildHasher, RandomState};

/// A random number from 0 to 1.
pub fn random_fraction() -> f64 {
    // The standard library seeds it from the system's source of randomness.
    let bits = RandomState::new().hash_one(0_u8);
    f64::from((bits >> 32) as u32) / f64::from(u32::MAX)
}

/// A unique id of 16 hexadecimal digits.
pub fn unique_word() -> String {
    format!("{:016x}", RandomState::new().hash_one(std::process::id()))
}
