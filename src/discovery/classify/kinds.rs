//! Which source reads a file: told by its name, else by what it holds.

use crate::model::SourceKind;
use crate::source::{SnapshotReader, YamlReadError, source_of};
use crate::yaml::YamlValue;
use std::collections::BTreeSet;

/// The sources a file is for.
pub enum CandidateSources {
    /// By a source that knows its format.
    Known(Vec<SourceKind>),
    /// As a tree of keys, by convention.
    Tree,
    Nothing,
}

/// How a file is read.
pub fn detect_sources(path: &str, reader: &SnapshotReader<'_>) -> CandidateSources {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    if let Some(kind) = recognised_by_name(&name, extension) {
        return CandidateSources::Known(vec![kind]);
    }
    if matches!(extension, "toml" | "jsonnet" | "libsonnet" | "cue" | "json5") {
        return CandidateSources::Nothing;
    }
    by_content(path, reader)
}

/// The source that a name is typical of. The whole name says more than its extension alone.
fn recognised_by_name(name: &str, extension: &str) -> Option<SourceKind> {
    let matches = SourceKind::ALL
        .iter()
        .filter_map(|kind| Some((source_of(*kind).recognises_name(name, extension)?, *kind)));
    matches.max_by_key(|(fit, _)| *fit).map(|(_, kind)| kind)
}

fn by_content(path: &str, reader: &SnapshotReader<'_>) -> CandidateSources {
    let stream = match reader.try_yaml(path) {
        Ok(stream) => stream,
        Err(YamlReadError::Yaml(_, true)) => return CandidateSources::Tree,
        Err(YamlReadError::Yaml(..)) if !path.rsplit('/').next().unwrap_or(path).contains('.') => {
            return CandidateSources::Known(vec![SourceKind::Dotenv]);
        }
        Err(YamlReadError::Read(_)) => {
            // Read again for the warning: what the file would have said is missing from the answer.
            if is_data(path) {
                reader.read_text(path);
            }
            return CandidateSources::Nothing;
        }
        Err(_) => return CandidateSources::Nothing,
    };
    let roots: Vec<YamlValue<'_>> =
        stream.documents.iter().filter_map(|document| document.root()).collect();
    if roots.iter().all(|root| root.text().is_some()) {
        return if roots.len() == 1 {
            CandidateSources::Known(vec![SourceKind::Text])
        } else {
            CandidateSources::Nothing
        };
    }
    let mut kinds = BTreeSet::new();
    for root in &roots {
        if let (Some(version), Some(kind)) = (root.str_at(&["apiVersion"]), root.str_at(&["kind"]))
        {
            kinds.insert(kubernetes_kind(version, kind));
        }
    }
    if kinds.is_empty() {
        return CandidateSources::Tree;
    }
    CandidateSources::Known(kinds.into_iter().flatten().collect())
}

/// Does the name promise data? Anything may lie in a file without an extension.
fn is_data(path: &str) -> bool {
    [".yaml", ".yml", ".json"].iter().any(|end| path.ends_with(end))
}

/// Which source reads an object; none for those whose versions are not deployments.
fn kubernetes_kind(version: &str, kind: &str) -> Option<SourceKind> {
    if matches!(
        kind,
        "CustomResourceDefinition"
            | "ImagePolicy"
            | "ImageUpdateAutomation"
            | "ClusterRole"
            | "Role"
            | "PrometheusRule"
    ) {
        return None;
    }
    let known = SourceKind::ALL.iter().copied();
    let mut own = known.filter(|known| source_of(*known).recognises_object(version, kind));
    own.next().or(Some(SourceKind::Manifests))
}
