//! What pins images in files that no stage's name is in: the tree of a branch that is a stage, or a
//! repository with one stage only.

use super::classify::{self, CandidateSources, detect_sources, is_kustomization};
use super::family::NO_FALLBACK;
use super::files;
use super::layout::find_layouts;
use crate::config::{NameTemplate, SourceRule};
use crate::git::path::folder_of;
use crate::model::{Confidence, SourceForm, SourceKind};
use crate::source::convention::{self, KeySyntax, TELLING, VersionLeaf};
use crate::source::{SnapshotReader, VersionFinding, kustomize_resources};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// A file, or a folder for kustomize, that pins something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PinnedFile {
    pub kind: SourceKind,
    pub subject: String,
    /// Some version in it has neither an image name nor a key that could name the app.
    pub nameless: bool,
    /// An image automation owns a line of it.
    pub automated: bool,
}

/// What files without a stage hold.
#[derive(Debug, Default)]
pub(super) struct UnstagedFiles {
    pub places: BTreeSet<PinnedFile>,
    /// Files that were read and pin nothing: a template may meet them.
    pub silent: HashSet<String>,
    /// Objects that some kustomization takes in, of which Argo CD and Flux know nothing.
    pub built: HashSet<String>,
}

/// Keys and values from this score on count without a twin beside them.
const CERTAIN: u8 = 8;

/// The places in these files. Defaults of charts that are written here are none: a chart is what is
/// deployed elsewhere.
pub(super) fn find_pinned_files(paths: &[&str], reader: &SnapshotReader<'_>) -> UnstagedFiles {
    let (overlays, others): (Vec<&str>, Vec<&str>) = paths
        .iter()
        .copied()
        .filter(|path| !files::is_aside(path))
        .partition(|path| is_kustomization(path));
    let mut out = UnstagedFiles {
        places: root_kustomizations(&overlays, reader),
        ..UnstagedFiles::default()
    };
    let built = kustomize_resources(reader);
    let charts = own_charts(reader);
    let outside = |path: &&str| !charts.contains(folder_of(path));
    for path in others.into_iter().filter(outside) {
        let is_built = built.contains(path);
        if is_built && !classify::speaks_of_controllers(reader, path) {
            out.built.insert(path.to_owned());
            continue;
        }
        let found = match detect_sources(path, reader) {
            // What a build takes in was looked at there, but for what controllers make of it.
            CandidateSources::Known(mut kinds) if is_built => {
                kinds.retain(|kind| is_of_controllers(*kind));
                classify_file(path, &kinds, reader)
            }
            CandidateSources::Tree if is_built => TemplateFit::Silent,
            CandidateSources::Known(kinds) => classify_file(path, &kinds, reader),
            CandidateSources::Tree => classify_values(path, reader),
            CandidateSources::Nothing => TemplateFit::Silent,
        };
        match found {
            TemplateFit::Places(places) => out.places.extend(places),
            TemplateFit::Silent => drop(out.silent.insert(path.to_owned())),
            TemplateFit::Unsure => {}
        }
    }
    out
}

/// Are its charts and values none that a build of kustomize looks at?
fn is_of_controllers(kind: SourceKind) -> bool {
    kind.descriptor().form == SourceForm::ControllerObjects
}

/// What a file is for a template that might meet it.
enum TemplateFit {
    Places(Vec<PinnedFile>),
    /// It pins something, but nobody knows whether that is deployed.
    Unsure,
    Silent,
}

/// Sources that would take any version-looking value; alone they say too little.
fn is_loose(kind: SourceKind) -> bool {
    matches!(kind.descriptor().form, SourceForm::LooseValues | SourceForm::StackValues)
}

fn classify_file(path: &str, kinds: &[SourceKind], reader: &SnapshotReader<'_>) -> TemplateFit {
    if kinds.iter().any(|kind| is_loose(*kind)) {
        return TemplateFit::Unsure;
    }
    let found = kinds
        .iter()
        .filter_map(|kind| pinned_file(*kind, path, &classify::read_findings(path, *kind, reader)));
    let places: Vec<PinnedFile> = found.collect();
    if places.is_empty() { TemplateFit::Silent } else { TemplateFit::Places(places) }
}

fn pinned_file(kind: SourceKind, subject: &str, findings: &[VersionFinding]) -> Option<PinnedFile> {
    let nameless = findings
        .iter()
        .any(|f| f.component.is_none() && f.image.is_none() && !f.captures.contains_key("app"));
    let automated = classify::is_automated(findings);
    (!findings.is_empty()).then(|| PinnedFile {
        kind,
        subject: subject.to_owned(),
        nameless,
        automated,
    })
}

