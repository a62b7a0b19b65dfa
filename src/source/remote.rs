//! Charts, and values given to charts: what Argo CD and Flux objects have in common.

use super::branch::Branch;
use super::convention::{self, Format, TELLING};
use super::leaf::Leaf;
use super::{Finding, marker, shape};
use crate::model::{Automation, Captures, Note, Part, Version, base_name};

/// A finding of one object, before it is known how many the object has.
pub(super) struct Found {
    /// What it is called beside others: the chart's name, an image's last word, a key.
    pub(super) word: Option<String>,
    pub(super) finding: Finding,
}

/// The findings of one object under the object's name; several are told apart by their words.
pub(super) fn named(name: Option<&str>, found: Vec<Found>) -> Vec<Finding> {
    let several = found.len() > 1;
    let name = name.filter(|name| shape::is_literal(name));
    let component = |word: Option<String>| match (name, word) {
        (Some(name), Some(word)) if several && word != name => Some(format!("{name}/{word}")),
        (None, word) => word,
        (Some(name), _) => Some(name.to_owned()),
    };
    found.into_iter().map(|Found { word, finding }| Finding { component: component(word), ..finding }).collect()
}

/// A version of something that lives elsewhere: a chart, a git tag.
pub(super) fn version(image: Option<String>, leaf: &Leaf, path: &str, part: Part) -> Option<Found> {
    if leaf.is_empty() || !shape::is_literal(&leaf.text) {
        return None;
    }
    let word = image.as_deref().map(|image| base_name(image).to_owned());
    let mut notes = vec![Note::Remote];
    if is_range(&leaf.text) {
        notes.push(Note::Mutable);
    }
    let version = if part == Part::Chart {
        Version { tag: Some(leaf.text.to_string()), digest: None }
    } else {
        Version::parse(&leaf.text)
    };
    let locations = vec![leaf.location(path, part)];
    let finding = Finding { component: None, captures: Captures::new(), image, version, locations, notes };
    Some(Found { word, finding })
}

/// Does a chart version leave room: `1.x`, `>=1.2`, `*`?
fn is_range(text: &str) -> bool {
    text.contains(['*', '^', '~', '<', '>', '|', ' ']) || text.ends_with(".x")
}

/// The images that Helm values pin, by convention.
pub(super) fn values(values: &Branch<'_>, path: &str) -> Vec<Found> {
    let (leaves, real) = values.replanted();
    images(&leaves, &real, path)
}

/// The images that leaves pin, by convention; `real` are the same leaves with their whole paths.
pub(super) fn images(leaves: &[Leaf], real: &[&Leaf], path: &str) -> Vec<Found> {
    let pins = convention::pins(leaves, Format::Tree).into_iter().filter(|pin| pin.score >= TELLING);
    pins.map(|pin| {
        let mut locations = vec![real[pin.leaf].location(path, pin.part)];
        locations.extend(pin.digest.map(|index| real[index].location(path, Part::Digest)));
        let remote = matches!(pin.part, Part::Revision | Part::Chart).then_some(Note::Remote);
        let word = convention::component(&leaves[pin.leaf].path)
            .or_else(|| pin.image.as_deref().map(|image| base_name(image).to_owned()));
        let finding = Finding {
            component: None,
            captures: Captures::new(),
            image: pin.image,
            version: pin.version,
            locations,
            notes: remote.into_iter().collect(),
        };
        Found { word, finding }
    })
    .collect()
}

/// Notes the automations that own the findings' lines.
pub(super) fn note_automations(findings: &mut [Finding], text: &str) {
    for finding in findings {
        let owners = finding.locations.iter().filter_map(|location| marker::after(text, location.span.end));
        let mut owners: Vec<Automation> = owners.collect();
        owners.dedup();
        finding.notes.extend(owners.into_iter().map(Note::Automated));
    }
}
