//! Helm values files: one tag per image, by conventional keys or those named by the rule.
//!
//! A chart's own `values.yaml` applies to every stage that does not override it. An empty tag means
//! the chart's `appVersion`, as in Helm's starter chart.

use super::convention::{self, KeySyntax, TELLING};
use super::leaf::{KEY_SEPARATOR, Leaf};
use super::subcharts::{Subcharts, is_chart_file};
use super::{Claim, SnapshotReader, Source, VersionFinding, keyed};
use crate::git::path::{folder_of, join};
use crate::model::{EntryNote, ImagePart, SourceKind, TemplateCaptures, Version};
use std::collections::HashSet;

/// The Helm values source; see the module.
pub struct HelmValuesSource;

impl Source for HelmValuesSource {
    fn kind(&self) -> SourceKind {
        SourceKind::HelmValues
    }

    fn read(&self, claim: &Claim<'_>, reader: &SnapshotReader<'_>) -> Vec<VersionFinding> {
        if is_chart_file(&claim.path) {
            return chart_dependencies(claim, reader);
        }
        // Files of Kubernetes objects only can be skipped without parsing.
        if reader.every_document(&claim.path, |text| is_object(text) || is_blank(text)) {
            return Vec::new();
        }
        let Some(mut own) = reader.leaves_or_scan(&claim.path).map(|leaves| leaves.to_vec()) else {
            return Vec::new();
        };
        leave_out_objects(&mut own);
        let base = base_path(claim, reader);
        let mut merged = MergedValues { own: own.len(), leaves: own };
        if let Some(below) = base.as_deref().and_then(|path| reader.leaves_or_scan(path)) {
            merged.add_base(&below);
        }
        merged.leave_out_subcharts(claim, reader);
        let place = |index: usize| match &base {
            Some(path) if index >= merged.own => path.clone(),
            _ => claim.path.clone(),
        };
        let mut findings =
            keyed::find_versions(claim.rule, &merged.leaves, &place, KeySyntax::Tree, TELLING);
        for finding in &mut findings {
            if finding.locations.first().is_some_and(|location| location.path != claim.path) {
                finding.notes.push(EntryNote::Inherited);
            }
        }
        findings.extend(app_versions(claim, &merged.leaves, reader));
        findings
    }
}

/// Returns the versions of a chart's dependencies, without those that the values beside it switch
/// off.
fn chart_dependencies(claim: &Claim<'_>, reader: &SnapshotReader<'_>) -> Vec<VersionFinding> {
    let Some(mut leaves) = reader.leaves_or_scan(&claim.path).map(|leaves| leaves.to_vec()) else {
        return Vec::new();
    };
    let folder = folder_of(&claim.path);
    let values = join(folder, "values.yaml");
    if reader.file_exists(&values)
        && let Some(values) = reader.leaves_or_scan(&values)
    {
        Subcharts::of_chart(folder, reader).leave_out_elements(&mut leaves, &values);
    }
    let place = |_| claim.path.clone();
    keyed::find_versions(claim.rule, &leaves, &place, KeySyntax::Tree, TELLING)
}

/// True for a document of comments and empty lines.
fn is_blank(text: &str) -> bool {
    text.lines()
        .map(str::trim)
        .all(|line| line.is_empty() || line == "---" || line.starts_with('#'))
}

fn is_object(text: &str) -> bool {
    let starts = |key: &str, in_line: &str| text.starts_with(key) || text.contains(in_line);
    starts("apiVersion: ", "\napiVersion: ") && starts("kind: ", "\nkind: ")
}

/// Removes Kubernetes objects, which a broad template also matches.
fn leave_out_objects(leaves: &mut Vec<Leaf>) {
    let has = |key: &str| -> HashSet<u32> {
        leaves.iter().filter(|leaf| &*leaf.path == key).map(|leaf| leaf.document).collect()
    };
    let objects: HashSet<u32> = has("apiVersion").intersection(&has("kind")).copied().collect();
    leaves.retain(|leaf| !objects.contains(&leaf.document));
}

