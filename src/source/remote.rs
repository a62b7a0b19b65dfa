//! Charts and chart values, shared by Argo CD and Flux.

use super::convention::{self, KeySyntax, TELLING};
use super::leaf::Leaf;
use super::leaf_subtree::LeafSubtree;
use super::merged_values::MergedValues;
use super::values_from::ValuesLayer;
use super::{Claim, SnapshotReader, VersionFinding, marker, shape};
use crate::model::{
    Automation, EntryNote, ImagePart, Location, TemplateCaptures, Version, base_name,
    is_version_range,
};

/// A finding of one object, before the number of its findings is known.
pub(super) struct ObjectFinding {
    /// Its name among others: the chart's name, the last word of an image, a key.
    pub(super) word: Option<String>,
    pub(super) finding: VersionFinding,
}

/// Names the findings of one object, which is the app if the path names none. Its only chart, or
/// else its only image, or else its only git revision gets the object's name. Others also get their
/// own word, so that a chart keeps its cell if one stage adds an image.
pub(super) fn name_findings(
    claim: &Claim<'_>,
    name: Option<&str>,
    found: Vec<ObjectFinding>,
) -> Vec<VersionFinding> {
    let rank = |found: &ObjectFinding| {
        let is_revision = found.finding.locations.iter().any(|at| at.part == ImagePart::Revision);
        match found.finding.notes.contains(&EntryNote::Remote) {
            true if is_revision => 2,
            true => 0,
            false => 1,
        }
    };
    let count = |wanted| found.iter().filter(|found| rank(found) == wanted).count();
    let counts: [usize; 3] = [count(0), count(1), count(2)];
    let app = name.filter(|_| claim.captures.contains_key("app"));
    let name = name.and_then(|name| own_name(claim, name));
    let component = |found: &ObjectFinding| {
        let rank = rank(found);
        let leads = counts[rank] == 1 && counts[..rank].iter().all(|count| *count == 0);
        match (name, &found.word) {
            (Some(name), _) if leads => Some(name.to_owned()),
            (None, _) if leads && app.is_some() => None,
            (Some(name), Some(word)) => Some(format!("{name}/{word}")),
            (Some(name), None) => Some(format!("{name}/image")),
            (None, word) => word.clone(),
        }
    };
    let is_app = app.is_none() && !claim.captures.contains_key("app");
    let object = name.filter(|_| is_app);
    let word = |found: &ObjectFinding| match object {
        Some(object) => component(found).and_then(|component| {
            let rest = component.strip_prefix(object)?.strip_prefix('/')?;
            Some(rest.to_owned())
        }),
        None => component(found),
    };
    let components: Vec<Option<String>> = found.iter().map(word).collect();
    let named = found.into_iter().zip(components).map(|(found, component)| {
        let mut finding = VersionFinding { component, ..found.finding };
        let object = object.map(|object| ("app".to_owned(), object.to_owned()));
        finding.captures.extend(object);
        finding
    });
    named.collect()
}

/// Returns the part of an object's name that the path does not contain: `web` for `web--prod` in a
/// file of `prod`, so that it is equal in all stages. `None` if it is the app itself.
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

/// Returns a version of something that lives elsewhere: a chart, a git tag.
pub(super) fn version_finding(
    image: Option<String>,
    leaf: &Leaf,
    path: &str,
    part: ImagePart,
) -> Option<ObjectFinding> {
    if leaf.is_empty() || !shape::is_literal(&leaf.text) {
        return None;
    }
    let word = image.as_deref().map(|image| base_name(image).to_owned());
    let mut notes = vec![EntryNote::Remote];
    if is_version_range(&leaf.text) {
        notes.push(EntryNote::Mutable);
    }
    let version = if part == ImagePart::Chart {
        Version { tag: Some(leaf.text.to_string()), digest: None }
    } else {
        Version::parse(&leaf.text)
    };
    let locations = vec![leaf.location(path, part)];
    let finding = VersionFinding {
        component: None,
        captures: TemplateCaptures::new(),
        image,
        version,
        locations,
        notes,
        ..VersionFinding::default()
    };
    Some(ObjectFinding { word, finding })
}

/// Returns the images pinned in Helm values, by convention.
pub(super) fn values_findings(values: &LeafSubtree<'_>, path: &str) -> Vec<ObjectFinding> {
    let (leaves, real) = values.detach_leaves();
    image_findings(&leaves, &|index, part| real[index].location(path, part))
}

