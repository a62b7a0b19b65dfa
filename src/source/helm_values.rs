//! Helm values files: one tag per image, by conventional keys or those named by the rule.
//!
//! A chart's own `values.yaml` applies to every stage that does not override it. An empty tag means
//! the chart's `appVersion`, as in Helm's starter chart.

use super::convention::{KeySyntax, TELLING};
use super::leaf::Leaf;
use super::merged_values::MergedValues;
use super::subcharts::{Subcharts, is_chart_file};
use super::{Claim, SnapshotReader, Source, VersionFinding, keyed};
use crate::git::path::{folder_of, join};
use crate::model::{EntryNote, SourceKind};
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
        let mut values = MergedValues::new(&claim.path, own);
        if let Some(base) = base_path(claim, reader) {
            values.add_file(&base, reader);
        }
        if let Some(chart) = chart_folder(&claim.path, reader) {
            values.add_subcharts(&chart, reader);
        }
        let place = |index: usize| values.path_of(index);
        let mut findings =
            keyed::find_versions(claim.rule, &values.leaves, &place, KeySyntax::Tree, TELLING);
        for finding in &mut findings {
            if finding.locations.first().is_some_and(|location| location.path != claim.path) {
                finding.notes.push(EntryNote::Inherited);
            }
        }
        findings.extend(values.app_versions(reader));
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
