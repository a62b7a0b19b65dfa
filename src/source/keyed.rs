//! Leaves to findings: by the keys a rule names, else by convention. Shared by every format whose
//! content is a tree of keys.

use super::convention::{self, Format, Pin};
use super::leaf::Leaf;
use super::{Finding, shape};
use crate::config::Rule;
use crate::model::{Captures, ImageReference, KeyTemplate, Note, Part, Version, is_digest};
use std::collections::HashMap;

/// The findings of a file: the keys of the rule if it names any, else the conventions from `score` on.
pub fn findings(
    rule: &Rule,
    leaves: &[Leaf],
    paths: &dyn Fn(usize) -> String,
    format: Format,
    score: u8,
) -> Vec<Finding> {
    if names_keys(rule) { hits_of(rule, leaves, paths) } else { by_convention(leaves, paths, format, score) }
}

/// The findings at the keys a rule names, for sources with conventions of their own. `None` if it
/// names none.
pub fn by_rule(rule: &Rule, leaves: &[Leaf], path: &str) -> Option<Vec<Finding>> {
    names_keys(rule).then(|| hits_of(rule, leaves, &|_| path.to_owned()))
}

fn names_keys(rule: &Rule) -> bool {
    !(rule.tags.is_empty() && rule.images.is_empty() && rule.digests.is_empty())
}

/// Gives findings of one file that nothing else tells apart (`sha` and `version` of one object) their
/// keys as components, so that each keeps a slot of its own.
pub fn tell_apart(findings: &mut [Finding]) {
    let mut seen: HashMap<(Option<String>, Captures), usize> = HashMap::new();
    for finding in findings.iter() {
        *seen.entry((finding.component.clone(), finding.captures.clone())).or_default() += 1;
    }
    for finding in findings.iter_mut() {
        if seen[&(finding.component.clone(), finding.captures.clone())] < 2 {
            continue;
        }
        let Some(key) = finding.locations.first().map(|location| location.key.as_str()) else { continue };
        let last = key.rsplit('.').next().unwrap_or(key);
        finding.component = Some(match &finding.component {
            Some(component) => format!("{component}.{last}"),
            None => last.to_owned(),
        });
    }
}

fn by_convention(leaves: &[Leaf], paths: &dyn Fn(usize) -> String, format: Format, score: u8) -> Vec<Finding> {
    let pins = convention::pins(leaves, format).into_iter().filter(|pin| pin.score >= score);
    pins.map(|pin| from_pin(leaves, paths, pin)).collect()
}

fn from_pin(leaves: &[Leaf], paths: &dyn Fn(usize) -> String, pin: Pin) -> Finding {
    let leaf = &leaves[pin.leaf];
    let mut locations = vec![leaf.location(&paths(pin.leaf), pin.part)];
    locations.extend(pin.digest.map(|index| leaves[index].location(&paths(index), Part::Digest)));
    let mut notes = Vec::new();
    if matches!(pin.part, Part::Revision | Part::Chart) {
        notes.push(Note::Remote);
    }
    Finding {
        component: convention::component(&leaf.path),
        captures: Captures::new(),
        image: pin.image,
        version: pin.version,
        locations,
        notes,
    }
}

/// One leaf that a key template of the rule matched.
struct Hit<'a> {
    index: usize,
    leaf: &'a Leaf,
    captures: Captures,
}

fn hits_of(rule: &Rule, leaves: &[Leaf], paths: &dyn Fn(usize) -> String) -> Vec<Finding> {
    let tags = hits(&rule.tags, leaves);
    let mut images = hits(&rule.images, leaves);
    let mut digests = hits(&rule.digests, leaves);
    let mut out = Vec::new();
    for tag in tags {
        let image = take_near(&mut images, &tag);
        let digest = take_near(&mut digests, &tag);
        let text = &*tag.leaf.text;
        if text.is_empty() || !shape::is_literal(text) {
            continue;
        }
        let mut finding = from_hit(&tag, paths);
        if let Some(image) = image {
            finding.image = Some(ImageReference::parse(&image.leaf.text).name);
        }
        if let Some(digest) = digest.filter(|digest| is_digest(&digest.leaf.text)) {
            finding.version.digest = Some(digest.leaf.text.to_string());
            finding.locations.push(digest.leaf.location(&paths(digest.index), Part::Digest));
        }
        out.push(finding);
    }
    let whole = images.into_iter().filter(|image| shape::reference(&image.leaf.text).is_some());
    out.extend(whole.map(|image| from_hit(&image, paths)));
    out.extend(
        digests.into_iter().filter(|digest| is_digest(&digest.leaf.text)).map(|digest| from_hit(&digest, paths)),
    );
    out
}

fn hits<'a>(templates: &[KeyTemplate], leaves: &'a [Leaf]) -> Vec<Hit<'a>> {
    let mut out = Vec::new();
    for (index, leaf) in leaves.iter().enumerate() {
        if let Some(captures) = templates.iter().find_map(|template| template.captures_joined(&leaf.path)) {
            out.push(Hit { index, leaf, captures });
        }
    }
    out
}

/// Takes the hit that belongs to a tag: with the same captures where there are any, and beside it
/// if possible.
fn take_near<'a>(hits: &mut Vec<Hit<'a>>, tag: &Hit<'_>) -> Option<Hit<'a>> {
    let agrees = |hit: &Hit<'_>| {
        hit.leaf.document == tag.leaf.document
            && hit.captures.iter().all(|(name, value)| tag.captures.get(name).is_none_or(|v| v == value))
    };
    let beside = hits.iter().position(|hit| agrees(hit) && hit.leaf.parent() == tag.leaf.parent());
    let captured = || hits.iter().position(|hit| agrees(hit) && !hit.captures.is_empty());
    beside.or_else(captured).map(|at| hits.remove(at))
}

fn from_hit(hit: &Hit<'_>, paths: &dyn Fn(usize) -> String) -> Finding {
    let text = &*hit.leaf.text;
    let (image, version, part) =
        match shape::reference(text).filter(|found| found.name.contains('/') || !shape::is_tag(text)) {
            Some(found) => (Some(found.name), found.version, Part::Reference),
            None => match convention::url_revision(text) {
                Some((image, revision)) => (Some(image), Version { tag: Some(revision), digest: None }, Part::Revision),
                None => {
                    let version = Version::parse(text);
                    let part = match (&version.tag, &version.digest) {
                        (Some(_), Some(_)) => Part::TagAndDigest,
                        (None, Some(_)) => Part::Digest,
                        _ => Part::Tag,
                    };
                    (None, version, part)
                }
            },
        };
    let component = if hit.captures.contains_key("app") { None } else { convention::component(&hit.leaf.path) };
    let locations = vec![hit.leaf.location(&paths(hit.index), part)];
    Finding { component, captures: hit.captures.clone(), image, version, locations, notes: Vec::new() }
}
