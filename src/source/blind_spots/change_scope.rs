//! What a reading saw, so that blind spots are only what it did not.

use crate::model::Location;
use crate::source::SnapshotReader;
use crate::source::leaf::Leaf;
use std::collections::{BTreeSet, HashSet};

/// Where the versions of a mapping stand, the files that one claim looked at, and those that are another
/// way in the other state: blind spots in files that are the same may be left out.
pub struct ChangeScope<'s> {
    pub touched: &'s BTreeSet<String>,
    pub places: &'s VersionPositions,
    pub is_changed: &'s dyn Fn(&str) -> bool,
}

/// Places of versions.
#[derive(Debug, Default)]
pub struct VersionPositions(HashSet<(String, usize, u32)>);

impl<'l> FromIterator<&'l Location> for VersionPositions {
    fn from_iter<I: IntoIterator<Item = &'l Location>>(locations: I) -> Self {
        let place = |location: &Location| (location.path.clone(), location.span.end, location.line);
        VersionPositions(locations.into_iter().map(place).collect())
    }
}

impl ChangeScope<'_> {
    /// Can there be news of a file: is it changed, or does it speak of what may be?
    pub(super) fn may_have_news(
        &self,
        path: &str,
        word: &str,
        reader: &SnapshotReader<'_>,
    ) -> bool {
        (self.is_changed)(path)
            || reader.text_and_id(path).is_some_and(|(_, text)| text.contains(word))
    }

    /// Is this leaf of a file a version of the mapping?
    pub fn is_read(&self, path: &str, leaf: &Leaf) -> bool {
        self.places.0.contains(&(path.to_owned(), leaf.span.end, leaf.line))
    }
}
