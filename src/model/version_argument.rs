//! A version as a person or a CI system names it, taken apart or refused by the grammar of OCI.

use super::{ImageReference, Version, is_digest};
use std::fmt;

/// The longest tag (OCI distribution specification, "Pulling manifests").
const LONGEST_TAG: usize = 128;
/// The digits of a digest in tables, and the fewest that name one.
const SHORT_DIGEST: usize = 8;

/// A named version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionArgument {
    /// The image name of a whole reference: `ghcr.io/team/web` of `ghcr.io/team/web:v1`.
    pub image: Option<String>,
    /// The tag, the digest, or both. The digest is empty where only its first digits are named.
    pub version: Version,
    /// The first digits of the digest, as tables show them: `22222222` of `2.2.14@22222222`.
    pub short_digest: Option<String>,
}

/// Why a text is no version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VersionArgumentError {
    Empty,
    /// A template or variable that was not expanded.
    Unexpanded(String),
    /// An image name without a tag or digest.
    NoVersion(String),
    BadName(String),
    BadTag(String),
    BadDigest(String),
}

impl fmt::Display for VersionArgumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the version is empty"),
            Self::Unexpanded(text) => {
                write!(f, "`{text}` is not a version, but a variable that was not expanded")
            }
            Self::NoVersion(text) => {
                write!(
                    f,
                    "`{text}` is not a version: a tag has no `/`, and an image name needs `:TAG` or `@DIGEST`"
                )
            }
            Self::BadName(text) => write!(f, "`{text}` is not the name of an image"),
            Self::BadTag(text) => {
                write!(
                    f,
                    "`{text}` is not a tag: a tag has up to 128 letters, digits, `_`, `.` and `-`, and starts with a letter, a digit or `_`"
                )
            }
            Self::BadDigest(text) => {
                write!(
                    f,
                    "`{text}` is not a digest: a digest is `sha256:` and 64 hexadecimal digits, or the first 8 of them or more"
                )
            }
        }
    }
}

impl std::error::Error for VersionArgumentError {}

impl VersionArgument {
    /// Parses a tag, a digest, `TAG@DIGEST`, `TAG@` with the first digits of a digest, or a whole
    /// reference.
    ///
    /// # Errors
    /// When the text is none of these.
    pub fn parse(text: &str) -> Result<Self, VersionArgumentError> {
        let shown = || text.escape_debug().to_string();
        if text.is_empty() {
            return Err(VersionArgumentError::Empty);
        }
        if text.contains("{{") || text.contains('$') {
            return Err(VersionArgumentError::Unexpanded(shown()));
        }
        if is_whole_digest(text) {
            return Ok(VersionArgument::of(Version { tag: None, digest: Some(text.into()) }));
        }
        let (before, digest) = match text.split_once('@') {
            Some((before, digest)) => (before, Some(digest)),
            None => (text, None),
        };
        let (image, tag) = if before.contains(['/', ':']) {
            let reference = ImageReference::parse(before);
            if !is_image_name(&reference.name) {
                return Err(VersionArgumentError::BadName(shown()));
            }
            (Some(reference.name), reference.version.tag)
        } else {
            (None, Some(before.to_owned()).filter(|tag| !tag.is_empty()))
        };
        if let Some(tag) = tag.as_ref().filter(|tag| !is_tag(tag) && !is_chart_version(tag)) {
            return Err(VersionArgumentError::BadTag(tag.escape_debug().to_string()));
        }
        let (digest, short_digest) = match digest {
            None => (None, None),
            Some(digest) if is_whole_digest(digest) => (Some(digest.to_owned()), None),
            Some(digest) if is_short_digest(digest) => (None, Some(digest.to_owned())),
            Some(digest) => {
                return Err(VersionArgumentError::BadDigest(digest.escape_debug().to_string()));
            }
        };
        if tag.is_none() && digest.is_none() && short_digest.is_none() {
            return Err(VersionArgumentError::NoVersion(shown()));
        }
        Ok(VersionArgument { image, version: Version { tag, digest }, short_digest })
    }

    fn of(version: Version) -> Self {
        VersionArgument { image: None, version, short_digest: None }
    }

    /// True if this names the version: its tag, and its digest or the first digits of it.
    pub fn names(&self, known: &Version) -> bool {
        let Some(short) = &self.short_digest else { return known.is_same(&self.version) };
        let digits = known.digest.as_deref().and_then(|digest| digest.split_once(':'));
        known.tag == self.version.tag
            && digits.is_some_and(|(_, digits)| digits.starts_with(short.as_str()))
    }
}

fn is_tag(text: &str) -> bool {
    let mut bytes = text.bytes();
    text.len() <= LONGEST_TAG
        && bytes.next().is_some_and(|b| b.is_ascii_alphanumeric() || b == b'_')
        && bytes.all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'))
}

