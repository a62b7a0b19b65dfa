//! Finds pinned images in files without a stage in their path: in the tree of a branch that is a
//! stage, or in a repository with a single stage.

use super::classify::{self, CandidateSources, detect_sources, is_kustomization};
use super::family::NO_FALLBACK;
use super::files;
use super::layout::find_layouts;
use crate::config::{NameTemplate, SourceRule};
use crate::git::path::folder_of;
use crate::model::{Confidence, SourceForm, SourceKind, base_name};
use crate::source::convention::{self, KeySyntax, TELLING, VersionLeaf};
use crate::source::{SnapshotReader, VersionFinding, kustomize_resources};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// A file, or a folder for kustomize, that pins versions.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PinnedFile {
    pub kind: SourceKind,
    pub subject: String,
    /// True if some version has neither an image name nor a key that could name the app.
    pub nameless: bool,
    /// True if an image automation owns a line of it.
    pub automated: bool,
}

/// The result of searching files without a stage.
#[derive(Debug, Default)]
pub(super) struct UnstagedFiles {
    pub places: BTreeSet<PinnedFile>,
    /// Files that pin nothing; a template may match them.
    pub silent: HashSet<String>,
    /// Files that some kustomization takes as resources and that hold no object of Argo CD or Flux.
    pub built: HashSet<String>,
}

/// The score from which a key and value count without a twin.
const CERTAIN: u8 = 8;

/// Finds the files that pin versions. Default values of the repository's own charts do not count:
/// the chart is deployed elsewhere.
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
            // Resources were read with their build, except charts and values of controllers.
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

/// True for controllers whose charts and values a kustomize build does not read.
fn is_of_controllers(kind: SourceKind) -> bool {
    kind.descriptor().form == SourceForm::ControllerObjects
}

/// The effect of a file on templates that may match it.
enum TemplateFit {
    Places(Vec<PinnedFile>),
    /// It may pin a version, but it is unknown whether that is deployed.
    Unsure,
    Silent,
}

/// True for sources that accept any version-like value, which alone is too weak.
fn is_loose(kind: SourceKind) -> bool {
    matches!(kind.descriptor().form, SourceForm::LooseValues | SourceForm::StackValues)
}

fn classify_file(path: &str, kinds: &[SourceKind], reader: &SnapshotReader<'_>) -> TemplateFit {
    if kinds.contains(&SourceKind::Tfvars) {
        return classify_hcl(path, reader);
    }
    if kinds.iter().any(|kind| is_loose(*kind)) {
        return TemplateFit::Unsure;
    }
    let found = kinds
        .iter()
        .filter_map(|kind| pinned_file(*kind, path, &classify::read_findings(path, *kind, reader)));
    let places: Vec<PinnedFile> = found.collect();
    if places.is_empty() { TemplateFit::Silent } else { TemplateFit::Places(places) }
}

/// Blocks of Terraform and Nomad are only read for images and their tags. Assigned variables may
/// hold any version, so their keys have to say that it is an image's.
fn classify_hcl(path: &str, reader: &SnapshotReader<'_>) -> TemplateFit {
    let mut findings = classify::read_findings(path, SourceKind::Tfvars, reader);
    let any = !findings.is_empty();
    findings.retain(|finding| finding.image.is_some() || names_image(finding));
    match pinned_file(SourceKind::Tfvars, path, &findings) {
        Some(place) => TemplateFit::Places(vec![place]),
        None if any => TemplateFit::Unsure,
        None => TemplateFit::Silent,
    }
}

fn names_image(finding: &VersionFinding) -> bool {
    finding.locations.iter().any(|place| {
        let key = place.key.to_ascii_lowercase();
        key.contains("image") || key.contains("container") || key.contains("docker")
    })
}

/// Adds the values files beside a chart's own: `values-eu.yaml`. With `defaults`, also the values
/// that the chart itself brings.
pub(super) fn add_chart_values(
    found: &mut UnstagedFiles,
    paths: &[&str],
    defaults: bool,
    reader: &SnapshotReader<'_>,
) {
    let charts = own_charts(reader);
    for path in paths.iter().filter(|path| charts.contains(folder_of(path))) {
        let name = base_name(path);
        let is_default = matches!(name, "values.yaml" | "values.yml");
        if !name.starts_with("values") || is_default && !defaults || files::is_aside(path) {
            continue;
        }
        match classify_values(path, reader) {
            TemplateFit::Places(places) => found.places.extend(places),
            TemplateFit::Silent => drop(found.silent.insert((*path).to_owned())),
            TemplateFit::Unsure => {}
        }
    }
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

/// Returns the kustomizations that no other one builds on.
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

/// Returns the folders of charts with templates of their own.
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

/// Returns the source for a tree of keys. Only files named `values…` are Helm values and inherit
/// from a `values.yaml`.
fn tree_kind(path: &str) -> SourceKind {
    let name = path.rsplit('/').next().unwrap_or(path);
    match name {
        _ if name.ends_with(".json") => SourceKind::Json,
        _ if name.starts_with("values") => SourceKind::HelmValues,
        _ => SourceKind::Yaml,
    }
}

/// Builds rules that match these files and no other path in `all` with versions.
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

/// True if names inside the file are keys, which are less meaningful than its folder.
fn is_tree(kind: SourceKind) -> bool {
    kind.descriptor().form == SourceForm::KeyTree
}

/// Returns the path that a rule's template is matched against for a listed file.
pub(super) fn rule_subject(kind: SourceKind, path: &'_ str) -> Option<&str> {
    if !kind.is_built() {
        return Some(path);
    }
    is_kustomization(path).then(|| folder_of(path))
}
