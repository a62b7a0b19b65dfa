//! Values as Helm merges them: those of a file, then those of its chart, then those of the charts
//! that it depends on, below their keys.

use super::leaf::{KEY_SEPARATOR, Leaf};
use super::subcharts::Subcharts;
use super::values_from::ValuesLayer;
use super::{SnapshotReader, VersionFinding, convention};
use crate::git::path::join;
use crate::model::{EntryNote, ImagePart, Location, TemplateCaptures, Version};
use std::collections::HashSet;

/// Charts inside charts are followed up to this depth.
const MAX_DEPTH: usize = 4;

/// Values of several files. The values of a file count where no file before has one at their key.
pub(super) struct MergedValues {
    pub(super) leaves: Vec<Leaf>,
    /// The index in `paths` for each leaf.
    files: Vec<usize>,
    paths: Vec<String>,
    /// The keys that lead to the values of each file, with a dot at the end; `""` for the top.
    holders: Vec<String>,
    /// The folders of charts whose values are here, each with the key of its values; `""` for the
    /// chart itself.
    charts: Vec<(String, String)>,
}

impl MergedValues {
    pub(super) fn new(path: &str, leaves: Vec<Leaf>) -> Self {
        let (files, paths) = (vec![0; leaves.len()], vec![path.to_owned()]);
        MergedValues { leaves, files, paths, holders: vec![String::new()], charts: Vec::new() }
    }

    /// Returns the file of a leaf.
    pub(super) fn path_of(&self, leaf: usize) -> String {
        self.paths[self.files[leaf]].clone()
    }

    /// Says which keys lead to the values that are there, with a dot at the end.
    pub(super) fn below(mut self, holder: String) -> Self {
        self.holders = vec![holder];
        self
    }

    /// Returns the location of a leaf in its file.
    pub(super) fn location(&self, leaf: usize, part: ImagePart) -> Location {
        let mut location = self.leaves[leaf].location(&self.path_of(leaf), part);
        location.key.insert_str(0, &self.holders[self.files[leaf]]);
        location
    }

    /// Adds values below those that are there.
    pub(super) fn add_layer(&mut self, layer: &ValuesLayer, reader: &SnapshotReader<'_>) {
        match layer {
            ValuesLayer::File(path) => self.add_file(path, reader),
            ValuesLayer::Text { path, key, leaves } => {
                self.add_below("", path, leaves);
                if let Some(holder) = self.holders.last_mut() {
                    *holder = format!("{key}.");
                }
            }
        }
    }

    /// Adds the values of a file below those that are there.
    pub(super) fn add_file(&mut self, path: &str, reader: &SnapshotReader<'_>) {
        if let Some(leaves) = reader.leaves_or_scan(path) {
            self.add_below("", path, &leaves);
        }
    }

    /// Adds the values of the charts that a chart brings with it, and leaves out those that the
    /// values switch off.
    pub(super) fn add_subcharts(&mut self, folder: &str, reader: &SnapshotReader<'_>) {
        self.charts.push((String::new(), folder.to_owned()));
        self.add_dependencies("", folder, reader, 0);
    }

    fn add_dependencies(
        &mut self,
        prefix: &str,
        folder: &str,
        reader: &SnapshotReader<'_>,
        depth: usize,
    ) {
        if depth == MAX_DEPTH {
            return;
        }
        let subcharts = Subcharts::of_chart(folder, reader);
        let inside = self.inside(prefix);
        let off = subcharts.keys_off(&inside);
        if !off.is_empty() {
            self.leave_out(prefix, &off);
        }
        for (key, folder) in subcharts.local_folders(folder, reader) {
            if off.contains(&key) {
                continue;
            }
            let prefix = format!("{prefix}{key}{KEY_SEPARATOR}");
            let path = join(&folder, "values.yaml");
            if let Some(leaves) = reader.file_exists(&path).then(|| reader.leaves_or_scan(&path)) {
                self.add_below(&prefix, &path, &leaves.unwrap_or_default());
            }
            self.charts.push((prefix.clone(), folder.clone()));
            self.add_dependencies(&prefix, &folder, reader, depth + 1);
        }
    }

    /// Returns the folder of the chart that reads the value at a key.
    pub(super) fn chart_of(&self, key: &str) -> Option<&str> {
        let reads = self.charts.iter().filter(|(prefix, _)| key.starts_with(prefix));
        reads.max_by_key(|(prefix, _)| prefix.len()).map(|(_, folder)| folder.as_str())
    }

    /// Returns the keys under which a file above would override the value at a location: those of
    /// the value, or those of the empty tag that the `appVersion` there stands for. `None` if a
    /// list holds it, as Helm replaces lists as a whole, or if several empty tags have it.
    pub(super) fn keys_of(&self, location: &Location) -> Option<Vec<String>> {
        // An alias has the span of the value that it stands for.
        let is_there = |index: &usize| {
            let leaf = &self.leaves[*index];
            leaf.span == location.span
                && self.path_of(*index) == location.path
                && self.location(*index, location.part).key == location.key
        };
        let is_of_chart = |leaf: &&Leaf| {
            let chart = self.chart_of(&leaf.path).map(|folder| join(folder, "Chart.yaml"));
            is_empty_tag(leaf, &self.leaves) && chart.as_deref() == Some(&*location.path)
        };
        let mut found: Vec<&Leaf> =
            (0..self.leaves.len()).filter(is_there).map(|index| &self.leaves[index]).collect();
        if found.is_empty() {
            found = self.leaves.iter().filter(is_of_chart).collect();
        }
        let [leaf] = found.as_slice() else { return None };
        let is_value = !leaf.embedded && list_of(&leaf.path).is_none();
        is_value.then(|| leaf.keys().map(str::to_owned).collect())
    }

