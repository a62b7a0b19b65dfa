//! The files of charts in the repository: what Helm renders, besides the values that the mapping
//! reads.

use crate::git::Snapshot;
use crate::git::path::{folder_of, is_below, join, resolve};
use crate::guard::InputPart;
use crate::model::{SourceForm, SourceKind, base_name};
use crate::source::{Claim, SnapshotReader};
use std::collections::BTreeSet;

const CHART: &str = "Chart.yaml";

/// With more charts than these, a chart that takes in others is not followed further.
const MAX_CHARTS: usize = 64;

/// How many folders above a values file its chart may be.
const MAX_ABOVE: usize = 3;

/// The charts that some claim's files belong to, with the local charts that these take in.
pub fn find_charts(
    claim: &Claim<'_>,
    touched: &BTreeSet<String>,
    snapshot: &Snapshot<'_>,
    reader: &SnapshotReader<'_>,
) -> BTreeSet<String> {
    let mut folders: BTreeSet<String> =
        touched.iter().map(|path| folder_of(path).to_owned()).collect();
    if claim.rule.kind.descriptor().form == SourceForm::ControllerObjects {
        folders.extend(named_folders(&claim.path, reader));
    } else if !claim.rule.kind.is_built() {
        let mut folder = folder_of(&claim.path);
        for _ in 0..MAX_ABOVE {
            folders.insert(folder.to_owned());
            folder = folder_of(folder);
        }
    }
    let is_chart = |folder: &str| snapshot.find_file(&join(folder, CHART)).is_some();
    let mut found: BTreeSet<String> =
        folders.into_iter().filter(|folder| is_chart(folder)).collect();
    let mut open: Vec<String> = found.iter().cloned().collect();
    while let Some(chart) = open.pop() {
        for other in local_dependencies(&chart, reader).into_iter().filter(|one| is_chart(one)) {
            if found.len() < MAX_CHARTS && found.insert(other.clone()) {
                open.push(other);
            }
        }
    }
    found
}

/// The folder of the chart that a values file belongs to: its own folder, or one above.
pub fn chart_above(path: &str, snapshot: &Snapshot<'_>) -> Option<String> {
    let mut folder = folder_of(path);
    for _ in 0..MAX_ABOVE {
        if snapshot.find_file(&join(folder, CHART)).is_some() {
            return Some(folder.to_owned());
        }
        folder = folder_of(folder);
    }
    None
}

/// The folders that an Argo CD application or a Flux release may take its chart from, if its source
/// is this repository.
fn named_folders(path: &str, reader: &SnapshotReader<'_>) -> Vec<String> {
    let leaves = reader.read_leaves(path);
    let named = leaves.iter().flat_map(|leaves| leaves.iter());
    named
        .filter(|leaf| matches!(leaf.last(), "path" | "chart"))
        .filter_map(|leaf| resolve("", leaf.text.trim_start_matches('/')))
        .collect()
}

/// The folders that a chart's dependencies name with `file://`.
fn local_dependencies(chart: &str, reader: &SnapshotReader<'_>) -> Vec<String> {
    let files = [CHART, "requirements.yaml"].map(|name| join(chart, name));
    let leaves = files.iter().filter_map(|path| reader.read_leaves(path));
    leaves
        .flat_map(|leaves| leaves.to_vec())
        .filter(|leaf| leaf.last() == "repository")
        .filter_map(|leaf| resolve(chart, leaf.text.strip_prefix("file://")?))
        .collect()
}

/// What a changed file is to a chart; `None` for files that Helm does not render.
pub fn part_of_chart(path: &str, chart: &str) -> Option<InputPart> {
    if !chart.is_empty() && !is_below(path, chart) {
        return None;
    }
    let rest = path[chart.len()..].trim_start_matches('/');
    part_below(rest)
}

fn part_below(rest: &str) -> Option<InputPart> {
    if let Some(taken_in) = rest.strip_prefix("charts/") {
        return match taken_in.split_once('/') {
            Some((_, rest)) => part_below(rest),
            // A packed chart.
            None => Some(InputPart::Template),
        };
    }
    let name = base_name(rest);
    match rest.split_once('/') {
        None if rest == ".helmignore" => Some(InputPart::Template),
        None if matches!(
            rest,
            CHART | "Chart.lock" | "requirements.yaml" | "requirements.lock"
        ) =>
        {
            Some(InputPart::Source(SourceKind::HelmValues))
        }
        None if matches!(rest, "values.yaml" | "values.yml") => {
            Some(InputPart::Source(SourceKind::HelmValues))
        }
        Some(("templates", _)) if name != "NOTES.txt" => Some(InputPart::Template),
        Some(("crds", _)) => Some(InputPart::Source(SourceKind::Manifests)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn helm_renders_these_files() {
        let part = |path: &str| part_of_chart(path, "charts/web");
        let templates = [
            "charts/web/templates/deploy.yaml",
            "charts/web/templates/a/_helpers.tpl",
            "charts/web/.helmignore",
            "charts/web/charts/sub/templates/d.yaml",
            "charts/web/charts/sub-1.0.0.tgz",
        ];
        assert_eq!(templates.map(part), [Some(InputPart::Template); 5]);
        let values = Some(InputPart::Source(SourceKind::HelmValues));
        assert_eq!(
            [part("charts/web/values.yaml"), part("charts/web/charts/sub/Chart.yaml")],
            [values; 2]
        );
        assert_eq!(part("charts/web/crds/x.yaml"), Some(InputPart::Source(SourceKind::Manifests)));
        let others = [
            "charts/web/README.md",
            "charts/web/templates/NOTES.txt",
            "charts/web/values-dev.yaml",
            "charts/api/templates/d.yaml",
            "charts/webs/templates/d.yaml",
        ];
        assert_eq!(others.map(part), [None; 5]);
        assert_eq!(part_of_chart("templates/d.yaml", ""), Some(InputPart::Template));
    }
}
