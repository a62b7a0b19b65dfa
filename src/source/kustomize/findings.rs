//! Converts a build to findings: one per distinct image, with every location that determines its
//! version.

use super::build_output::BuildOutput;
use super::image::{ImageEntry, LocatedValue};
use super::manifest::{ImageText, each_image};
use super::remote::RemoteResource;
use crate::git::path::is_below;
use crate::model::{EntryNote, ImagePart, ImageReference, Location, Version, base_name};
use crate::source::{VersionFinding, flux_variable, shape};
use std::collections::{HashMap, HashSet};

/// Returns the findings of a build of `directory`.
/// `is_whole` tells that nothing else is built that towpath does not see.
pub(super) fn of_build(
    built: &BuildOutput,
    directory: &str,
    is_whole: bool,
) -> Vec<VersionFinding> {
    let mut all = BuildFindings {
        directory,
        found: Vec::new(),
        known: HashMap::new(),
        placed: HashSet::new(),
    };
    for object in &built.objects {
        let definition = object.kind == "CustomResourceDefinition";
        let runs_none =
            shape::is_policy_kind(&object.kind) || shape::is_build_object(&object.api_version);
        each_image(&object.body, "", false, &mut |cell, in_container| {
            if cell.declared || !runs_none && is_image(&cell.text, in_container, definition) {
                all.add_image(cell);
            }
        });
    }
    let is_whole = is_whole && built.remotes.is_empty() && !built.objects.is_empty();
    let note = if is_whole { EntryNote::NoEffect } else { EntryNote::Unmatched };
    for entry in &built.unmatched {
        all.add_unmatched(entry, note.clone());
    }
    let mut found = all.found;
    let is_twin =
        |a: &RemoteResource, b: &RemoteResource| a.name == b.name && a.release != b.release;
    found.extend(built.remotes.iter().map(|remote| {
        let has_twin = built.remotes.iter().any(|other| is_twin(remote, other));
        let release = remote.release.as_deref().filter(|_| has_twin);
        of_remote(remote, release.unwrap_or(&remote.component), directory)
    }));
    tell_apart(&mut found);
    found
}

/// True for an image. In a container every value counts; elsewhere `image:` must look like a pinned
/// image.
fn is_image(text: &str, in_container: bool, definition: bool) -> bool {
    let allowed =
        |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b'/' | b':' | b'@');
    let pinned = || {
        let reference = ImageReference::parse(text);
        !reference.name.is_empty() && !reference.version.is_empty()
    };
    !text.is_empty()
        && (in_container
            || (!definition && text.bytes().all(allowed) && !text.contains("//") && pinned()))
}

struct BuildFindings<'a> {
    directory: &'a str,
    found: Vec<VersionFinding>,
    /// The index in `found` of each reference.
    known: HashMap<String, usize>,
    /// The locations of each element of `found`.
    placed: HashSet<(usize, &'a Location)>,
}

impl<'a> BuildFindings<'a> {
    fn add_image(&mut self, cell: &'a ImageText) {
        let places = match &cell.versioned_by {
            Some(entry) => entry.version_places(),
            None => vec![&*cell.written],
        };
        let renamed = cell.named_by.as_ref().and_then(|entry| entry.new_name.as_ref());
        let reference = ImageReference::parse(&cell.text);
        self.add_finding(
            cell.text.to_string(),
            &reference,
            places.into_iter().chain(renamed),
            None,
        );
    }

    fn add_unmatched(&mut self, entry: &'a ImageEntry, note: EntryNote) {
        let reference = entry.reference();
        let places = entry.version_places().into_iter().chain(&entry.new_name);
        self.add_finding(format!("unmatched {reference}"), &reference, places, Some(note));
    }

    fn add_finding(
        &mut self,
        key: String,
        reference: &ImageReference,
        places: impl Iterator<Item = &'a LocatedValue>,
        note: Option<EntryNote>,
    ) {
        let at = *self.known.entry(key).or_insert_with(|| {
            let mut version = reference.version.clone();
            let default = flux_variable::take_default(&mut version);
            self.found.push(VersionFinding {
                component: Some(base_name(&reference.name).to_owned()),
                image: Some(reference.name.clone()),
                version,
                notes: default.into_iter().collect(),
                ..VersionFinding::default()
            });
            self.found.len() - 1
        });
        let finding = &mut self.found[at];
        let mut notes: Vec<EntryNote> = note.into_iter().collect();
        for written in places {
            if finding.locations.is_empty() && is_elsewhere(&written.location.path, self.directory)
            {
                notes.push(EntryNote::Inherited);
            }
            if self.placed.insert((at, &written.location)) {
                finding.locations.push(written.location.clone());
            }
            notes.extend(written.unbuildable.then_some(EntryNote::Unbuildable));
            notes.extend(written.automation.clone().map(EntryNote::Automated));
        }
        for note in notes {
            if !finding.notes.contains(&note) {
                finding.notes.push(note);
            }
        }
    }
}

fn of_remote(remote: &RemoteResource, component: &str, directory: &str) -> VersionFinding {
    let mut notes = vec![EntryNote::Remote];
    if is_elsewhere(&remote.location.path, directory) {
        notes.push(EntryNote::Inherited);
    }
    VersionFinding {
        component: Some(component.to_owned()),
        image: Some(remote.name.clone()),
        version: Version { tag: Some(remote.version.clone()), digest: None },
        locations: vec![remote.location.clone()],
        notes,
        ..VersionFinding::default()
    }
}

/// True if a file is outside the directory.
fn is_elsewhere(path: &str, directory: &str) -> bool {
    !directory.is_empty() && !is_below(path, directory)
}

/// Images by the last word of their names.
type NamedImages = HashMap<String, HashSet<String>>;

/// True for the version of a chart.
fn is_chart(finding: &VersionFinding) -> bool {
    finding.locations.iter().any(|place| place.part == ImagePart::Chart)
}

/// Gives different images with the same last word their full names as components. A chart beside
/// the one image of its name is called `web-chart`.
fn tell_apart(found: &mut [VersionFinding]) {
    let (mut images, mut charts): (NamedImages, NamedImages) = (HashMap::new(), HashMap::new());
    for finding in found.iter() {
        if let (Some(component), Some(image)) = (&finding.component, &finding.image) {
            let named = if is_chart(finding) { &mut charts } else { &mut images };
            named.entry(component.clone()).or_default().insert(image.clone());
        }
    }
    for finding in found.iter_mut().filter(|finding| is_chart(finding)) {
        if let Some(word) = &mut finding.component
            && images.get(word).is_some_and(|images| images.len() == 1)
            && charts.get(word).is_some_and(|charts| charts.len() == 1)
        {
            word.push_str("-chart");
        }
    }
    let mut names: NamedImages = HashMap::new();
    for finding in found.iter() {
        if let (Some(component), Some(image)) = (&finding.component, &finding.image) {
            names.entry(component.clone()).or_default().insert(image.clone());
        }
    }
    for finding in found {
        if finding.component.as_ref().is_some_and(|word| names[word].len() > 1) {
            finding.component.clone_from(&finding.image);
        }
    }
}