/// Returns the images pinned by leaves, by convention, each at the location that `place` has for
/// the leaf of an index.
pub(super) fn image_findings(
    leaves: &[Leaf],
    place: &dyn Fn(usize, ImagePart) -> Location,
) -> Vec<ObjectFinding> {
    let pins = convention::find_version_leaves(leaves, KeySyntax::Tree)
        .into_iter()
        .filter(|pin| pin.score >= TELLING);
    pins.map(|pin| {
        let mut locations = vec![place(pin.leaf, pin.part)];
        locations.extend(pin.digest.map(|index| place(index, ImagePart::Digest)));
        let remote =
            matches!(pin.part, ImagePart::Revision | ImagePart::Chart).then_some(EntryNote::Remote);
        let word = convention::component_of(&leaves[pin.leaf].path, pin.image.as_deref())
            .or_else(|| pin.image.as_deref().map(|image| base_name(image).to_owned()));
        let finding = VersionFinding {
            component: None,
            captures: TemplateCaptures::new(),
            image: pin.image,
            version: pin.version,
            locations,
            notes: remote.into_iter().collect(),
            ..VersionFinding::default()
        };
        ObjectFinding { word, finding }
    })
    .collect()
}

/// The values below those of an object: of its chart, if that is in the repository, and of the
/// files and objects that are laid over them.
pub(super) struct LowerValues {
    /// The one that counts first in front.
    pub layers: Vec<ValuesLayer>,
    /// The folder of the chart.
    pub chart: Option<String>,
}

impl LowerValues {
    /// Lays an object's values over these.
    pub(super) fn merge_below(
        &self,
        values: &LeafSubtree<'_>,
        path: &str,
        reader: &SnapshotReader<'_>,
    ) -> MergedValues {
        let (leaves, real) = values.detach_leaves();
        let holder = holder_of(leaves.first(), real.first().copied());
        let mut merged = MergedValues::new(path, leaves).below(holder);
        for layer in &self.layers {
            merged.add_layer(layer, reader);
        }
        if let Some(chart) = &self.chart {
            merged.add_subcharts(chart, reader);
        }
        merged
    }
}

/// Returns the keys that lead to an object's values, with a dot at the end, by one of its values
/// with its key relative to them and with its whole key.
fn holder_of(relative: Option<&Leaf>, whole: Option<&Leaf>) -> String {
    let (Some(relative), Some(whole)) = (relative, whole) else { return String::new() };
    let mut holder = whole.display_key();
    let end = holder.len().saturating_sub(relative.display_key().len());
    holder.truncate(end);
    holder
}

/// Returns the images that an object's values pin, and those that it leaves to what lies below.
pub(super) fn merged_findings(
    values: &LeafSubtree<'_>,
    path: &str,
    lower: &LowerValues,
    reader: &SnapshotReader<'_>,
) -> Vec<ObjectFinding> {
    let merged = lower.merge_below(values, path, reader);
    let mut found = image_findings(&merged.leaves, &|index, part| merged.location(index, part));
    for one in &mut found {
        if one.finding.locations.first().is_some_and(|location| location.path != path) {
            one.finding.notes.push(EntryNote::Inherited);
        }
    }
    let of_chart = merged.app_versions(reader).into_iter().map(|finding| {
        let word = finding.image.as_deref().map(|image| base_name(image).to_owned());
        ObjectFinding { word: word.or(finding.component.clone()), finding }
    });
    found.extend(of_chart);
    found
}

/// The folder of this repository that an object takes (`path`), if it is literal.
pub(super) fn local_folder<'a>(source: &LeafSubtree<'a>) -> Option<&'a str> {
    let path = source.text("path").filter(|path| shape::is_literal(path))?;
    Some(path.trim_start_matches("./").trim_matches('/'))
}

/// Notes the automations that own the findings' lines in a file.
pub(super) fn note_automations(findings: &mut [VersionFinding], path: &str, text: &str) {
    for finding in findings {
        let owners = finding
            .locations
            .iter()
            .filter(|location| location.path == path)
            .filter_map(|location| marker::automation_after(text, location.span.end));
        let mut owners: Vec<Automation> = owners.collect();
        owners.dedup();
        finding.notes.extend(owners.into_iter().map(EntryNote::Automated));
    }
}
