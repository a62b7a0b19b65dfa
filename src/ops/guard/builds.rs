//! What programs build for the stages: the root of each claim, and the files that it may read.

use super::chart_inputs::chart_above;
use crate::config::Config;
use crate::git::Snapshot;
use crate::git::path::{folder_of, join};
use crate::model::{BuildRoot, SourceForm, SourceKind, base_name};
use crate::source::Claim;
use std::collections::BTreeSet;

/// The names under which Compose finds a project by itself.
const COMPOSE_FILES: [&str; 4] =
    ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];

/// Whether programs build both states.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum RenderRequest {
    Never,
    /// If the configuration of the base says `render: true`.
    #[default]
    IfConfigured,
    Always,
}

impl RenderRequest {
    pub fn is_wanted(self, config: &Config) -> bool {
        match self {
            RenderRequest::Never => false,
            RenderRequest::IfConfigured => config.render,
            RenderRequest::Always => true,
        }
    }
}

/// Returns what a program builds from a claim.
pub fn build_root(claim: &Claim<'_>, snapshot: &Snapshot<'_>) -> BuildRoot {
    let folder = folder_of(&claim.path).to_owned();
    match claim.rule.kind {
        SourceKind::Kustomize => BuildRoot::Kustomization { folder },
        SourceKind::HelmValues => match chart_above(&claim.path, snapshot) {
            Some(chart) if is_read_by_template(claim, &chart) => {
                BuildRoot::Chart { values: stage_values(claim, &chart, snapshot), folder: chart }
            }
            Some(chart) => BuildRoot::Chart { values: values_files(claim, &chart), folder: chart },
            None => BuildRoot::NotBuilt { reason: "its chart is not in the repository" },
        },
        SourceKind::Compose => {
            let is_found = COMPOSE_FILES.contains(&base_name(&claim.path));
            let files = if is_found { Vec::new() } else { with_base(claim) };
            BuildRoot::Compose { folder, files }
        }
        SourceKind::Argo => {
            BuildRoot::NotBuilt { reason: "what Argo CD adds to its sources is not rendered" }
        }
        SourceKind::Flux => {
            BuildRoot::NotBuilt { reason: "what Flux adds to its sources is not rendered" }
        }
        _ => BuildRoot::NotBuilt { reason: "no program builds it" },
    }
}

/// True for a file below a chart that is not called a values file: templates read such files
/// (`.Files.Get`), and nobody hands them to Helm.
fn is_read_by_template(claim: &Claim<'_>, chart: &str) -> bool {
    folder_of(&claim.path) != chart && !base_name(&claim.path).contains("values")
}

/// The values file beside a chart that is for the stage of a claim: `values-prod.yaml`.
fn stage_values(claim: &Claim<'_>, chart: &str, snapshot: &Snapshot<'_>) -> Vec<String> {
    let Some(stage) = claim.captures.get("stage") else { return Vec::new() };
    let names = ["values-{}.yaml", "values.{}.yaml", "values-{}.yml"];
    let paths = names.map(|name| join(chart, &name.replace("{}", stage)));
    paths.into_iter().find(|path| snapshot.find_file(path).is_some()).into_iter().collect()
}

/// The values files of a chart; its own `values.yaml` counts anyway.
fn values_files(claim: &Claim<'_>, chart: &str) -> Vec<String> {
    let is_own = |path: &String| {
        folder_of(path) == chart
            && matches!(
                base_name(path),
                "values.yaml" | "Chart.yaml" | "Chart.yml" | "requirements.yaml"
            )
    };
    with_base(claim).into_iter().filter(|path| !is_own(path)).collect()
}

/// The file of a claim, behind the one that its rule names as its base.
fn with_base(claim: &Claim<'_>) -> Vec<String> {
    let base = claim.rule.base.as_ref().map(|base| base.expand(&claim.captures));
    base.into_iter().filter(|base| *base != claim.path).chain([claim.path.clone()]).collect()
}

/// The folders and files that a build may read: those of what the mapping read, and charts.
pub fn build_reads(
    claim: &Claim<'_>,
    touched: &BTreeSet<String>,
    charts: &BTreeSet<String>,
    snapshot: &Snapshot<'_>,
) -> BTreeSet<String> {
    let is_there = |path: &&String| snapshot.find_file(path).is_some();
    let files = touched.iter().filter(is_there);
    let own: BTreeSet<String> = match claim.rule.kind.descriptor().form {
        SourceForm::Build | SourceForm::Services => {
            files.map(|path| folder_of(path).to_owned()).collect()
        }
        _ => files.cloned().collect(),
    };
    own.into_iter().chain(charts.iter().cloned()).chain([claim.path.clone()]).collect()
}

/// True if a path is one of these, or in a folder among them.
pub fn is_read(path: &str, reads: &BTreeSet<String>) -> bool {
    let mut at = path;
    loop {
        if reads.contains(at) {
            return true;
        }
        if at.is_empty() {
            return false;
        }
        at = folder_of(at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_where_its_folder_is() {
        let reads = BTreeSet::from(["apps/web".to_owned(), "values/prod.yaml".to_owned()]);
        for path in ["apps/web/a/b.yaml", "apps/web", "values/prod.yaml"] {
            assert!(is_read(path, &reads), "{path}");
        }
        for path in ["apps/webs/a.yaml", "apps", "values/dev.yaml", ""] {
            assert!(!is_read(path, &reads), "{path}");
        }
        assert!(is_read("README.md", &BTreeSet::from([String::new()])));
    }
}
