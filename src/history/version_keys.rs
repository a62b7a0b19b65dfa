//! By what versions in two stages are recognised as the same: a digest says what runs, whatever the
//! tag says; without two digests the tags decide.

use super::timeline::ImageVersion;
use std::collections::HashMap;

/// The numbers one version is known by, and those it is looked for by.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct VersionKeyIds {
    known: [Option<u32>; 2],
    sought: [Option<u32>; 2],
}

impl VersionKeyIds {
    /// A stage that runs this version is found by these.
    pub fn own_keys(&self) -> impl Iterator<Item = u32> + use<> {
        self.known.into_iter().flatten()
    }

    /// A stage with the same version is found by one of these.
    pub fn lookup_keys(&self) -> impl Iterator<Item = u32> + use<> {
        self.sought.into_iter().flatten()
    }
}

/// What a version can be recognised by.
#[derive(PartialEq, Eq, Hash)]
enum VersionKey<'a> {
    Digest(&'a str),
    /// Whether or not a digest stands beside it.
    Tag(&'a str),
    TagWithoutDigest(&'a str),
}

/// The keys of each pinned version.
pub(super) fn version_keys(pins: &[ImageVersion]) -> Vec<VersionKeyIds> {
    let mut numbers: HashMap<VersionKey<'_>, u32> = HashMap::new();
    let mut number = |sign| {
        let next = u32::try_from(numbers.len()).expect("at most three signs for each version");
        Some(*numbers.entry(sign).or_insert(next))
    };
    // Where no tag stands beside a digest, all are without one, and there is nothing to tell apart.
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
