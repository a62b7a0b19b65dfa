//! Charts, and values given to charts: what Argo CD and Flux objects have in common.

use super::branch::Branch;
use super::convention::{self, Format, TELLING};
use super::leaf::Leaf;
use super::{Claim, Finding, marker, shape};
use crate::model::{Automation, Captures, Note, Part, Version, base_name};

/// A finding of one object, before it is known how many the object has.
pub(super) struct Found {
    /// What it is called beside others: the chart's name, an image's last word, a key.
    pub(super) word: Option<String>,
    pub(super) finding: Finding,
}

/// The findings of one object under the object's name. Its only chart, or else its only image, goes
/// by that name; what stands beside it has its own word too, so that a chart keeps its slot where one
/// stage adds an image.
pub(super) fn named(claim: &Claim<'_>, name: Option<&str>, found: Vec<Found>) -> Vec<Finding> {
    let is_remote = |found: &Found| found.finding.notes.contains(&Note::Remote);
    let remotes = found.iter().filter(|found| is_remote(found)).count();
    let images = found.len() - remotes;
    let app = name.filter(|_| claim.captures.contains_key("app"));
    let name = name.and_then(|name| own_name(claim, name));
    let component = |found: &Found| {
        let leads = if is_remote(found) { remotes == 1 } else { remotes == 0 && images == 1 };
        match (name, &found.word) {
            (Some(name), _) if leads => Some(name.to_owned()),
            (None, _) if leads && app.is_some() => None,
            (Some(name), Some(word)) => Some(format!("{name}/{word}")),
            (Some(name), None) => Some(format!("{name}/image")),
            (None, word) => word.clone(),
        }
    };
    let components: Vec<Option<String>> = found.iter().map(component).collect();
    found
        .into_iter()
        .zip(components)
        .map(|(found, component)| Finding { component, ..found.finding })
        .collect()
}

/// What an object's name says beyond the path: `web` for `web--prod` in a file of `prod`, so that it is
/// the same in every stage; nothing where it is the app itself.
pub(super) fn own_name<'n>(claim: &Claim<'_>, name: &'n str) -> Option<&'n str> {
    const JOINTS: [char; 3] = ['-', '_', '.'];
    let mut own = name;
    for place in ["stage", "target"] {
        let Some(word) = claim.captures.get(place).filter(|word| !word.is_empty()) else {
            continue;
        };
        let before = own.strip_suffix(word.as_str()).filter(|rest| rest.ends_with(JOINTS));
        let after = own.strip_prefix(word.as_str()).filter(|rest| rest.starts_with(JOINTS));
        own = before.or(after).map_or(own, |rest| rest.trim_matches(JOINTS));
    }
    let app = claim.captures.get("app").map(String::as_str);
    (!own.is_empty() && app != Some(own) && shape::is_literal(own)).then_some(own)
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
    let finding =
        Finding { component: None, captures: Captures::new(), image, version, locations, notes };
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
    let pins =
        convention::pins(leaves, Format::Tree).into_iter().filter(|pin| pin.score >= TELLING);
    pins.map(|pin| {
        let mut locations = vec![real[pin.leaf].location(path, pin.part)];
        locations.extend(pin.digest.map(|index| real[index].location(path, Part::Digest)));
        let remote = matches!(pin.part, Part::Revision | Part::Chart).then_some(Note::Remote);
        let word = convention::component_of(&leaves[pin.leaf].path, pin.image.as_deref())
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
        let owners =
            finding.locations.iter().filter_map(|location| marker::after(text, location.span.end));
        let mut owners: Vec<Automation> = owners.collect();
        owners.dedup();
        finding.notes.extend(owners.into_iter().map(Note::Automated));
    }
}
