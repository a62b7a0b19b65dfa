//! Kustomize overlays that pin versions of their own.

use super::super::family::VersionedFile;
use super::{ClassifiedFiles, StagedFile, components_of, is_automated, read_findings};
use crate::git::path::folder_of;
use crate::model::{Confidence, SourceKind};
use crate::source::SnapshotReader;
use std::collections::{BTreeSet, HashSet};

/// True for a kustomization file.
pub fn is_kustomization(path: &str) -> bool {
    matches!(
        path.rsplit('/').next().unwrap_or(path),
        "kustomization.yaml" | "kustomization.yml" | "Kustomization"
    )
}

/// Classifies overlays. They count if some file of a stage pins a version; a placeholder in a base
/// that no stage overrides does not count.
pub(super) fn classify_overlays(
    files: &[&StagedFile<'_>],
    reader: &SnapshotReader<'_>,
    covered: &mut HashSet<(String, usize)>,
    out: &mut ClassifiedFiles,
) {
    let staged: HashSet<&str> = files.iter().map(|file| file.path).collect();
    let mut pinned_families = BTreeSet::new();
    let mut found = Vec::new();
    for file in files {
        let findings = read_findings(file.path, SourceKind::Kustomize, reader);
        let folder = folder_of(file.path);
        let own = findings.iter().flat_map(|f| &f.locations).any(|place| {
            staged.contains(place.path.as_str()) || place.path.starts_with(&format!("{folder}/"))
        });
        out.automated |= is_automated(&findings);
        let family = app_folder(file);
        if own {
            pinned_families.insert(family.clone());
        }
        let places = findings.iter().flat_map(|f| &f.locations);
        covered.extend(places.map(|place| (place.path.clone(), place.span.start)));
        found.push((file, family, folder.to_owned(), components_of(&findings)));
    }
    let pinning = found.into_iter().filter(|(_, family, _, components)| {
        !components.is_empty() && pinned_families.contains(family)
    });
    out.sure.extend(pinning.map(|(file, _, subject, components)| VersionedFile {
        subject,
        slot: file.slot.clone(),
        kind: SourceKind::Kustomize,
        keys: Vec::new(),
        confidence: Confidence::High,
        components,
        nameless: false,
    }));
}

/// Returns the path before the stage, which all overlays of one app share.
fn app_folder(file: &StagedFile<'_>) -> String {
    let parts: Vec<&str> = file.path.split('/').take(file.slot.part).collect();
    format!(
        "{}/{}",
        parts.join("/"),
        &file.path.split('/').nth(file.slot.part).unwrap_or_default()[..file.slot.start]
    )
}
