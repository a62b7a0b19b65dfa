//! Flux's `HelmRelease`: the version of its chart, the images in its values, and those that it
//! leaves to a chart of this repository.

use super::leaf_subtree::LeafSubtree;
use super::remote::{self, LowerValues, ObjectFinding};
use super::values_from::{self, ValuesLayer};
use super::{OverrideSite, SnapshotReader, shape};
use crate::git::path::{join, resolve};
use crate::model::{ImagePart, Location, Warning};

/// Returns the versions of a release by its `spec`.
pub(super) fn read_release(
    spec: &LeafSubtree<'_>,
    path: &str,
    reader: &SnapshotReader<'_>,
) -> Vec<ObjectFinding> {
    let chart = spec.subtree_at(&["chart", "spec"]);
    let values = spec.subtree_at(&["values"]);
    let name = chart.text("chart").map(str::to_owned);
    let mut found: Vec<ObjectFinding> = chart
        .leaf("version")
        .and_then(|leaf| remote::version_finding(name, leaf, path, ImagePart::Chart))
        .into_iter()
        .collect();
    found.extend(match lower_values(spec, path, reader) {
        Some(lower) => remote::merged_findings(&values, path, &lower, reader),
        None => {
            note_unread(spec, path, reader);
            remote::values_findings(&values, path)
        }
    });
    found
}

/// Warns of values from config maps that may be versions. Secrets are not for versions.
fn note_unread(spec: &LeafSubtree<'_>, path: &str, reader: &SnapshotReader<'_>) {
    let sources = spec.subtree_at(&["valuesFrom"]).children();
    if sources.iter().any(|(_, source)| source.text("kind") == Some("ConfigMap")) {
        let message = "has `valuesFrom`, which may change versions and is not followed";
        reader.add_warning(Warning::for_file("flux-layer", path, message.to_owned()));
    }
}

/// Returns the values over which a release lays its own. `None` if some of `valuesFrom` are not
/// known: then neither is what is left to the chart.
fn lower_values(
    spec: &LeafSubtree<'_>,
    path: &str,
    reader: &SnapshotReader<'_>,
) -> Option<LowerValues> {
    let mut layers = values_from::find_layers(spec, path, reader)?;
    let chart = spec.subtree_at(&["chart", "spec"]);
    let folder = local_chart(&chart, reader);
    if let Some(folder) = &folder {
        layers.extend(values_files(&chart, folder, reader).into_iter().map(ValuesLayer::File));
    }
    Some(LowerValues { layers, chart: folder })
}

/// Returns where the values of the release that inherits a value would override it. `None` if none
/// or several of the releases of a file do.
pub(super) fn find_override_site(
    releases: &[LeafSubtree<'_>],
    path: &str,
    inherited: &Location,
    reader: &SnapshotReader<'_>,
) -> Option<OverrideSite> {
    let mut sites =
        releases.iter().filter_map(|object| override_site_in(object, path, inherited, reader));
    let site = sites.next()?;
    sites.next().is_none().then_some(site)
}

/// Returns where the values of a release would override one that it inherits.
fn override_site_in(
    object: &LeafSubtree<'_>,
    path: &str,
    inherited: &Location,
    reader: &SnapshotReader<'_>,
) -> Option<OverrideSite> {
    let spec = object.subtree_at(&["spec"]);
    let lower = lower_values(&spec, path, reader)?;
    let merged = lower.merge_below(&spec.subtree_at(&["values"]), path, reader);
    let inner = merged.keys_of(inherited)?;
    // The object may be an element of a list.
    let kind = object.leaf("kind").filter(|kind| &*kind.path == "kind")?;
    let keys = ["spec", "values"].map(str::to_owned).into_iter().chain(inner).collect();
    Some(OverrideSite { document: kind.document, keys })
}

/// Returns the folder of a chart that lies in this repository: one of a git source, whose path is
/// that of a chart here.
fn local_chart(chart: &LeafSubtree<'_>, reader: &SnapshotReader<'_>) -> Option<String> {
    let is_git = chart.subtree_at(&["sourceRef"]).text("kind") == Some("GitRepository");
    let folder = chart.text("chart").filter(|text| is_git && shape::is_literal(text))?;
    let folder = resolve("", folder.trim_start_matches('/'))?;
    reader.file_exists(&join(&folder, "Chart.yaml")).then_some(folder)
}

/// Returns the values files that a release names, the last one first, or else the chart's own.
fn values_files(chart: &LeafSubtree<'_>, folder: &str, reader: &SnapshotReader<'_>) -> Vec<String> {
    let named = chart.subtree_at(&["valuesFiles"]);
    let mut out: Vec<String> =
        named.own_leaves().filter_map(|(_, leaf)| resolve("", &leaf.text)).collect();
    out.reverse();
    if out.is_empty() {
        out.push(join(folder, "values.yaml"));
    }
    out.retain(|path| reader.file_exists(path));
    out
}
