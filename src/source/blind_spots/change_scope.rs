//! The scope of a blind-spot search: only places that were not read are blind spots.

use crate::model::Location;
use crate::source::SnapshotReader;
use crate::source::leaf::Leaf;
use std::collections::{BTreeSet, HashSet};

/// The positions of the mapping's versions, the files that a claim accessed, and the files that
/// differ between two states. Blind spots in unchanged files may be left out.
pub struct ChangeScope<'s> {
    pub touched: &'s BTreeSet<String>,
    pub places: &'s VersionPositions,
    pub is_changed: &'s dyn Fn(&str) -> bool,
    /// The files that differ.
    pub changed: &'s BTreeSet<&'s str>,
}

/// Positions of versions.
#[derive(Debug, Default)]
pub struct VersionPositions(HashSet<(String, usize, u32)>);

impl<'l> FromIterator<&'l Location> for VersionPositions {
    fn from_iter<I: IntoIterator<Item = &'l Location>>(locations: I) -> Self {
        let place = |location: &Location| (location.path.clone(), location.span.end, location.line);
        VersionPositions(locations.into_iter().map(place).collect())
    }
}

impl ChangeScope<'_> {
    /// True if blind spots of a file may have changed: it changed itself, or it contains `word` and
    /// may refer to other files.
    pub(super) fn may_have_news(
        &self,
        path: &str,
        word: &str,
        reader: &SnapshotReader<'_>,
    ) -> bool {
        (self.is_changed)(path)
            || reader.text_and_id(path).is_some_and(|(_, text)| text.contains(word))
    }

    /// True if this leaf is a version of the mapping.
    pub fn is_read(&self, path: &str, leaf: &Leaf) -> bool {
        self.places.0.contains(&(path.to_owned(), leaf.span.end, leaf.line))
    }
}
