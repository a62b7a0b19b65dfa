//! A file that contains only the version: a tag, a digest, both, or a whole reference.

use super::line_starts::{self, LineStarts};
use super::{Claim, NameMatch, SnapshotReader, Source, ValueNotation, VersionFinding, shape};
use crate::model::{
    ImagePart, ImageReference, SourceKind, Span, TemplateCaptures, Version, Warning,
};

/// The text source; see the module.
pub struct TextSource;

impl Source for TextSource {
    fn kind(&self) -> SourceKind {
        SourceKind::Text
    }

    fn recognises_name(&self, _name: &str, extension: &str) -> Option<NameMatch> {
        matches!(extension, "version" | "txt" | "tag").then_some(NameMatch::Extension)
    }

    fn opens_name(&self, name: &str, extension: &str) -> bool {
        self.recognises_name(name, extension).is_some()
    }

    fn notation(&self, _path: &str) -> ValueNotation {
        ValueNotation::Word
    }

    fn read(&self, claim: &Claim<'_>, reader: &SnapshotReader<'_>) -> Vec<VersionFinding> {
        let Some(text) = reader.read_text(&claim.path) else { return Vec::new() };
        let word = text.trim_start_matches('\u{feff}').trim();
        let Some((image, version, part)) = version_of(word) else {
            reader.add_warning(Warning::for_file("not-a-tag", &claim.path, refusal(word)));
            return Vec::new();
        };
        let start = text.find(word).unwrap_or(0);
        let span = Span { start, end: start + word.len() };
        let location =
            line_starts::text_location(&claim.path, &LineStarts::of(&text), "", part, span);
        let (component, captures, notes) = (None, TemplateCaptures::new(), Vec::new());
        vec![VersionFinding {
            component,
            captures,
            image,
            version,
            locations: vec![location],
            notes,
            ..VersionFinding::default()
        }]
    }
}

fn version_of(word: &str) -> Option<(Option<String>, Version, ImagePart)> {
    if shape::is_tag(word) {
        let version = Version::parse(word);
        let part = line_starts::part_of(&version);
        return Some((None, version, part));
    }
    let ImageReference { name, version } = shape::parse_reference(word)?;
    Some((Some(name), version, ImagePart::Reference))
}

fn refusal(word: &str) -> &'static str {
    if word.is_empty() {
        "is empty; expected a tag, a digest or an image reference"
    } else if word.contains(char::is_whitespace) {
        "contains more than one word; expected a tag, a digest or an image reference"
    } else {
        "contains no tag, digest or image reference"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::SourceRule;
    use crate::source::testing::repository;

    fn read(content: &str) -> Option<(Option<String>, String, ImagePart, u32)> {
        let repository = repository(&[("tag", content)]);
        let found = repository.findings(SourceKind::Text, "tag");
        let finding = found.into_iter().next()?;
        let place = &finding.locations[0];
        assert_eq!(
            &content[place.span.start..place.span.end],
            content.trim_start_matches('\u{feff}').trim()
        );
        Some((finding.image, finding.version.to_string(), place.part, place.line))
    }

    #[test]
    fn one_word_is_the_version() {
        let digest = format!("sha256:{}", "a".repeat(64));
        let tag = |tag: &str, line| Some((None, tag.to_owned(), ImagePart::Tag, line));
        assert_eq!(read("v1.2\n"), tag("v1.2", 1));
        assert_eq!(read("\u{feff}\r\n 1.10 \r\n"), tag("1.10", 2));
        assert_eq!(read(&digest), Some((None, digest.clone(), ImagePart::Digest, 1)));
        let both = format!("1.2@{digest}\n");
        assert_eq!(read(&both), Some((None, format!("1.2@{digest}"), ImagePart::TagAndDigest, 1)));
        let image = Some("localhost:5000/web".to_owned());
        assert_eq!(
            read("localhost:5000/web:1.2"),
            Some((image, "1.2".into(), ImagePart::Reference, 1))
        );
    }

    #[test]
    fn anything_else_is_named() {
        for content in
            ["", "a b", "1.2\n1.3\n", "# tag\n1.2", "{{ tag }}", "ghcr.io/x/web", "a=1", "é"]
        {
            assert_eq!(read(content), None, "{content}");
            let rule = SourceRule::new(SourceKind::Text, "tag", &[]).expect("a path");
            let (_, warnings) = repository(&[("tag", content)]).read(rule);
            assert_eq!(
                warnings.iter().map(|w| w.code).collect::<Vec<_>>(),
                ["not-a-tag"],
                "{content}"
            );
        }
    }
}
