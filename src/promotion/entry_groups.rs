//! Which entries of a mapping move together: those that share a place must, and those that are one
//! version of one app should.

use crate::model::{EntryNote, MappingEntry, Version};

/// The entry, and every entry that has its version from the same places, or from places that those
/// have in common with yet others. To change one of them alone is refused.
pub fn entries_sharing_place<'e>(
    all: &'e [MappingEntry],
    entry: &'e MappingEntry,
) -> Vec<&'e MappingEntry> {
    let mut out = vec![entry];
    let mut at = 0;
    while let Some(one) = out.get(at).copied() {
        let shares = |other: &&MappingEntry| {
            other.locations.iter().any(|location| one.locations.contains(location))
                && !out.contains(other)
        };
        let more: Vec<&MappingEntry> = all.iter().filter(shares).collect();
        out.extend(more);
        at += 1;
    }
    out
}

/// The entry, and every entry of the same app, stage and target with the same version: `newTag` and
/// the `?ref=` of a remote base, several containers. A word that moves (`latest`) ties nothing, and
/// neither does a version that nobody would take for the same build by its text: a short number.
pub fn entries_of_same_version<'e>(
    all: &'e [MappingEntry],
    entry: &'e MappingEntry,
) -> Vec<&'e MappingEntry> {
    let is_one = |other: &&MappingEntry| {
        *other != entry
            && (&other.app, &other.stage, &other.target)
                == (&entry.app, &entry.stage, &entry.target)
            && other.version == entry.version
            && !other.notes.contains(&EntryNote::Mutable)
            && is_telling(&other.version)
    };
    std::iter::once(entry).chain(all.iter().filter(is_one)).collect()
}

/// Is the text long enough to be one build's own?
fn is_telling(version: &Version) -> bool {
    version.digest.is_some() || version.tag.as_ref().is_some_and(|tag| tag.len() >= 5)
}
