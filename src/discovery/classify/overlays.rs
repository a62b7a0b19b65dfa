//! Kustomize overlays that pin versions of their own.

use super::super::family::VersionedFile;
use super::{ClassifiedFiles, StagedFile, components_of, is_automated, read_findings};
use crate::git::path::{folder_of, is_below};
use crate::model::{Confidence, EntryNote, SourceKind, Version, is_mutable};
use crate::source::SnapshotReader;
use std::collections::{BTreeSet, HashSet};

/// True for a kustomization file.
pub fn is_kustomization(path: &str) -> bool {
    matches!(
        path.rsplit('/').next().unwrap_or(path),
        "kustomization.yaml" | "kustomization.yml" | "Kustomization"
    )
}

/// Classifies overlays. They count if some file of a stage pins a version, or if a base or
/// component pins a fixed one; a placeholder such as `latest` in a base that no stage overrides
/// does not count.
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
        let own = findings.iter().any(|finding| {
            let is_fixed =
                is_fixed(&finding.version) && !finding.notes.contains(&EntryNote::Remote);
            let mut paths = finding.locations.iter().map(|place| place.path.as_str());
            is_fixed || paths.any(|path| staged.contains(path) || is_below(path, folder))
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

/// True for a version that is no placeholder: `1.2`, but not `latest` or `TAG`.
fn is_fixed(version: &Version) -> bool {
    let has_number = |tag: &String| tag.bytes().any(|byte| byte.is_ascii_digit());
    !is_mutable(version)
        && (version.digest.is_some() || version.tag.as_ref().is_some_and(has_number))
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