/// True for a semantic version with build metadata, which is the version of a Helm chart.
fn is_chart_version(text: &str) -> bool {
    let Some((version, build)) = text.split_once('+') else { return false };
    let numbers = version.trim_start_matches('v').split(['.', '-']).take(3);
    let are_numbers = numbers.clone().count() == 3
        && numbers
            .into_iter()
            .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
    are_numbers && is_tag(version) && !build.is_empty() && is_tag(&format!("_{build}"))
}

/// True for a digest with all of its digits. An algorithm that is not known is not refused by its
/// length.
fn is_whole_digest(text: &str) -> bool {
    is_digest(text)
        && text.split_once(':').is_some_and(|(algorithm, digits)| match algorithm {
            "sha256" => digits.len() == 64,
            _ => digits.len() == 128,
        })
}

fn is_short_digest(text: &str) -> bool {
    (SHORT_DIGEST..64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// True for `[HOST[:PORT]/]PATH` in the characters of the OCI distribution specification.
fn is_image_name(text: &str) -> bool {
    let part = |part: &str| {
        part.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric())
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
    };
    let (host, path) = text.split_once('/').map_or(("", text), |(host, path)| (host, path));
    let host = host.split_once(':').map_or((host, "1"), |(name, port)| (name, port));
    let is_host = text.find('/').is_none()
        || (part(host.0) && !host.1.is_empty() && host.1.bytes().all(|b| b.is_ascii_digit()));
    is_host && !path.is_empty() && path.split('/').all(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> String {
        match VersionArgument::parse(text) {
            Ok(one) => format!(
                "{} | {} | {}",
                one.image.unwrap_or_default(),
                one.version,
                one.short_digest.unwrap_or_default()
            ),
            Err(error) => format!("{error:?}"),
        }
    }

    #[test]
    fn versions_are_taken_apart() {
        let digest = format!("sha256:{}", "2".repeat(64));
        for (text, wanted) in [
            ("v1.2", " | v1.2 | "),
            ("0738661", " | 0738661 | "),
            ("1.2.3+build.5", " | 1.2.3+build.5 | "),
            ("1.x", " | 1.x | "),
            ("2.2.14@22222222", " | 2.2.14 | 22222222"),
            ("org/repo:v1.1.0", "org/repo | v1.1.0 | "),
            ("localhost:5000/a/b:v1", "localhost:5000/a/b | v1 | "),
            ("nginx:1", "nginx | 1 | "),
        ] {
            assert_eq!(parts(text), wanted, "{text}");
        }
        assert_eq!(parts(&digest), format!(" | {digest} | "));
        assert_eq!(parts(&format!("v1@{digest}")), format!(" | v1@{digest} | "));
        assert_eq!(parts(&format!("org/repo@{digest}")), format!("org/repo | {digest} | "));
        assert_eq!(parts(&format!("o/r:v1@{digest}")), format!("o/r | v1@{digest} | "));
    }

    #[test]
    fn what_is_no_version_is_refused() {
        for (text, wanted) in [
            ("", "Empty"),
            ("{{x}}", "Unexpanded(\"{{x}}\")"),
            ("${TAG}", "Unexpanded(\"${TAG}\")"),
            ("$TAG", "Unexpanded(\"$TAG\")"),
            ("feature/x", "NoVersion(\"feature/x\")"),
            ("https://h/x", "BadName(\"https://h/x\")"),
            ("a b", "BadTag(\"a b\")"),
            ("-v1", "BadTag(\"-v1\")"),
            (".5", "BadTag(\".5\")"),
            ("*", "BadTag(\"*\")"),
            (">=1.0", "BadTag(\">=1.0\")"),
            ("v1\n", "BadTag(\"v1\\\\n\")"),
            ("v1+", "BadTag(\"v1+\")"),
            ("é", "BadTag(\"é\")"),
            ("v1@sha256:12", "BadDigest(\"sha256:12\")"),
            ("v1@", "BadDigest(\"\")"),
            ("v1@main", "BadDigest(\"main\")"),
            ("@", "BadDigest(\"\")"),
            ("a:b:c", "BadTag(\"b:c\")"),
            ("/v1", "BadName(\"/v1\")"),
            (":v1", "BadName(\":v1\")"),
        ] {
            assert_eq!(parts(text), wanted, "{text}");
        }
        assert_eq!(parts(&"a".repeat(129)), format!("BadTag({:?})", "a".repeat(129)));
    }

    #[test]
    fn a_short_digest_names_the_version_it_begins() {
        let named = VersionArgument::parse("1.2@22222222").expect("a version");
        let known = |tag: &str, digit: &str| Version {
            tag: Some(tag.into()),
            digest: Some(format!("sha256:{}", digit.repeat(64))),
        };
        assert!(named.names(&known("1.2", "2")));
        assert!(!named.names(&known("1.2", "3")) && !named.names(&known("1.3", "2")));
        assert!(!named.names(&Version::parse("1.2")));
    }
}