/// The kustomizations that no other builds on.
fn root_kustomizations(overlays: &[&str], reader: &SnapshotReader<'_>) -> BTreeSet<PinnedFile> {
    let mut found = Vec::new();
    let mut taken_in: HashSet<String> = HashSet::new();
    for path in overlays {
        reader.take_touched();
        let findings = classify::read_findings(path, SourceKind::Kustomize, reader);
        taken_in.extend(
            reader.take_touched().file_paths().into_iter().filter(|touched| touched != path),
        );
        let folder = folder_of(path);
        found.extend(
            pinned_file(SourceKind::Kustomize, folder, &findings).map(|place| (*path, place)),
        );
    }
    found
        .into_iter()
        .filter(|(path, _)| !taken_in.contains(*path))
        .map(|(_, place)| place)
        .collect()
}

/// The folders of charts with templates of their own.
fn own_charts(reader: &SnapshotReader<'_>) -> HashSet<String> {
    let listing = reader.snapshot().files_under("").unwrap_or_default();
    let charts = super::chart_folders(&listing);
    let templates = listing
        .iter()
        .filter_map(|file| file.path.split_once("/templates/"))
        .map(|(folder, _)| folder);
    templates.filter(|folder| charts.contains(*folder)).map(str::to_owned).collect()
}

fn classify_values(path: &str, reader: &SnapshotReader<'_>) -> TemplateFit {
    let Some(leaves) = reader.leaves_or_scan(path) else { return TemplateFit::Silent };
    let mut pins = convention::find_version_leaves(&leaves, KeySyntax::Tree);
    pins.retain(|pin| pin.score >= TELLING);
    let unnamed = |pin: &VersionLeaf| {
        pin.image.is_none() && convention::component_name(&leaves[pin.leaf].path).is_none()
    };
    match pins.iter().map(|pin| pin.score).max() {
        None => TemplateFit::Silent,
        Some(score) if score < CERTAIN => TemplateFit::Unsure,
        Some(_) => TemplateFit::Places(vec![PinnedFile {
            kind: tree_kind(path),
            subject: path.to_owned(),
            nameless: pins.iter().any(unnamed),
            automated: reader.read_text(path).is_some_and(|text| text.contains("$imagepolicy")),
        }]),
    }
}

/// Only files called like it are values of a chart, with a `values.yaml` below them.
fn tree_kind(path: &str) -> SourceKind {
    let name = path.rsplit('/').next().unwrap_or(path);
    match name {
        _ if name.ends_with(".json") => SourceKind::Json,
        _ if name.starts_with("values") => SourceKind::HelmValues,
        _ => SourceKind::Yaml,
    }
}

/// The rules that read these places and, of `all` paths, no others that hold anything.
pub(super) fn build_rules(found: &UnstagedFiles, all: &[&str]) -> Vec<(SourceRule, usize)> {
    let mut kinds: BTreeMap<SourceKind, Vec<&PinnedFile>> = BTreeMap::new();
    for place in &found.places {
        kinds.entry(place.kind).or_default().push(place);
    }
    let mut out = Vec::new();
    for (kind, places) in kinds {
        let subjects: Vec<&str> = places.iter().map(|place| place.subject.as_str()).collect();
        let mine: HashSet<&str> = subjects.iter().copied().collect();
        let deaf = |path: &str| {
            is_of_controllers(kind) && (found.built.contains(path) || is_kustomization(path))
        };
        let heard = all.iter().filter(|path| !found.silent.contains(**path) && !deaf(path));
        let others = heard
            .filter_map(|path| rule_subject(kind, path))
            .filter(|path| !mine.contains(path))
            .collect();
        let nameless = places.iter().any(|place| place.nameless);
        for layout in find_layouts(kind, &subjects, &others) {
            let Ok(mut rule) = SourceRule::new(kind, &layout.template, &[]) else { continue };
            if rule.path.has_capture("group") {
                rule.app = NameTemplate::new("{group}/{app}");
            } else if !layout.names_app()
                && (nameless || is_tree(kind) && layout.fallback != NO_FALLBACK)
            {
                rule.app = NameTemplate::new(layout.fallback.as_str());
            }
            rule.confidence = Confidence::Medium;
            out.push((rule, layout.count));
        }
    }
    out
}

/// Are the names inside the file those of keys, which say less than its folder does?
fn is_tree(kind: SourceKind) -> bool {
    kind.descriptor().form == SourceForm::KeyTree
}

/// What a rule's path is compared with, for a file of the listing.
fn rule_subject(kind: SourceKind, path: &'_ str) -> Option<&str> {
    if !kind.is_built() {
        return Some(path);
    }
    is_kustomization(path).then(|| folder_of(path))
}
