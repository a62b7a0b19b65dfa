//! Groups of entries that move together: those that share a place must, those with the same version
//! of one app should.

use crate::model::{EntryNote, MappingEntry, Version};

/// Returns the entry and, transitively, every entry that shares a place with it. Changing one of
/// them alone is refused.
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

/// Returns the entry and every entry of the same app, stage and target with the same version, such
/// as several containers, or `newTag` and the `?ref=` of a remote base. Mutable tags (`latest`) do
/// not count, nor do versions that are too short to identify a build.
pub fn entries_of_same_version<'e>(
    all: &'e [MappingEntry],
    entry: &'e MappingEntry,
) -> Vec<&'e MappingEntry> {
    std::iter::once(entry).chain(all.iter().filter(|other| is_companion(other, entry))).collect()
}

/// True for another entry of the same cell that tells the same build.
fn is_companion(other: &MappingEntry, entry: &MappingEntry) -> bool {
    other != entry
        && (&other.app, &other.stage, &other.target) == (&entry.app, &entry.stage, &entry.target)
        && other.version == entry.version
        && !other.notes.contains(&EntryNote::Mutable)
        && is_telling(&other.version)
}

/// True if the text is long enough to identify a build: a digest, or a tag of five characters.
fn is_telling(version: &Version) -> bool {
    version.digest.is_some() || version.tag.as_ref().is_some_and(|tag| tag.len() >= 5)
}
