//! Converts leaves to findings: by the keys that a rule names, or else by convention. Shared by all
//! formats that are trees of keys.

use super::convention::{self, KeySyntax, VersionLeaf};
use super::leaf::{KEY_SEPARATOR, Leaf};
use super::{VersionFinding, shape};
use crate::config::SourceRule;
use crate::model::{
    EntryNote, ImagePart, ImageReference, KeyTemplate, TemplateCaptures, Version, is_digest,
};
use std::collections::HashMap;

/// Returns the findings of a file: by the rule's keys if it names any, or else by conventions from
/// `score` on.
pub fn find_versions(
    rule: &SourceRule,
    leaves: &[Leaf],
    paths: &dyn Fn(usize) -> String,
    format: KeySyntax,
    score: u8,
) -> Vec<VersionFinding> {
    if names_keys(rule) {
        hits_of(rule, leaves, paths)
    } else {
        by_convention(leaves, paths, format, score)
    }
}

/// Returns the findings at a rule's keys, for sources with conventions of their own. `None` if the
/// rule names no keys.
pub fn by_rule(rule: &SourceRule, leaves: &[Leaf], path: &str) -> Option<Vec<VersionFinding>> {
    names_keys(rule).then(|| hits_of(rule, leaves, &|_| path.to_owned()))
}

/// True if a rule names keys.
pub fn names_keys(rule: &SourceRule) -> bool {
    !(rule.tags.is_empty() && rule.images.is_empty() && rule.digests.is_empty())
}

/// Adds the last key to the component of findings in one file that are otherwise equal (`sha` and
/// `version` of one object), so that each has its own cell.
pub fn tell_apart(findings: &mut [VersionFinding]) {
    let mut seen: HashMap<(Option<String>, TemplateCaptures), usize> = HashMap::new();
    for finding in findings.iter() {
        *seen.entry((finding.component.clone(), finding.captures.clone())).or_default() += 1;
    }
    for finding in findings.iter_mut() {
        if seen[&(finding.component.clone(), finding.captures.clone())] < 2 {
            continue;
        }
        let Some(key) = finding.locations.first().map(|location| location.key.as_str()) else {
            continue;
        };
        let last = key.rsplit('.').next().unwrap_or(key);
        finding.component = Some(match &finding.component {
            Some(component) => format!("{component}.{last}"),
            None => last.to_owned(),
        });
    }
}

fn by_convention(
    leaves: &[Leaf],
    paths: &dyn Fn(usize) -> String,
    format: KeySyntax,
    score: u8,
) -> Vec<VersionFinding> {
    let pins = convention::find_version_leaves(leaves, format)
        .into_iter()
        .filter(|pin| pin.score >= score);
    pins.map(|pin| from_pin(leaves, paths, pin)).collect()
}

fn from_pin(leaves: &[Leaf], paths: &dyn Fn(usize) -> String, pin: VersionLeaf) -> VersionFinding {
    let leaf = &leaves[pin.leaf];
    let mut locations = vec![leaf.location(&paths(pin.leaf), pin.part)];
    locations
        .extend(pin.digest.map(|index| leaves[index].location(&paths(index), ImagePart::Digest)));
    let mut notes = Vec::new();
    if matches!(pin.part, ImagePart::Revision | ImagePart::Chart) {
        notes.push(EntryNote::Remote);
    }
    VersionFinding {
        component: convention::component_of(&leaf.path, pin.image.as_deref()),
        captures: TemplateCaptures::new(),
        image: pin.image,
        version: pin.version,
        locations,
        notes,
        ..VersionFinding::default()
    }
}

/// A leaf matched by a key template of the rule.
struct KeyMatch<'a> {
    index: usize,
    leaf: &'a Leaf,
    captures: TemplateCaptures,
}

fn hits_of(
    rule: &SourceRule,
    leaves: &[Leaf],
    paths: &dyn Fn(usize) -> String,
) -> Vec<VersionFinding> {
    let tags = match_keys(&rule.tags, leaves);
    let mut images = TagCompanions::new(match_keys(&rule.images, leaves));
    let mut digests = TagCompanions::new(match_keys(&rule.digests, leaves));
    let mut out = Vec::new();
    for tag in tags {
        let image = images.take_near(&tag);
        let digest = digests.take_near(&tag);
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
            finding.locations.push(digest.leaf.location(&paths(digest.index), ImagePart::Digest));
        }
        out.push(finding);
    }
    let (images, digests) = (images.into_remaining(), digests.into_remaining());
    let whole = images.filter(|image| shape::parse_reference(&image.leaf.text).is_some());
    out.extend(whole.map(|image| from_hit(&image, paths)));
    out.extend(
        digests
            .filter(|digest| is_digest(&digest.leaf.text))
            .map(|digest| from_hit(&digest, paths)),
    );
    out
}

fn match_keys<'a>(templates: &[KeyTemplate], leaves: &'a [Leaf]) -> Vec<KeyMatch<'a>> {
    let mut out = Vec::new();
    for (index, leaf) in leaves.iter().enumerate() {
        if let Some(captures) =
            templates.iter().find_map(|template| template.captures_joined(&leaf.path))
        {
            out.push(KeyMatch { index, leaf, captures });
        }
    }
    out
}

