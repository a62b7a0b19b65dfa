//! Keys by which equal versions of two stages are found. A digest decides, whatever the tag says;
//! if one of the two has no digest, the tags decide.

use super::timeline::ImageVersion;
use std::collections::HashMap;

/// Key numbers of a version: its own, and those to look up.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct VersionKeyIds {
    known: [Option<u32>; 2],
    sought: [Option<u32>; 2],
}

impl VersionKeyIds {
    /// Keys under which this version is recorded.
    pub fn own_keys(&self) -> impl Iterator<Item = u32> + use<> {
        self.known.into_iter().flatten()
    }

    /// Keys of which an equal version has at least one.
    pub fn lookup_keys(&self) -> impl Iterator<Item = u32> + use<> {
        self.sought.into_iter().flatten()
    }
}

/// A key of a version.
#[derive(PartialEq, Eq, Hash)]
enum VersionKey<'a> {
    Digest(&'a str),
    /// A tag, with or without a digest beside it.
    Tag(&'a str),
    TagWithoutDigest(&'a str),
}

/// Returns the keys of each pinned version.
pub(super) fn version_keys(pins: &[ImageVersion]) -> Vec<VersionKeyIds> {
    let mut numbers: HashMap<VersionKey<'_>, u32> = HashMap::new();
    let mut number = |sign| {
        let next = u32::try_from(numbers.len()).expect("at most three signs for each version");
        Some(*numbers.entry(sign).or_insert(next))
    };
    // If no version has both tag and digest, all tags are without one, and `Tag` is enough.
    let mixed =
        pins.iter().any(|pinned| pinned.version.tag.is_some() && pinned.version.digest.is_some());
    let keys = pins.iter().map(|pinned| {
        let version = &pinned.version;
        match (version.tag.as_deref().filter(|tag| !tag.is_empty()), version.digest.as_deref()) {
            (Some(tag), Some(digest)) => VersionKeyIds {
                known: [number(VersionKey::Digest(digest)), number(VersionKey::Tag(tag))],
                sought: [
                    number(VersionKey::Digest(digest)),
                    number(VersionKey::TagWithoutDigest(tag)),
                ],
            },
            (Some(tag), None) => VersionKeyIds {
                known: [
                    number(VersionKey::Tag(tag)),
                    if mixed { number(VersionKey::TagWithoutDigest(tag)) } else { None },
                ],
                sought: [number(VersionKey::Tag(tag)), None],
            },
            (None, Some(digest)) => {
                let digest = [number(VersionKey::Digest(digest)), None];
                VersionKeyIds { known: digest, sought: digest }
            }
            (None, None) => VersionKeyIds::default(),
        }
    });
    keys.collect()
}
