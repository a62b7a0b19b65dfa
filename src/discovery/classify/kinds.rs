//! Chooses the sources for a file by its name, or else by its contents.

use crate::model::{SourceKind, base_name};
use crate::source::{SnapshotReader, YamlReadError, shape, source_of};
use crate::yaml::YamlValue;
use std::collections::BTreeSet;

/// The sources that may read a file.
pub enum CandidateSources {
    /// Sources that know the file's format.
    Known(Vec<SourceKind>),
    /// A tree of keys, read by convention.
    Tree,
    Nothing,
}

/// Returns the sources that may read a file.
pub fn detect_sources(path: &str, reader: &SnapshotReader<'_>) -> CandidateSources {
    if let Some(kind) = named_source(path) {
        return CandidateSources::Known(vec![kind]);
    }
    let name = base_name(path).to_ascii_lowercase();
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    if matches!(extension, "toml" | "jsonnet" | "libsonnet" | "cue" | "json5") {
        return CandidateSources::Nothing;
    }
    by_content(path, reader)
}

/// The source that the name of a file is typical of. The whole name is stronger evidence than the
/// extension.
pub fn named_source(path: &str) -> Option<SourceKind> {
    let name = base_name(path).to_ascii_lowercase();
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    let matches = SourceKind::ALL
        .iter()
        .filter_map(|kind| Some((source_of(*kind).recognises_name(&name, extension)?, *kind)));
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
            // Read again to record the warning: the file's versions are missing from the result.
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

/// True if the extension is one of data. Files without an extension may contain anything.
fn is_data(path: &str) -> bool {
    [".yaml", ".yml", ".json"].iter().any(|end| path.ends_with(end))
}

/// Returns the source that reads an object; `None` for kinds whose versions are not deployments.
fn kubernetes_kind(version: &str, kind: &str) -> Option<SourceKind> {
    if matches!(
        kind,
        "CustomResourceDefinition"
            | "ImagePolicy"
            | "ImageUpdateAutomation"
            | "ClusterRole"
            | "Role"
            | "PrometheusRule"
    ) || shape::is_build_object(version)
    {
        return None;
    }
    let known = SourceKind::ALL.iter().copied();
    let mut own = known.filter(|known| source_of(*known).recognises_object(version, kind));
    own.next().or(Some(SourceKind::Manifests))
}
