//! One entry of `images:`: the references it matches and their new values.
//!
//! The rules are those of kustomize v5.5.0 (`api/internal/image/image.go`,
//! `api/filters/imagetag/updater.go`): the name is an unescaped regular expression.

use super::yaml_text::YamlText;
use crate::model::Automation;
use crate::model::{ImagePart, ImageReference, Location, Version, is_digest};
use crate::source::marker;
use crate::yaml::{QuoteStyle, YamlValue, is_number_or_bool};
use regex::{Regex, RegexBuilder};

/// Maximum size of a compiled name, in bytes; no real image name needs more.
const MAX_PATTERN_BYTES: usize = 1 << 18;

/// An entry as written.
#[derive(Debug)]
pub(super) struct ImageEntry {
    pub name: String,
    pub new_name: Option<LocatedValue>,
    pub new_tag: Option<LocatedValue>,
    pub digest: Option<LocatedValue>,
    pub tag_suffix: Option<LocatedValue>,
    /// `None` for an invalid regular expression, which matches nothing.
    pattern: Option<ImageNamePattern>,
}

/// A value of an entry or of a manifest, with its location.
#[derive(Debug)]
pub(super) struct LocatedValue {
    pub text: String,
    pub location: Location,
    /// True if it is unquoted and not a string in YAML 1.1, so that kustomize refuses the file.
    pub unbuildable: bool,
    pub automation: Option<Automation>,
}

impl LocatedValue {
    /// Reads a value and its location.
    pub fn read(
        page: YamlText<'_>,
        value: YamlValue<'_>,
        text: &str,
        key: String,
        part: ImagePart,
    ) -> Self {
        let location = page.location(value, key, part);
        let automation = marker::automation_after(page.text, location.span.end);
        LocatedValue { text: text.to_owned(), location, unbuildable: false, automation }
    }
}

impl ImageEntry {
    /// Parses an entry; `list` is the name of its list. `None` for an entry without a name.
    pub fn read(page: YamlText<'_>, list: &str, entry: YamlValue<'_>) -> Option<Self> {
        let name = entry.get("name").and_then(YamlValue::non_null)?.to_owned();
        let field = |key: &str| {
            let value = super::file::get_field(entry, key)?;
            let text = value.non_null().filter(|text| !text.is_empty())?.to_owned();
            let mut written = LocatedValue::read(
                page,
                value,
                &text,
                format!("{list}[{name}].{key}"),
                part_of(key, &text),
            );
            written.unbuildable =
                value.style() == Some(QuoteStyle::Plain) && is_number_or_bool(&text);
            Some(written)
        };
        Some(ImageEntry {
            new_name: field("newName"),
            new_tag: field("newTag"),
            digest: field("digest"),
            tag_suffix: field("tagSuffix"),
            pattern: ImageNamePattern::of(&name),
            name,
        })
    }

    /// True if the name is a valid regular expression.
    pub fn is_valid(&self) -> bool {
        self.pattern.is_some()
    }

    /// True if the name is more than literal text and had to be compiled.
    pub fn is_expression(&self) -> bool {
        matches!(self.pattern, Some(ImageNamePattern::Expression(_)))
    }

    /// True if the entry applies to this reference.
    pub fn matches(&self, reference: &str) -> bool {
        self.pattern.as_ref().is_some_and(|pattern| pattern.is_match(reference))
    }

    /// Returns the new value of a matching reference.
    pub fn apply(&self, reference: &str) -> String {
        let ImageReference { name, version } = ImageReference::parse(reference);
        let text =
            |written: &Option<LocatedValue>| written.as_ref().map(|written| written.text.clone());
        let name = text(&self.new_name).unwrap_or(name);
        let (tag, digest) = match (text(&self.new_tag), text(&self.digest), &self.tag_suffix) {
            (None, None, Some(suffix)) => {
                (Some(version.tag.unwrap_or_default() + &suffix.text), None)
            }
            (None, None, None) => (version.tag, version.digest),
            (tag, digest, _) => (tag, digest),
        };
        let filled = |part: Option<String>| part.filter(|text| !text.is_empty());
        ImageReference { name, version: Version { tag: filled(tag), digest: filled(digest) } }
            .to_string()
    }

    /// True if the entry sets a version or part of one.
    pub fn says_version(&self) -> bool {
        !self.version_places().is_empty()
    }

    /// Returns the values that set the version, the main one first.
    pub fn version_places(&self) -> Vec<&LocatedValue> {
        let tagged = |written: &&LocatedValue| written.location.part == ImagePart::Reference;
        let own = [&self.new_tag, &self.digest].into_iter().flatten();
        let suffix =
            self.tag_suffix.iter().filter(|_| self.new_tag.is_none() && self.digest.is_none());
        own.chain(suffix).chain(self.new_name.iter().filter(tagged)).collect()
    }

    /// Returns the image as the entry alone determines it.
    pub fn reference(&self) -> ImageReference {
        let name = self.new_name.as_ref().map_or(self.name.as_str(), |written| &written.text);
        ImageReference::parse(&self.apply(name))
    }
}

