//! Semantic versions and their ranges.

use super::misfit::TagMisfit;
use semver::{BuildMetadata, Prerelease, Version, VersionReq};
use std::fmt;

/// A range of semantic versions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SemanticRange {
    text: String,
    wanted: Option<VersionReq>,
    takes_pre_releases: bool,
}

impl SemanticRange {
    /// Parses a range such as `>=2, <3` or `~1.4`. As with Flux, a bound that ends with `-0` asks
    /// for pre-releases, too: `>=2-0`, or `*-0` for all.
    ///
    /// # Errors
    /// Why the text is no range, as a sentence fragment.
    pub fn parse(text: &str) -> Result<Self, String> {
        let takes_pre_releases = text
            .split([',', ' '])
            .any(|bound| bound.strip_suffix("-0").is_some_and(|rest| !rest.is_empty()));
        // The library wants three numbers before a pre-release.
        let plain: Vec<&str> =
            text.split(',').map(|bound| bound.trim().trim_end_matches("-0")).collect();
        let wanted = VersionReq::parse(&plain.join(", "))
            .map_err(|error| format!("`{text}` is not a range of versions: {error}"))?;
        Ok(SemanticRange { text: text.to_owned(), wanted: Some(wanted), takes_pre_releases })
    }

    pub(super) fn read(&self, tag: &str) -> Result<Version, TagMisfit> {
        let version = parse_version(tag).ok_or(TagMisfit::NotSemantic)?;
        if !version.pre.is_empty() && !self.takes_pre_releases {
            let is_named = self.wanted.as_ref().is_some_and(|wanted| wanted.matches(&version));
            return if is_named { Ok(version) } else { Err(TagMisfit::PreRelease) };
        }
        // A pre-release is in the range in which its release is: `<3` does not take `3.0.0-rc.1`.
        let release =
            Version { pre: Prerelease::EMPTY, build: BuildMetadata::EMPTY, ..version.clone() };
        match &self.wanted {
            Some(wanted) if !wanted.matches(&release) => {
                Err(TagMisfit::OutOfRange(self.text.clone()))
            }
            _ => Ok(version),
        }
    }
}

impl fmt::Display for SemanticRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.wanted {
            Some(_) => write!(f, "semver(\"{}\")", self.text),
            None => f.write_str("semver"),
        }
    }
}

/// Parses a semantic version with three numbers. A leading `v` is dropped, and `_` stands for the
/// `+` of build metadata, which tags cannot contain (as Helm writes them).
pub(super) fn parse_version(tag: &str) -> Option<Version> {
    let text = tag.strip_prefix(['v', 'V']).unwrap_or(tag);
    Version::parse(text).ok().or_else(|| Version::parse(&text.replacen('_', "+", 1)).ok())
}
