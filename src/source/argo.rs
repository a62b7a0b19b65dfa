//! Argo CD `Application` and `ApplicationSet`: chart versions, and images that a source sets
//! through kustomize, Helm parameters or Helm values.
//!
//! A git source whose revision is fixed has a version, too: that of the files it takes. A branch is
//! none.

use super::leaf::{KEY_SEPARATOR, Leaf};
use super::leaf_subtree::{LeafSubtree, split_objects};
use super::remote::{self, ObjectFinding};
use super::{
    ChangeScope, Claim, NameMatch, SnapshotReader, Source, VersionFinding, blind_spots, keyed,
    shape,
};
use crate::git::path::{folder_of, join, resolve};
use crate::model::{
    BlindSpot, EntryNote, ImagePart, ImageReference, Location, OverriddenVersion, SourceKind, Span,
    base_name,
};
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

/// The Argo CD source; see the module.
pub struct ArgoSource;

impl Source for ArgoSource {
    fn kind(&self) -> SourceKind {
        SourceKind::Argo
    }

    fn recognises_name(&self, name: &str, _extension: &str) -> Option<NameMatch> {
        is_source_override(name).then_some(NameMatch::Name)
    }

    fn recognises_object(&self, version: &str, kind: &str) -> bool {
        version.starts_with("argoproj.io") && matches!(kind, "Application" | "ApplicationSet")
    }

    fn read(&self, claim: &Claim<'_>, reader: &SnapshotReader<'_>) -> Vec<VersionFinding> {
        let Some(leaves) = reader.read_leaves(&claim.path) else { return Vec::new() };
        if let Some(found) = keyed::by_rule(claim.rule, &leaves, &claim.path) {
            return found;
        }
        let mut out: Vec<VersionFinding> = if is_source_override(base_name(&claim.path)) {
            read_source_override(&LeafSubtree::of(leaves.iter()), claim)
        } else {
            let objects = split_objects(&leaves);
            objects.iter().flat_map(|object| read_application(object, claim, reader)).collect()
        };
        if let Some(text) = reader.read_text(&claim.path) {
            remote::note_automations(&mut out, &claim.path, &text);
        }
        out
    }

    fn blind_spots(
        &self,
        claim: &Claim<'_>,
        sight: &ChangeScope<'_>,
        reader: &SnapshotReader<'_>,
    ) -> Vec<BlindSpot> {
        let leaves = reader.read_leaves(&claim.path);
        leaves
            .map(|leaves| blind_spots::argo::find_blind_spots(&claim.path, &leaves, sight, reader))
            .unwrap_or_default()
    }
}

fn read_application(
    object: &LeafSubtree<'_>,
    claim: &Claim<'_>,
    reader: &SnapshotReader<'_>,
) -> Vec<VersionFinding> {
    let argo = object.text("apiVersion").is_some_and(|version| version.starts_with("argoproj.io/"));
    let spec = match object.text("kind") {
        Some("Application") if argo => object.subtree_at(&["spec"]),
        Some("ApplicationSet") if argo => object.subtree_at(&["spec", "template", "spec"]),
        _ => return Vec::new(),
    };
    let mut sources = vec![spec.subtree_at(&["source"])];
    sources.extend(spec.subtree_at(&["sources"]).children().into_iter().map(|(_, one)| one));
    let found = read_sources(&sources, &claim.path);
    let name = object.subtree_at(&["metadata"]).text("name");
    let mut out = remote::name_findings(claim, name, found);
    out.extend(sources.iter().flat_map(|source| value_file_layers(source, reader)));
    out
}

/// True for a file that Argo CD reads beside the files of a source, over what the application says:
/// `.argocd-source.yaml`, or `.argocd-source-APP.yaml` for one application. Its image updater
/// writes such files.
fn is_source_override(name: &str) -> bool {
    name.strip_prefix(".argocd-source").is_some_and(|rest| rest.starts_with(['.', '-']))
}

/// Reads the parameters that such a file sets for the source of its folder.
fn read_source_override(source: &LeafSubtree<'_>, claim: &Claim<'_>) -> Vec<VersionFinding> {
    let folder = folder_of(&claim.path);
    let found = read_parameters(source, &claim.path, (Some(folder), &[folder.to_owned()]));
    remote::name_findings(claim, None, found)
}

