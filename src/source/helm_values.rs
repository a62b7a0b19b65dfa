//! Helm values files: one tag per image, by conventional keys or those named by the rule.
//!
//! A chart's own `values.yaml` applies to every stage that does not override it. An empty tag means
//! the chart's `appVersion`, as in Helm's starter chart.

use super::convention::{KeySyntax, TELLING};
use super::leaf::Leaf;
use super::merged_values::MergedValues;
use super::subcharts::{Subcharts, is_chart_file};
use super::{Claim, OverrideSite, SnapshotReader, Source, VersionFinding, keyed};
use crate::git::path::{folder_of, join};
use crate::model::{EntryNote, Location, SourceKind};
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
        let Some(values) = merge_values(claim, reader) else { return Vec::new() };
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

    fn override_site(
        &self,
        claim: &Claim<'_>,
        inherited: &Location,
        reader: &SnapshotReader<'_>,
    ) -> Option<OverrideSite> {
        let is_own = is_chart_file(&claim.path) || inherited.path == claim.path;
        let keys = merge_values(claim, reader).filter(|_| !is_own)?.keys_of(inherited)?;
        Some(OverrideSite { document: 0, keys })
    }
}

/// Returns the values of a file over those of its chart. `None` if it is unreadable, or holds
/// nothing but Kubernetes objects.
fn merge_values(claim: &Claim<'_>, reader: &SnapshotReader<'_>) -> Option<MergedValues> {
    // Files of Kubernetes objects only can be skipped without parsing. A blank file inherits all.
    let path = &claim.path;
    if reader.every_document(path, |text| is_object(text) || is_blank(text))
        && !reader.every_document(path, is_blank)
    {
        return None;
    }
    let mut own = reader.leaves_or_scan(&claim.path)?.to_vec();
    leave_out_objects(&mut own);
    let mut values = MergedValues::new(&claim.path, own);
    if let Some(base) = base_path(claim, reader) {
        values.add_file(&base, reader);
    }
    if let Some(chart) = chart_folder(&claim.path, reader) {
        values.add_subcharts(&chart, reader);
    }
    Some(values)
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
