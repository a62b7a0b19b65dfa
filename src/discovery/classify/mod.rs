//! Classifies files with a stage in their path and finds values that look like versions.

mod kinds;
mod overlays;
mod text;
mod values;

use super::family::VersionedFile;
use super::slot::{StagePart, StageStrength};
use crate::config::SourceRule;
use crate::model::{Confidence, EntryNote, ImagePart, SourceForm, SourceKind, TemplateCaptures};
use crate::source::convention::{self, KeySyntax};
use crate::source::leaf::{KEY_SEPARATOR, shown_key};
use crate::source::{Claim, SnapshotReader, VersionFinding, kustomize_resources, source_for};
pub use kinds::{CandidateSources, detect_sources, named_source};
use overlays::classify_overlays;
pub use overlays::is_kustomization;
use std::collections::{BTreeSet, HashSet};
use values::classify_values;

/// A file with its stage.
pub struct StagedFile<'a> {
    pub path: &'a str,
    pub slot: &'a StagePart,
}

/// The result of classification.
#[derive(Default)]
pub struct ClassifiedFiles {
    pub sure: Vec<VersionedFile>,
    pub unsure: Vec<VersionedFile>,
    /// True if an image automation owns some of the lines.
    pub automated: bool,
}

/// Classifies all files.
pub fn classify_files(files: &[StagedFile<'_>], reader: &SnapshotReader<'_>) -> ClassifiedFiles {
    let mut out = ClassifiedFiles::default();
    let mut covered: HashSet<(String, usize)> = HashSet::new();
    let (overlays, others): (Vec<_>, Vec<_>) =
        files.iter().partition(|file| is_kustomization(file.path));
    classify_overlays(&overlays, reader, &mut covered, &mut out);
    // Resources of a build belong to its overlay and were read there.
    let resources = kustomize_resources(reader);
    let mut trees = Vec::new();
    let is_built = |path: &str| resources.contains(path) && !speaks_of_controllers(reader, path);
    for file in others.into_iter().filter(|file| !is_built(file.path)) {
        match detect_sources(file.path, reader) {
            CandidateSources::Tree => trees.push(file),
            CandidateSources::Known(kinds) => {
                for kind in kinds {
                    classify_known(file, kind, reader, &covered, &mut out);
                }
            }
            CandidateSources::Nothing => {}
        }
    }
    classify_values(&trees, reader, &mut out);
    out
}

/// True if the file may contain an object of Argo CD or Flux; builds do not read their charts and
/// values.
pub fn speaks_of_controllers(reader: &SnapshotReader<'_>, path: &str) -> bool {
    reader
        .read_text(path)
        .is_some_and(|text| text.contains("argoproj.io/") || text.contains("toolkit.fluxcd.io/"))
}

fn components_of(findings: &[VersionFinding]) -> BTreeSet<String> {
    findings.iter().map(|finding| finding.component.clone().unwrap_or_default()).collect()
}

/// Returns the findings of one source in one file.
pub fn read_findings(
    path: &str,
    kind: SourceKind,
    reader: &SnapshotReader<'_>,
) -> Vec<VersionFinding> {
    // A rule for this file alone: a rule for others too would leave their versions to them.
    let own = SourceRule::new(kind, &path.replace(['{', '}'], "*"), &[]);
    let Ok(rule) = own.or_else(|_| SourceRule::new(kind, "**", &[])) else { return Vec::new() };
    let claim =
        Claim { rule: &rule, index: 0, path: path.to_owned(), captures: TemplateCaptures::new() };
    source_for(&rule).read(&claim, reader)
}

/// True if an image automation owns a line of these findings.
pub fn is_automated(findings: &[VersionFinding]) -> bool {
    findings
        .iter()
        .flat_map(|finding| &finding.notes)
        .any(|note| matches!(note, EntryNote::Automated(_)))
}

fn classify_known(
    file: &StagedFile<'_>,
    kind: SourceKind,
    reader: &SnapshotReader<'_>,
    covered: &HashSet<(String, usize)>,
    out: &mut ClassifiedFiles,
) {
    let findings = read_findings(file.path, kind, reader);
    out.automated |= is_automated(&findings);
    let fresh: Vec<&VersionFinding> = findings
        .iter()
        .filter(|finding| {
            finding
                .locations
                .iter()
                .any(|place| !covered.contains(&(place.path.clone(), place.span.start)))
        })
        .collect();
    if !fresh.is_empty() {
        let loose = kind.descriptor().form == SourceForm::LooseValues;
        let alone = loose && file.slot.strength <= StageStrength::Loose
            || kind == SourceKind::Text && !text::is_likely_version(file.path, &fresh);
        let nameless = fresh
            .iter()
            .any(|f| f.component.is_none() && f.image.is_none() && !f.captures.contains_key("app"));
        let placed = VersionedFile {
            subject: file.path.to_owned(),
            slot: file.slot.clone(),
            kind,
            keys: Vec::new(),
            confidence: if loose { Confidence::Medium } else { Confidence::High },
            components: components_of(&findings),
            nameless,
        };
        if alone { out.unsure.push(placed) } else { out.sure.push(placed) }
    }
    if matches!(kind.descriptor().form, SourceForm::Objects | SourceForm::ControllerObjects) {
        find_leftovers((file, kind), &findings, covered, reader, out);
    }
}

/// Finds telling keys in objects that their source does not read, such as an operator's
/// `spec.image.tag`.
fn find_leftovers(
    (file, kind): (&StagedFile<'_>, SourceKind),
    findings: &[VersionFinding],
    covered: &HashSet<(String, usize)>,
    reader: &SnapshotReader<'_>,
    out: &mut ClassifiedFiles,
) {
    let Some(leaves) = reader.read_leaves(file.path) else { return };
    let seen: HashSet<usize> = findings
        .iter()
        .flat_map(|f| &f.locations)
        .filter(|l| l.path == file.path)
        .map(|l| l.span.start)
        .collect();
    let is_controllers = kind.descriptor().form == SourceForm::ControllerObjects;
    let pins = convention::find_version_leaves(&leaves, KeySyntax::Tree)
        .into_iter()
        .filter(|pin| pin.score >= 8 && pin.part != ImagePart::Chart);
    let keys: BTreeSet<String> = pins
        .filter(|pin| !is_controllers || !leaves[pin.leaf].keys().any(is_set_by_controller))
        .filter(|pin| {
            let start = leaves[pin.leaf].span.start;
            !seen.contains(&start) && !covered.contains(&(file.path.to_owned(), start))
        })
        .filter_map(|pin| key_template(&leaves[pin.leaf].path))
        .collect();
    if !keys.is_empty() {
        out.sure.push(VersionedFile {
            subject: file.path.to_owned(),
            slot: file.slot.clone(),
            kind: SourceKind::Yaml,
            keys: keys.into_iter().collect(),
            confidence: Confidence::Medium,
            components: BTreeSet::new(),
            nameless: false,
        });
    }
}

/// True for keys of Argo CD and Flux below which their sources read all that has an effect.
fn is_set_by_controller(key: &str) -> bool {
    matches!(key, "source" | "sources" | "values" | "patches")
}

/// Returns a chain of keys as a template that matches only itself; `None` if it cannot be written
/// as one.
pub fn key_template(path: &str) -> Option<String> {
    if path.contains(['{', '}', '*', '"', '\'']) {
        return None;
    }
    let quoted: Vec<String> = path
        .split(KEY_SEPARATOR)
        .map(|key| {
            if key.contains('.') || key.chars().skip(1).any(|c| c == '[') {
                format!("\"{key}\"")
            } else {
                key.to_owned()
            }
        })
        .collect();
    Some(shown_key(&quoted.join(&KEY_SEPARATOR.to_string())))
}