/// Reads the sources of one application. If several give one name, such as a chart that is
/// installed twice, each goes by its release, or else by its position.
fn read_sources(sources: &[LeafSubtree<'_>], path: &str) -> Vec<ObjectFinding> {
    let mut found: Vec<Vec<ObjectFinding>> =
        sources.iter().map(|source| read_source(source, path)).collect();
    let mut users: HashMap<Option<String>, BTreeSet<usize>> = HashMap::new();
    for (at, one) in found.iter().enumerate() {
        for finding in one {
            users.entry(finding.word.clone()).or_default().insert(at);
        }
    }
    for (at, one) in found.iter_mut().enumerate() {
        let release = sources[at].subtree_at(&["helm"]).text("releaseName");
        for finding in one.iter_mut().filter(|finding| users[&finding.word].len() > 1) {
            let place = users[&finding.word].iter().position(|user| *user == at).unwrap_or(0) + 1;
            let word = finding.word.as_deref().unwrap_or("source");
            finding.word = Some(match release {
                Some(release) if finding.finding.notes.contains(&EntryNote::Remote) => {
                    release.to_owned()
                }
                Some(release) => format!("{release}/{word}"),
                None => format!("{word}-{place}"),
            });
        }
    }
    found.into_iter().flatten().collect()
}

fn read_source(source: &LeafSubtree<'_>, path: &str) -> Vec<ObjectFinding> {
    let mut found = Vec::new();
    if let (Some(chart), Some(revision)) = (source.text("chart"), source.leaf("targetRevision")) {
        let image = match source.text("repoURL") {
            Some(repository) => format!("{}/{chart}", repository.trim_end_matches('/')),
            None => chart.to_owned(),
        };
        found.extend(remote::version_finding(Some(image), revision, path, ImagePart::Chart));
    }
    found.extend(git_revision(source, path));
    let folder = remote::local_folder(source);
    let files = value_files(&source.subtree_at(&["helm"]), folder);
    found.extend(read_parameters(source, path, (folder, &files)));
    found
}

/// Reads what a source sets over the files it takes: `folder` is built by kustomize, `files` hold
/// the values of its chart.
fn read_parameters(
    source: &LeafSubtree<'_>,
    path: &str,
    (folder, files): (Option<&str>, &[String]),
) -> Vec<ObjectFinding> {
    let mut found = Vec::new();
    let images = source.subtree_at(&["kustomize", "images"]);
    let kustomize = images.own_leaves().filter_map(|(_, leaf)| kustomize_image(leaf, path));
    found.extend(kustomize.map(|(name, mut found)| {
        let overridden =
            folder.map(|folder| OverriddenVersion::Image { folder: folder.to_owned(), name });
        found.finding.overrides.extend(overridden);
        found
    }));
    let helm =
        read_helm(&source.subtree_at(&["helm"]), path).into_iter().map(|(keys, mut found)| {
            let of_key = |key: &String| {
                let value = |path: &String| OverriddenVersion::Value {
                    path: path.clone(),
                    key: key.clone(),
                };
                files.iter().map(value).collect::<Vec<_>>()
            };
            found.finding.overrides = keys.iter().flat_map(of_key).collect();
            found
        });
    found.extend(helm);
    found
}

/// The values files of a source, as paths of this repository: those that it names, and the chart's
/// own.
fn value_files(helm: &LeafSubtree<'_>, folder: Option<&str>) -> Vec<String> {
    let mut out = named_value_files(helm, folder);
    out.extend(folder.map(|folder| join(folder, "values.yaml")));
    out
}

/// The values files that a source names, as paths of this repository. `$values/…` starts at the top
/// of another source's repository, which is mostly this one.
fn named_value_files(helm: &LeafSubtree<'_>, folder: Option<&str>) -> Vec<String> {
    let named = helm.subtree_at(&["valueFiles"]);
    let mut out: Vec<String> = Vec::new();
    for (_, leaf) in named.own_leaves().filter(|(_, leaf)| shape::is_literal(&leaf.text)) {
        let text = &*leaf.text;
        let path = match text.strip_prefix('$').and_then(|rest| rest.split_once('/')) {
            Some((_, rest)) => Some(rest.to_owned()),
            None if text.contains("://") => None,
            None if text.starts_with('/') => Some(text.trim_matches('/').to_owned()),
            None => folder.and_then(|folder| resolve(folder, text)),
        };
        out.extend(path);
    }
    out
}

/// Returns the versions in values files that replace those of earlier files of the same source, as
/// Helm takes the last file that has a key.
fn value_file_layers(source: &LeafSubtree<'_>, reader: &SnapshotReader<'_>) -> Vec<VersionFinding> {
    let folder = remote::local_folder(source);
    let mut files = named_value_files(&source.subtree_at(&["helm"]), folder);
    files.retain(|path| reader.file_exists(path));
    let mut out = Vec::new();
    for (at, path) in files.iter().enumerate().skip(1) {
        let below = files[..at].iter().filter(|below| *below != path);
        let below: Vec<(&String, Rc<Vec<Leaf>>)> =
            below.filter_map(|below| Some((below, reader.read_leaves(below)?))).collect();
        let Some(leaves) = reader.read_leaves(path) else { continue };
        for found in
            remote::image_findings(&leaves, &|index, part| leaves[index].location(path, part))
        {
            let mut finding = found.finding;
            finding.overrides = below
                .iter()
                .flat_map(|(path, leaves)| overridden_values(path, leaves, &finding.locations))
                .collect();
            if !finding.overrides.is_empty() {
                out.push(VersionFinding { component: found.word, ..finding });
            }
        }
    }
    out
}

/// Returns the values of a file at the keys of these places.
fn overridden_values(path: &str, leaves: &[Leaf], places: &[Location]) -> Vec<OverriddenVersion> {
    let keys = leaves.iter().map(Leaf::display_key);
    keys.filter(|key| places.iter().any(|place| place.key == *key))
        .map(|key| OverriddenVersion::Value { path: path.to_owned(), key })
        .collect()
}

/// Reads the fixed revision of a git source.
fn git_revision(source: &LeafSubtree<'_>, path: &str) -> Option<ObjectFinding> {
    let revision = source.leaf("targetRevision")?;
    if source.text("chart").is_some() || !shape::is_fixed_revision(&revision.text) {
        return None;
    }
    let repository = source.text("repoURL").filter(|url| shape::is_literal(url))?;
    let folder = source.text("path").map(|path| path.trim_matches('/'));
    let word = folder.filter(|path| !path.is_empty()).unwrap_or(repository);
    let image = Some(repository.trim_end_matches('/').to_owned());
    let found = remote::version_finding(image, revision, path, ImagePart::Revision)?;
    let word = base_name(word).trim_end_matches(".git").to_owned();
    Some(ObjectFinding { word: Some(word), ..found })
}

/// Reads `name=new:tag`, `name:tag`, or either with a digest. The name before `=` is the one in the
/// manifests.
fn kustomize_image(leaf: &Leaf, path: &str) -> Option<(String, ObjectFinding)> {
    let (old, new) = match leaf.text.split_once('=') {
        Some((old, new)) => (Some(old), new),
        None => (None, &*leaf.text),
    };
    if !shape::is_literal(new) {
        return None;
    }
    let ImageReference { name, version } = shape::parse_reference(new)?;
    let old_name = old.map(|old| ImageReference::parse(old).name).unwrap_or_else(|| name.clone());
    let mut location = leaf.location(path, ImagePart::Reference);
    if old.is_some() && location.span.end - location.span.start == leaf.text.len() {
        location.span.start = location.span.end - new.len();
    }
    let finding = VersionFinding {
        image: Some(name),
        version,
        locations: vec![location],
        ..VersionFinding::default()
    };
    let word = Some(base_name(&old_name).to_owned());
    Some((old_name, ObjectFinding { word, finding }))
}

/// Reads Helm parameters and values. Parameters are values under their dotted names; as in Argo CD
/// they override values, and the last of one name wins. Each finding comes with the keys that it
/// has in a values file.
fn read_helm(helm: &LeafSubtree<'_>, path: &str) -> Vec<(Vec<String>, ObjectFinding)> {
    let (mut leaves, mut real) = (Vec::new(), Vec::new());
    for (_, parameter) in helm.subtree_at(&["parameters"]).children() {
        let (Some(name), Some(value)) = (parameter.text("name"), parameter.last_leaf("value"))
        else {
            continue;
        };
        let path = dotted(name);
        if let Some(known) = leaves.iter().position(|leaf: &Leaf| leaf.path == path) {
            leaves.remove(known);
            real.remove(known);
        }
        leaves.push(Leaf { path, ..value.clone() });
        real.push(value);
    }
    let set: std::collections::HashSet<Box<str>> =
        leaves.iter().map(|leaf| leaf.path.clone()).collect();
    // Argo CD ignores `values` where there is a `valuesObject`.
    let own = ["valuesObject", "values"].map(|key| helm.subtree_at(&[key]).detach_leaves());
    let own = own.into_iter().find(|(copies, _)| !copies.is_empty()).unwrap_or_default();
    for (copy, original) in
        own.0.into_iter().zip(own.1).filter(|(copy, _)| !set.contains(&copy.path))
    {
        leaves.push(copy);
        real.push(original);
    }
    // Leaves of one file that belong together must look like one document.
    let keys: HashMap<Span, String> =
        leaves.iter().zip(&real).map(|(leaf, real)| (real.span, leaf.display_key())).collect();
    let found = remote::image_findings(&leaves, &|index, part| real[index].location(path, part));
    let keys_of = |found: &ObjectFinding| {
        let places = found.finding.locations.iter();
        places.filter_map(|place| keys.get(&place.span).cloned()).collect()
    };
    found.into_iter().map(|found| (keys_of(&found), found)).collect()
}

fn dotted(name: &str) -> Box<str> {
    name.split('.').collect::<Vec<_>>().join(&KEY_SEPARATOR.to_string()).into()
}

#[cfg(test)]
#[path = "argo_tests.rs"]
mod tests;
