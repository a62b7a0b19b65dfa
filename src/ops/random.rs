//! Chance: pauses that differ between processes, and ids that no other process chooses.

use std::hash::{BuildHasher, RandomState};

/// A number from 0 to 1 that differs from process to process and from call to call.
pub fn random_fraction() -> f64 {
    // The standard library seeds it from the system's source of randomness.
    let bits = RandomState::new().hash_one(0_u8);
    f64::from((bits >> 32) as u32) / f64::from(u32::MAX)
}

/// A word that no other process ever chooses: 16 hexadecimal digits.
pub fn unique_word() -> String {
    format!("{:016x}", RandomState::new().hash_one(std::process::id()))
}
