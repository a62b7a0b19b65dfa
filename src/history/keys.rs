//! By what versions in two stages are recognised as the same: a digest says what runs, whatever the
//! tag says; without two digests the tags decide.

use super::timeline::Pinned;
use std::collections::HashMap;

/// The numbers one version is known by, and those it is looked for by.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Keys {
    known: [Option<u32>; 2],
    sought: [Option<u32>; 2],
}

impl Keys {
    /// A stage that runs this version is found by these.
    pub fn says(&self) -> impl Iterator<Item = u32> + use<> {
        self.known.into_iter().flatten()
    }

    /// A stage with the same version is found by one of these.
    pub fn asks(&self) -> impl Iterator<Item = u32> + use<> {
        self.sought.into_iter().flatten()
    }
}

/// What a version can be recognised by.
#[derive(PartialEq, Eq, Hash)]
enum Sign<'a> {
    Digest(&'a str),
    /// Whether or not a digest stands beside it.
    Tag(&'a str),
    TagWithoutDigest(&'a str),
}

/// The keys of each pinned version.
pub(super) fn keys(pins: &[Pinned]) -> Vec<Keys> {
    let mut numbers: HashMap<Sign<'_>, u32> = HashMap::new();
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
            (Some(tag), Some(digest)) => Keys {
                known: [number(Sign::Digest(digest)), number(Sign::Tag(tag))],
                sought: [number(Sign::Digest(digest)), number(Sign::TagWithoutDigest(tag))],
            },
            (Some(tag), None) => Keys {
                known: [
                    number(Sign::Tag(tag)),
                    if mixed { number(Sign::TagWithoutDigest(tag)) } else { None },
                ],
                sought: [number(Sign::Tag(tag)), None],
            },
            (None, Some(digest)) => {
                let digest = [number(Sign::Digest(digest)), None];
                Keys { known: digest, sought: digest }
            }
            (None, None) => Keys::default(),
        }
    });
    keys.collect()
}
