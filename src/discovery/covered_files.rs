//! Files that are parts of others, and no deployments of their own.

use super::classify::named_source;
use super::vocabulary::find_stage_words;
use crate::model::base_name;
use crate::source::{SnapshotReader, source_of};
use std::collections::{BTreeMap, BTreeSet};

/// Returns the files that are parts of others: what a Compose file includes or extends. A part that
/// is called like a stage of its own stays.
pub(super) fn covered_files(paths: &[&str], reader: &SnapshotReader<'_>) -> BTreeSet<String> {
    let mut covers: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for path in paths.iter().copied() {
        if let Some(source) = named_source(base_name(path)) {
            let parts = source_of(source).covered_files(path, reader);
            covers.insert(path, parts.into_iter().filter(|part| is_of_stage(part, path)).collect());
        }
    }
    let inner: BTreeSet<&str> = covers.values().flatten().map(String::as_str).collect();
    // Files that cover each other have none above them: then all of them stay.
    let tops = covers.iter().filter(|(path, _)| !inner.contains(**path));
    tops.flat_map(|(_, parts)| parts.iter().cloned()).collect()
}

/// True if the path of a part has no other stage words than that of the whole.
fn is_of_stage(part: &str, whole: &str) -> bool {
    let words = |path: &str| -> BTreeSet<_> {
        find_stage_words(path).into_iter().map(|word| word.canonical).collect()
    };
    words(part).is_subset(&words(whole))
}