/// Returns the part of an image that a value of an entry holds.
fn part_of(key: &str, text: &str) -> ImagePart {
    match key {
        "newTag" if text.split_once('@').is_some_and(|(_, digest)| is_digest(digest)) => {
            ImagePart::TagAndDigest
        }
        "digest" => ImagePart::Digest,
        "newName" if ImageReference::parse(text).version.is_empty() => ImagePart::Name,
        "newName" => ImagePart::Reference,
        _ => ImagePart::Tag,
    }
}

/// The pattern of an entry's name. Nearly all names are words and dots, which are compared without
/// compiling a regex for each.
#[derive(Debug)]
enum ImageNamePattern {
    /// Literal text, in which a dot matches any character.
    Words(String),
    Expression(Box<Regex>),
}

impl ImageNamePattern {
    /// Parses a name; `None` for an invalid regular expression.
    fn of(name: &str) -> Option<Self> {
        let plain = |b: u8| {
            b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b'/' | b':' | b'@')
        };
        if name.bytes().all(plain) {
            return Some(ImageNamePattern::Words(name.to_owned()));
        }
        name_expression(name).map(|regex| ImageNamePattern::Expression(Box::new(regex)))
    }

    fn is_match(&self, reference: &str) -> bool {
        match self {
            ImageNamePattern::Expression(regex) => regex.is_match(reference),
            ImageNamePattern::Words(words) => {
                behind_words(words, reference).is_some_and(is_version_part)
            }
        }
    }
}

/// Returns the rest of a reference after the words it starts with.
fn behind_words<'r>(words: &str, reference: &'r str) -> Option<&'r str> {
    let mut rest = reference.chars();
    for word in words.chars() {
        let found = rest.next()?;
        if found != word && (word != '.' || found == '\n') {
            return None;
        }
    }
    Some(rest.as_str())
}

/// True for a full match of `(:[a-zA-Z0-9_.{}-]*)?(@sha256:[a-zA-Z0-9_.{}-]*)?`.
fn is_version_part(text: &str) -> bool {
    let allowed = |text: &str| {
        text.bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'{' | b'}' | b'-'))
    };
    let (tag, digest) =
        text.split_once('@').map_or((text, None), |(tag, digest)| (tag, Some(digest)));
    let tag = tag.is_empty() || tag.strip_prefix(':').is_some_and(allowed);
    tag && digest.is_none_or(|digest| digest.strip_prefix("sha256:").is_some_and(allowed))
}

fn name_expression(name: &str) -> Option<Regex> {
    let text = format!("^{name}(:[a-zA-Z0-9_.{{}}-]*)?(@sha256:[a-zA-Z0-9_.{{}}-]*)?$");
    RegexBuilder::new(&text).size_limit(MAX_PATTERN_BYTES).build().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml;

    fn entry(text: &str) -> ImageEntry {
        let stream = yaml::parse(text).expect("yaml");
        let root = stream.documents[0].root().expect("root");
        ImageEntry::read(YamlText::of_file("kustomization.yaml", text, 0), "images", root)
            .expect("an entry")
    }

    #[test]
    fn a_suffix_drops_the_digest_and_needs_no_tag() {
        let entry = entry("{name: nginx, tagSuffix: -x}");
        assert_eq!(entry.apply("nginx:1@sha256:00"), "nginx:1-x");
        assert_eq!(entry.apply("nginx"), "nginx:-x");
    }

    #[test]
    fn words_are_compared_as_the_expression_would() {
        let names = ["a", "ghcr.io/a", "localhost:5000/a", "a.b", "nginx:1", "a@sha256"];
        let references = [
            "a",
            "a:1",
            "a:",
            "ax",
            "a:1/2",
            "a@sha256:0f",
            "a:1@sha256:",
            "a@sha512:00",
            "ghcrXio/a:1",
            "ghcr.io/a@sha256:1:2",
            "localhost:5000/a:1",
            "a.b:1",
            "aéb:1",
            "aé",
            "nginx:1",
            "nginx:1:2",
            "",
            "a@sha256:x@y",
            "xa:1",
            "a\nb",
        ];
        for name in names {
            let (words, regex) = (
                ImageNamePattern::of(name).expect("a pattern"),
                name_expression(name).expect("an expression"),
            );
            for reference in references {
                assert_eq!(
                    words.is_match(reference),
                    regex.is_match(reference),
                    "{name} {reference}"
                );
            }
        }
    }

    #[test]
    fn a_name_that_is_no_expression_matches_nothing() {
        let entry = entry("{name: \"ngin[\", newTag: v1}");
        assert!(!entry.is_valid() && !entry.matches("ngin["));
    }

    #[test]
    fn unquoted_numbers_and_markers_are_known() {
        let text = "name: a\nnewTag: 1.10 # {\"$imagepolicy\": \"flux:a:tag\"}\n";
        let tag = entry(text).new_tag.expect("a tag");
        assert_eq!((tag.text.as_str(), tag.unbuildable, tag.location.line), ("1.10", true, 2));
        assert_eq!(tag.automation.expect("a marker").policy, "flux:a:tag");
        assert_eq!(tag.location.key, "images[a].newTag");
    }
}