/// The leaves of a stage's file, then those of its base that it does not override.
struct MergedValues {
    leaves: Vec<Leaf>,
    own: usize,
}

impl MergedValues {
    /// Leaves out the values of subcharts that these values switch off.
    fn leave_out_subcharts(&mut self, claim: &Claim<'_>, reader: &SnapshotReader<'_>) {
        let Some(folder) = chart_folder(&claim.path, reader) else { return };
        let subcharts = Subcharts::of_chart(&folder, reader);
        let off = subcharts.keys_off(&self.leaves);
        if off.is_empty() {
            return;
        }
        let is_kept =
            |leaf: &Leaf| !leaf.keys().next().is_some_and(|key| off.iter().any(|off| off == key));
        self.own = self.leaves[..self.own].iter().filter(|leaf| is_kept(leaf)).count();
        self.leaves.retain(is_kept);
    }

    fn add_base(&mut self, base: &[Leaf]) {
        let own: HashSet<&str> = self.leaves.iter().map(|leaf| &*leaf.path).collect();
        let lists: HashSet<&str> = own.iter().filter_map(|path| list_of(path)).collect();
        let kept = |leaf: &&Leaf| {
            let overridden = own.contains(&*leaf.path)
                || list_of(&leaf.path).is_some_and(|list| lists.contains(list));
            !overridden
        };
        let more: Vec<Leaf> = base.iter().filter(kept).cloned().collect();
        self.leaves.extend(more);
    }
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

/// Returns the rule's base, or else the `values.yaml` of the file's chart: next to it, or up to two
/// folders above next to a `Chart.yaml`.
fn base_path(claim: &Claim<'_>, reader: &SnapshotReader<'_>) -> Option<String> {
    if let Some(base) = &claim.rule.base {
        let path = base.expand(&claim.captures);
        return (path != claim.path).then_some(path);
    }
    let beside = join(folder_of(&claim.path), "values.yaml");
    let file = claim.path.rsplit('/').next().unwrap_or_default();
    if beside != claim.path && file.contains("values") && reader.file_exists(&beside) {
        return Some(beside);
    }
    let chart = chart_folder(&claim.path, reader)?;
    let path = join(&chart, "values.yaml");
    (path != claim.path && reader.file_exists(&path)).then_some(path)
}

fn chart_folder(path: &str, reader: &SnapshotReader<'_>) -> Option<String> {
    let mut folder = folder_of(path);
    for _ in 0..3 {
        if reader.file_exists(&join(folder, "Chart.yaml")) {
            return Some(folder.to_owned());
        }
        if folder.is_empty() {
            return None;
        }
        folder = folder_of(folder);
    }
    None
}

/// Returns images whose tag is present but empty.
fn app_versions(
    claim: &Claim<'_>,
    leaves: &[Leaf],
    reader: &SnapshotReader<'_>,
) -> Vec<VersionFinding> {
    let waiting: Vec<&Leaf> = leaves.iter().filter(|leaf| is_empty_tag(leaf, leaves)).collect();
    if waiting.is_empty() {
        return Vec::new();
    }
    let Some(chart) = chart_folder(&claim.path, reader).map(|folder| join(&folder, "Chart.yaml"))
    else {
        return Vec::new();
    };
    let Some(chart_leaves) = reader.read_leaves(&chart) else { return Vec::new() };
    let Some(version) =
        chart_leaves.iter().find(|leaf| &*leaf.path == "appVersion" && !leaf.text.is_empty())
    else {
        return Vec::new();
    };
    waiting
        .into_iter()
        .map(|tag| {
            let repository = leaves
                .iter()
                .find(|leaf| leaf.parent() == tag.parent() && leaf.last() == "repository");
            VersionFinding {
                component: convention::component_name(&tag.path),
                captures: TemplateCaptures::new(),
                image: repository.map(|leaf| leaf.text.to_string()),
                version: Version { tag: Some(version.text.to_string()), digest: None },
                locations: vec![version.location(&chart, ImagePart::Tag)],
                notes: vec![EntryNote::AppVersion, EntryNote::Inherited],
                ..VersionFinding::default()
            }
        })
        .collect()
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
