//! The fuzz targets without a fuzzer: their seeds, and each seed cut off and with some bytes changed,
//! the same way each time.

#[path = "../fuzz/src/lib.rs"]
mod targets;

use std::path::Path;

/// Every seed of a target, whole and damaged.
fn try_all(target: &str, damages: u64, run: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(target);
    let mut seeds: Vec<_> =
        std::fs::read_dir(&folder).expect("seeds").flatten().map(|file| file.path()).collect();
    seeds.sort();
    assert!(!seeds.is_empty(), "{} is empty", folder.display());
    for path in seeds {
        let seed = std::fs::read(&path).expect("a seed");
        run(&seed);
        for number in 0..damages {
            run(&damaged(&seed, number));
        }
    }
}

/// What means something in one of the formats, and what means nothing in any.
const BYTES: &[u8] = b"\0\n\t {}[]:,-'\"&*<|>#%@\x80\xff0a";

/// A seed cut off, or with up to eight bytes changed.
fn damaged(seed: &[u8], number: u64) -> Vec<u8> {
    let mut state = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut random = |below: usize| {
        // xorshift64*, by Vigna.
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        let high = state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(high).unwrap_or(0) % below.max(1)
    };
    let mut out = seed.to_vec();
    if number.is_multiple_of(4) {
        out.truncate(random(seed.len()));
        return out;
    }
    for _ in 0..=random(8) {
        let at = random(out.len());
        if let Some(byte) = out.get_mut(at) {
            *byte = BYTES[random(BYTES.len())];
        }
    }
    out
}

#[test]
fn yaml() {
    try_all("yaml", 400, targets::yaml);
}

#[test]
fn config() {
    try_all("config", 400, targets::config);
}

#[test]
fn sources() {
    try_all("sources", 30, targets::sources);
}

#[test]
fn pack() {
    try_all("pack", 80, targets::pack);
}

#[test]
fn the_pack_is_whole_before_it_is_damaged() {
    assert_eq!(targets::files_of_damaged(&[]), Some(2));
}