/// Selects the companions of a tag: those with one set of capture names, compared by the names they
/// share with the tag, either next to the tag or anywhere in its document.
type CompanionTableKey = (usize, Vec<String>, bool);

/// Document, parent (if relevant) and captured values.
type CompanionKey<'a> = (u32, &'a str, Vec<String>);

/// Images or digests waiting for their tag. They are indexed, because a file may contain a hundred
/// thousand of each.
struct TagCompanions<'a> {
    hits: Vec<Option<KeyMatch<'a>>>,
    /// The distinct sets of capture names, one or a few per template.
    names: Vec<Vec<String>>,
    /// Positions in `hits`, last first.
    tables: HashMap<CompanionTableKey, HashMap<CompanionKey<'a>, Vec<usize>>>,
}

impl<'a> TagCompanions<'a> {
    fn new(hits: Vec<KeyMatch<'a>>) -> Self {
        let mut names: Vec<Vec<String>> = Vec::new();
        for hit in &hits {
            if !names.iter().any(|known| known.iter().eq(hit.captures.keys())) {
                names.push(hit.captures.keys().cloned().collect());
            }
        }
        TagCompanions { hits: hits.into_iter().map(Some).collect(), names, tables: HashMap::new() }
    }

    /// Takes the companion of a tag: with the same captures if it has any, preferably next to the
    /// tag.
    fn take_near(&mut self, tag: &KeyMatch<'a>) -> Option<KeyMatch<'a>> {
        let at = self.find_first(tag, true).or_else(|| self.find_first(tag, false))?;
        self.hits[at].take()
    }

    fn find_first(&mut self, tag: &KeyMatch<'a>, beside: bool) -> Option<usize> {
        let sets = (0..self.names.len()).filter(|set| beside || !self.names[*set].is_empty());
        sets.collect::<Vec<_>>().into_iter().filter_map(|set| self.first_of(set, tag, beside)).min()
    }

    fn first_of(&mut self, set: usize, tag: &KeyMatch<'a>, beside: bool) -> Option<usize> {
        let names = &self.names[set];
        let common: Vec<String> =
            names.iter().filter(|name| tag.captures.contains_key(*name)).cloned().collect();
        let hits = &self.hits;
        let table = self.tables.entry((set, common.clone(), beside)).or_insert_with(|| {
            let mut table: HashMap<CompanionKey<'a>, Vec<usize>> = HashMap::new();
            for (at, hit) in hits.iter().enumerate().rev() {
                if let Some(hit) = hit.as_ref().filter(|hit| names.iter().eq(hit.captures.keys())) {
                    table
                        .entry(companion_key(hit, hit.leaf.parent(), &common, beside))
                        .or_default()
                        .push(at);
                }
            }
            table
        });
        let waiting = table.get_mut(&companion_key(tag, tag.leaf.parent(), &common, beside))?;
        while waiting.last().is_some_and(|at| hits[*at].is_none()) {
            waiting.pop();
        }
        waiting.last().copied()
    }

    fn into_remaining(self) -> impl Iterator<Item = KeyMatch<'a>> {
        self.hits.into_iter().flatten()
    }
}

fn companion_key<'p>(
    hit: &KeyMatch<'_>,
    parent: &'p str,
    common: &[String],
    beside: bool,
) -> CompanionKey<'p> {
    let values =
        common.iter().map(|name| hit.captures.get(name).cloned().unwrap_or_default()).collect();
    (hit.leaf.document, if beside { parent } else { "" }, values)
}

/// Returns the component given by the keys, apart from those already captured.
fn hit_component(hit: &KeyMatch<'_>) -> Option<String> {
    if hit.captures.contains_key("app") || hit.captures.contains_key("component") {
        return None;
    }
    let captured =
        |key: &&str| hit.captures.values().any(|value| value == key.trim_matches(['[', ']']));
    let keys: Vec<&str> = hit.leaf.keys().filter(|key| !captured(key)).collect();
    convention::component_name(&keys.join(&KEY_SEPARATOR.to_string()))
}

fn from_hit(hit: &KeyMatch<'_>, paths: &dyn Fn(usize) -> String) -> VersionFinding {
    let text = &*hit.leaf.text;
    let (image, version, part) = match shape::parse_reference(text)
        .filter(|found| found.name.contains('/') || !shape::is_tag(text))
    {
        Some(found) => (Some(found.name), found.version, ImagePart::Reference),
        None => match convention::url_revision(text) {
            Some((image, revision)) => {
                (Some(image), Version { tag: Some(revision), digest: None }, ImagePart::Revision)
            }
            None => {
                let version = Version::parse(text);
                let part = match (&version.tag, &version.digest) {
                    (Some(_), Some(_)) => ImagePart::TagAndDigest,
                    (None, Some(_)) => ImagePart::Digest,
                    _ => ImagePart::Tag,
                };
                (None, version, part)
            }
        },
    };
    let component = hit_component(hit);
    let locations = vec![hit.leaf.location(&paths(hit.index), part)];
    VersionFinding {
        component,
        captures: hit.captures.clone(),
        image,
        version,
        locations,
        ..VersionFinding::default()
    }
}
