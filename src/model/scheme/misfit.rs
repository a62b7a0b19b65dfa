//! Why a tag is left out.

use std::fmt;

/// Why a tag is left out of the versions of an app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TagMisfit {
    /// A signature or attestation of another image, as cosign and the OCI fallback tag them.
    AboutAnotherImage,
    /// The tag names a branch or channel, and moves.
    Moves,
    /// The tag is no semantic version with three numbers.
    NotSemantic,
    /// A pre-release, where the range does not ask for them.
    PreRelease,
    /// Outside the range.
    OutOfRange(String),
    /// Does not fit the pattern.
    NoMatch,
    /// A part of the pattern is not what its name says: `time`, `number` or `version`.
    BadPart(&'static str),
}

impl TagMisfit {
    /// The reason that leaves a tag out of every scheme.
    pub(super) fn of_any_scheme(tag: &str) -> Option<Self> {
        let (algorithm, rest) = tag.split_once('-')?;
        let hex = rest.split('.').next().unwrap_or_default();
        let is_digest = matches!(algorithm, "sha256" | "sha512")
            && hex.len() == 64
            && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_digest.then_some(TagMisfit::AboutAnotherImage)
    }

    /// The reason as one word, for machines.
    pub fn code(&self) -> &'static str {
        match self {
            TagMisfit::AboutAnotherImage => "about-another-image",
            TagMisfit::Moves => "moves",
            TagMisfit::NotSemantic => "not-semver",
            TagMisfit::PreRelease => "pre-release",
            TagMisfit::OutOfRange(_) => "out-of-range",
            TagMisfit::NoMatch => "no-match",
            TagMisfit::BadPart(_) => "bad-part",
        }
    }
}

impl fmt::Display for TagMisfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TagMisfit::AboutAnotherImage => f.write_str("it is about another image"),
            TagMisfit::Moves => f.write_str("the tag moves"),
            TagMisfit::NotSemantic => f.write_str("not a semantic version"),
            TagMisfit::PreRelease => f.write_str("a pre-release"),
            TagMisfit::OutOfRange(range) => write!(f, "outside {range}"),
            TagMisfit::NoMatch => f.write_str("does not fit the pattern"),
            TagMisfit::BadPart(part) => write!(f, "its {part} is none"),
        }
    }
}
