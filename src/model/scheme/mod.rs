//! Schemes of versions: what the tags of an app look like, and in which order they were made.
//!
//! An order is never guessed from the text of tags. It comes from a scheme that somebody wrote
//! down, and a tag that does not fit the scheme is left out with a reason.

mod misfit;
mod parts;
mod pattern;
mod semantic;

pub use misfit::TagMisfit;
pub use parts::{TagParts, branch_slug, parse_tag_time};
pub use pattern::TagPattern;
pub use semantic::SemanticRange;

use super::version::is_moving_tag;
use std::cmp::Ordering;
use std::fmt;

/// The longest scheme, in bytes.
const LONGEST_SCHEME: usize = 1000;

/// How the tags of an app are read and put into order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VersionScheme {
    /// Semantic versions, in a range.
    Semantic(SemanticRange),
    /// Any tags, by the time of their build.
    Created,
    /// Tags with named parts.
    Pattern(TagPattern),
}

/// A tag that fits a scheme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemeTag {
    pub tag: String,
    pub parts: TagParts,
    order: SchemeOrder,
}

/// The place of a tag in the order of its scheme.
#[derive(Debug, Clone, PartialEq, Eq)]
enum SchemeOrder {
    Version(semver::Version),
    Time(i64),
    Number(u64),
    /// The scheme has no order of its own; the time of the build decides.
    Unordered,
}

impl VersionScheme {
    /// Parses `semver`, `semver(">=2, <3")`, `created`, a pattern such as `{branch}.{time}.{sha}`,
    /// or a regular expression with named groups.
    ///
    /// # Errors
    /// Why the text is no scheme, as a sentence fragment.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.len() > LONGEST_SCHEME {
            return Err(format!("a scheme has at most {LONGEST_SCHEME} bytes"));
        }
        if text == "created" {
            return Ok(VersionScheme::Created);
        }
        if text == "semver" {
            return Ok(VersionScheme::Semantic(SemanticRange::default()));
        }
        let range = text.strip_prefix("semver(").and_then(|rest| rest.strip_suffix(')'));
        if let Some(range) = range {
            let range = range.trim().trim_matches(['"', '\'']);
            return SemanticRange::parse(range).map(VersionScheme::Semantic);
        }
        if text.contains("(?") {
            return TagPattern::from_regex(text).map(VersionScheme::Pattern);
        }
        if text.contains('{') {
            return TagPattern::from_template(text).map(VersionScheme::Pattern);
        }
        Err("a scheme is `semver`, `semver(\">=2, <3\")`, `created`, a pattern such as \
             `{branch}.{time}.{sha}`, or a regular expression with named groups"
            .to_owned())
    }

    /// Reads a tag.
    ///
    /// # Errors
    /// Why the tag is left out.
    pub fn read(&self, tag: &str) -> Result<SchemeTag, TagMisfit> {
        if let Some(misfit) = TagMisfit::of_any_scheme(tag) {
            return Err(misfit);
        }
        let (parts, order) = match self {
            VersionScheme::Semantic(range) => {
                let version = range.read(tag)?;
                let parts = TagParts { version: Some(tag.to_owned()), ..TagParts::default() };
                (parts, SchemeOrder::Version(version))
            }
            VersionScheme::Created if is_moving_tag(tag) => return Err(TagMisfit::Moves),
            VersionScheme::Created => (TagParts::default(), SchemeOrder::Unordered),
            VersionScheme::Pattern(pattern) => {
                let parts = pattern.read(tag)?;
                let version = parts.version.as_deref().and_then(semantic::parse_version);
                let order = match pattern.order_part() {
                    Some("time") => parts.time.map(SchemeOrder::Time),
                    Some("version") => version.map(SchemeOrder::Version),
                    Some(_) => parts.number.map(SchemeOrder::Number),
                    None => None,
                };
                let order = order.unwrap_or(SchemeOrder::Unordered);
                (parts, order)
            }
        };
        Ok(SchemeTag { tag: tag.to_owned(), parts, order })
    }

    /// True where the tags themselves say their order.
    pub fn is_ordered(&self) -> bool {
        match self {
            VersionScheme::Semantic(_) => true,
            VersionScheme::Created => false,
            VersionScheme::Pattern(pattern) => pattern.order_part().is_some(),
        }
    }

    /// Reads tags and puts those that fit into order, the newest first. Tags of equal rank stand
    /// side by side, in the order of their text. The others come with the reason.
    pub fn sort(&self, tags: &[String]) -> (Vec<SchemeTag>, Vec<(String, TagMisfit)>) {
        let (mut fitting, mut others) = (Vec::new(), Vec::new());
        for tag in tags {
            match self.read(tag) {
                Ok(read) => fitting.push(read),
                Err(misfit) => others.push((tag.clone(), misfit)),
            }
        }
        fitting.sort_by(|one, other| other.compare(one).then_with(|| one.tag.cmp(&other.tag)));
        others.sort_by(|one, other| one.0.cmp(&other.0));
        (fitting, others)
    }
}

impl SchemeTag {
    /// The order of two tags of one scheme: `Less` is older. Equal where the scheme does not tell.
    pub fn compare(&self, other: &Self) -> Ordering {
        match (&self.order, &other.order) {
            (SchemeOrder::Version(one), SchemeOrder::Version(two)) => one.cmp_precedence(two),
            (SchemeOrder::Time(one), SchemeOrder::Time(two)) => one.cmp(two),
            (SchemeOrder::Number(one), SchemeOrder::Number(two)) => one.cmp(two),
            _ => Ordering::Equal,
        }
    }
}

impl fmt::Display for VersionScheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            VersionScheme::Semantic(range) => range.fmt(f),
            VersionScheme::Created => f.write_str("created"),
            VersionScheme::Pattern(pattern) => f.write_str(pattern.as_str()),
        }
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
