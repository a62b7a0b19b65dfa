//! Image references and versions, kept as the exact text of the file.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Identifies a build: a tag, a digest, or both. No order is assumed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Version {
    /// The tag as written, without the leading `:`.
    pub tag: Option<String>,
    /// The digest as written, with its algorithm: `sha256:…`.
    pub digest: Option<String>,
}

impl Version {
    /// Parses a tag, `tag@digest`, or a digest alone.
    pub fn parse(text: &str) -> Self {
        if let Some((tag, digest)) = text.split_once('@')
            && is_digest(digest)
        {
            return Version {
                tag: (!tag.is_empty()).then(|| tag.to_owned()),
                digest: Some(digest.to_owned()),
            };
        }
        if is_digest(text) {
            return Version { tag: None, digest: Some(text.to_owned()) };
        }
        Version { tag: Some(text.to_owned()), digest: None }
    }

    /// True if both are the same build. If both have digests, these decide; otherwise the tags do.
    pub fn is_same(&self, other: &Version) -> bool {
        match (&self.digest, &other.digest) {
            (Some(a), Some(b)) => a == b,
            _ => {
                self.tag == other.tag && (self.tag.is_some() || self.is_empty() && other.is_empty())
            }
        }
    }

    /// True if there is neither a tag nor a digest.
    pub fn is_empty(&self) -> bool {
        self.tag.is_none() && self.digest.is_none()
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.tag, &self.digest) {
            (Some(tag), Some(digest)) => write!(f, "{tag}@{digest}"),
            (Some(text), None) | (None, Some(text)) => f.write_str(text),
            (None, None) => f.write_str("-"),
        }
    }
}

/// An image reference, `registry/repository:tag@digest`, split as kustomize does: the registry's
/// port is not a tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageReference {
    /// `registry/repository`.
    pub name: String,
    /// Tag and digest.
    pub version: Version,
}

impl ImageReference {
    /// Parses a reference. The part before the first `/` is skipped, then the first `:` and the
    /// first `@` end the name (kustomize `api/internal/image/image.go`, `Split`).
    pub fn parse(text: &str) -> Self {
        let skip = text.find('/').unwrap_or(0);
        let rest = &text[skip..];
        let at = rest.find('@').map(|i| i + skip);
        let colon = rest[..at.map_or(rest.len(), |at| at - skip)].find(':').map(|i| i + skip);
        let name_end = colon.or(at).unwrap_or(text.len());
        let tag = colon.map(|colon| text[colon + 1..at.unwrap_or(text.len())].to_owned());
        let digest = at.map(|at| text[at + 1..].to_owned());
        ImageReference { name: text[..name_end].to_owned(), version: Version { tag, digest } }
    }

    /// Returns the last part of the name: `web` for `ghcr.io/team/web`.
    pub fn base_name(&self) -> &str {
        base_name(&self.name)
    }
}

impl fmt::Display for ImageReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        if let Some(tag) = &self.version.tag {
            write!(f, ":{tag}")?;
        }
        if let Some(digest) = &self.version.digest {
            write!(f, "@{digest}")?;
        }
        Ok(())
    }
}

/// Returns the last part of an image name.
pub fn base_name(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// True for `algorithm:hex`, the form of digests in the OCI image specification.
pub fn is_digest(text: &str) -> bool {
    text.split_once(':').is_some_and(|(algorithm, hex)| {
        matches!(algorithm, "sha256" | "sha512")
            && hex.len() >= 32
            && hex.bytes().all(|b| b.is_ascii_hexdigit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> (String, Option<String>, Option<String>) {
        let r = ImageReference::parse(text);
        assert_eq!(r.to_string(), text);
        (r.name, r.version.tag, r.version.digest)
    }

    #[test]
    fn references_are_cut_as_kustomize_cuts_them() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(cut("nginx"), ("nginx".into(), None, None));
        assert_eq!(cut("nginx:1"), ("nginx".into(), some("1"), None));
        assert_eq!(cut("localhost:5000/app"), ("localhost:5000/app".into(), None, None));
        assert_eq!(cut("localhost:5000/app:1.2"), ("localhost:5000/app".into(), some("1.2"), None));
        assert_eq!(cut("a/b@sha256:00"), ("a/b".into(), None, some("sha256:00")));
        assert_eq!(cut("a/b:t@sha256:00"), ("a/b".into(), some("t"), some("sha256:00")));
    }

    #[test]
    fn a_version_may_be_tag_digest_or_both() {
        let digest = format!("sha256:{}", "a".repeat(64));
        assert_eq!(Version::parse("1.2").to_string(), "1.2");
        assert_eq!(Version::parse(&digest).digest.as_deref(), Some(digest.as_str()));
        let both = Version::parse(&format!("1.2@{digest}"));
        assert_eq!(
            (both.tag.as_deref(), both.digest.as_deref()),
            (Some("1.2"), Some(digest.as_str()))
        );
    }
}