    /// Returns images whose tag is present but empty: their version is the `appVersion` of the
    /// chart that reads it.
    pub(super) fn app_versions(&self, reader: &SnapshotReader<'_>) -> Vec<VersionFinding> {
        let waiting = self.leaves.iter().filter(|leaf| is_empty_tag(leaf, &self.leaves));
        waiting.filter_map(|tag| self.app_version(tag, reader)).collect()
    }

    fn app_version(&self, tag: &Leaf, reader: &SnapshotReader<'_>) -> Option<VersionFinding> {
        let chart = join(self.chart_of(&tag.path)?, "Chart.yaml");
        let leaves = reader.read_leaves(&chart)?;
        let version =
            leaves.iter().find(|leaf| &*leaf.path == "appVersion" && !leaf.text.is_empty())?;
        let mut beside = self.leaves.iter().filter(|leaf| leaf.parent() == tag.parent());
        let repository = beside.find(|leaf| leaf.last() == "repository");
        Some(VersionFinding {
            component: convention::component_name(&tag.path),
            captures: TemplateCaptures::new(),
            image: repository.map(|leaf| leaf.text.to_string()),
            version: Version { tag: Some(version.text.to_string()), digest: None },
            locations: vec![version.location(&chart, ImagePart::Tag)],
            notes: vec![EntryNote::AppVersion, EntryNote::Inherited],
            ..VersionFinding::default()
        })
    }

    /// Returns the values below a key, with keys relative to it.
    fn inside(&self, prefix: &str) -> Vec<Leaf> {
        let below = |leaf: &Leaf| {
            let path = leaf.path.strip_prefix(prefix)?;
            Some(Leaf { path: path.into(), ..leaf.clone() })
        };
        self.leaves.iter().filter_map(below).collect()
    }

    /// Removes the values below some keys.
    fn leave_out(&mut self, prefix: &str, keys: &[String]) {
        let is_kept = |leaf: &Leaf| {
            let inner = leaf.path.strip_prefix(prefix);
            let key = inner.and_then(|inner| inner.split(KEY_SEPARATOR).next());
            !key.is_some_and(|key| keys.iter().any(|off| off == key))
        };
        let (leaves, files) = (std::mem::take(&mut self.leaves), std::mem::take(&mut self.files));
        let kept = leaves.into_iter().zip(files).filter(|(leaf, _)| is_kept(leaf));
        (self.leaves, self.files) = kept.unzip();
    }

    fn add_below(&mut self, prefix: &str, path: &str, base: &[Leaf]) {
        let own: HashSet<&str> = self.leaves.iter().map(|leaf| &*leaf.path).collect();
        let lists: HashSet<&str> = own.iter().filter_map(|path| list_of(path)).collect();
        let is_kept = |path: &str| {
            let is_overridden =
                own.contains(path) || list_of(path).is_some_and(|list| lists.contains(list));
            !is_overridden
        };
        let placed = base.iter().map(|leaf| match prefix {
            "" => leaf.clone(),
            prefix => Leaf { path: format!("{prefix}{}", leaf.path).into(), ..leaf.clone() },
        });
        let more: Vec<Leaf> = placed.filter(|leaf| is_kept(&leaf.path)).collect();
        self.files.extend(std::iter::repeat_n(self.paths.len(), more.len()));
        self.paths.push(path.to_owned());
        self.holders.push(String::new());
        self.leaves.extend(more);
    }
}

/// True for an empty tag next to a repository.
fn is_empty_tag(leaf: &Leaf, leaves: &[Leaf]) -> bool {
    leaf.last() == "tag"
        && leaf.is_empty()
        && leaves.iter().any(|other| {
            other.parent() == leaf.parent()
                && other.last() == "repository"
                && !other.text.is_empty()
        })
}

/// Returns the path of the outermost list that contains a leaf: Helm replaces lists as a whole.
fn list_of(path: &str) -> Option<&str> {
    let mut end = 0;
    for key in path.split(KEY_SEPARATOR) {
        if key.starts_with('[') {
            return Some(path[..end].trim_end_matches(KEY_SEPARATOR));
        }
        end += key.len() + KEY_SEPARATOR.len_utf8();
        end = end.min(path.len());
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_found_in_paths() {
        assert_eq!(list_of("a\u{1f}b\u{1f}[x]\u{1f}c"), Some("a\u{1f}b"));
        assert_eq!(list_of("a\u{1f}b"), None);
        assert_eq!(list_of("[x]"), Some(""));
    }
}
