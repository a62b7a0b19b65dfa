//! The version of a service, and the places that hold it.

use super::project::{ComposeFile, ServiceImage};
use crate::model::{
    EntryNote, ImagePart, ImageReference, Location, Span, TemplateCaptures, Version,
};
use crate::source::interpolate::{InterpolatedText, PieceOrigin};
use crate::source::layers::overrides_text;
use crate::source::leaf::Leaf;
use crate::source::{VersionFinding, line_starts, marker, shape};
use std::ops::Range;

/// Returns what a service runs; `None` if its image is a placeholder or has no version.
pub(super) fn finding_of(image: &ServiceImage) -> Option<VersionFinding> {
    let value = ImageValue::of(image);
    let ImageReference { name, version } = value.reference()?;
    let locations = value.locations(&version);
    let overridden = overridden_locations(image, &locations);
    let owner = marker::automation_after(&image.file.text, value.leaf.span.end);
    let mut notes: Vec<EntryNote> = owner.map(EntryNote::Automated).into_iter().collect();
    if !overridden.is_empty() {
        notes.push(EntryNote::Overrides(overrides_text(&overridden)));
    }
    Some(VersionFinding {
        component: Some(image.service.clone()),
        captures: TemplateCaptures::new(),
        image: Some(name),
        version,
        locations,
        notes,
        overridden,
        ..VersionFinding::default()
    })
}

/// Returns the places of the image that this one is merged over, without those that both share.
fn overridden_locations(image: &ServiceImage, own: &[Location]) -> Vec<Location> {
    let Some(lower) = &image.merged_over else { return Vec::new() };
    let value = ImageValue::of(lower);
    let locations = value.reference().map(|found| value.locations(&found.version));
    locations.unwrap_or_default().into_iter().filter(|location| !own.contains(location)).collect()
}

/// The image of a service as it is written, and with its variables filled in.
struct ImageValue<'a> {
    file: &'a ComposeFile,
    leaf: &'a Leaf,
    filled: InterpolatedText<'a>,
}

impl<'a> ImageValue<'a> {
    fn of(image: &'a ServiceImage) -> Self {
        let (file, leaf) = (&*image.file, image.leaf());
        let filled = InterpolatedText::of(&leaf.text, &file.environment.variables());
        ImageValue { file, leaf, filled }
    }

    fn reference(&self) -> Option<ImageReference> {
        let is_placeholder = self.filled.text.contains("{{");
        if is_placeholder { None } else { shape::parse_reference(&self.filled.text) }
    }

    /// Returns the locations of tag and digest: variables that contain them, or else the line
    /// itself.
    fn locations(&self, version: &Version) -> Vec<Location> {
        let mut out: Vec<Location> = Vec::new();
        if self.filled.text != *self.leaf.text {
            let end = self.filled.text.len();
            let digest_at = version.digest.as_ref().map(|digest| end - digest.len());
            if let Some(tag) = &version.tag {
                let tag_end = digest_at.map_or(end, |at| at - 1);
                self.push_locations(tag_end - tag.len()..tag_end, ImagePart::Tag, &mut out);
            }
            if let Some(at) = digest_at {
                self.push_locations(at..end, ImagePart::Digest, &mut out);
            }
        }
        if out.is_empty() {
            out.push(self.leaf.location(&self.file.path, ImagePart::Reference));
        }
        out
    }

    fn push_locations(&self, range: Range<usize>, part: ImagePart, out: &mut Vec<Location>) {
        // Literal text that joins variables (`v${MAJOR}.${MINOR}`) is not a location of the
        // version.
        let varies = self
            .filled
            .origins_of(range.clone())
            .any(|origin| matches!(origin, PieceOrigin::Variable(_)));
        for origin in self.filled.origins_of(range) {
            let location = match origin {
                PieceOrigin::Variable(variable) => {
                    variable.leaf.location(variable.path, part_of_variable(variable.leaf, part))
                }
                PieceOrigin::Text(_) if varies => continue,
                PieceOrigin::Text(span) => self.piece_location(span, part),
            };
            if !out.contains(&location) {
                out.push(location);
            }
        }
    }

    /// Returns the location of a piece of the value, or of the whole value if escapes hide the
    /// exact bytes.
    fn piece_location(&self, piece: Span, part: ImagePart) -> Location {
        let leaf = self.leaf;
        let mut location = leaf.location(&self.file.path, part);
        let written = self.file.text.get(leaf.span.start..leaf.span.end).unwrap_or_default();
        match written.find(&*leaf.text) {
            Some(at) => {
                let start = leaf.span.start + at;
                location.span = Span { start: start + piece.start, end: start + piece.end };
            }
            None => location.part = ImagePart::Reference,
        }
        location
    }
}

/// Returns the part of an image that a variable holds; it may be more than the tag.
fn part_of_variable(variable: &Leaf, part: ImagePart) -> ImagePart {
    let text = &*variable.text;
    if shape::is_tag(text) {
        line_starts::part_of(&Version::parse(text))
    } else if shape::parse_reference(text).is_some() {
        ImagePart::Reference
    } else {
        part
    }
}
