//! Computes the new text of one value, by the part of an image it holds.

use super::file_edits::EditConsent;
use super::refusal::RefusalReason;
use crate::model::{ImagePart, ImageReference, Version, is_mutable};

/// Change of the text at one location.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum LocationWrite {
    Nothing,
    Text(String),
    /// Removes the key with its value.
    Remove,
}

/// Replacement of a version, and optionally of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct VersionChange {
    pub old: Version,
    /// In the form of the old version: pinned by a digest or not.
    pub new: Version,
    pub image: Option<String>,
}

impl VersionChange {
    /// Creates a change that keeps the form: a pinned version stays pinned, and a digest is dropped
    /// if the old version had none.
    ///
    /// # Errors
    /// [`RefusalReason::LosesDigest`] and [`RefusalReason::Mutable`] without consent,
    /// [`RefusalReason::NoTag`].
    pub fn of(
        old: &Version,
        wanted: &Version,
        image: Option<String>,
        consent: EditConsent,
    ) -> Result<Self, RefusalReason> {
        let mut new = wanted.clone();
        match (&old.digest, &wanted.digest) {
            (Some(digest), None) if !consent.drop_digest => {
                return Err(RefusalReason::LosesDigest {
                    digest: digest.clone(),
                    version: wanted.to_string(),
                });
            }
            (None, Some(_)) if !consent.pin_digest => new.digest = None,
            (Some(_), Some(_)) if old.tag.is_none() => new.tag = None,
            _ => {}
        }
        let keeps_tag = old.tag.is_none() || new.tag.is_some();
        if !keeps_tag || new.is_empty() {
            let is_nothing = wanted.tag.is_none() && wanted.digest.is_none();
            let version = match is_nothing {
                true => "the new version".to_owned(),
                false => wanted.to_string(),
            };
            return Err(RefusalReason::NoTag { version });
        }
        // A digest that is not written pins nothing.
        if is_mutable(&new) && !is_mutable(old) && !consent.allow_mutable {
            return Err(RefusalReason::Mutable { version: new.to_string() });
        }
        Ok(VersionChange { old: old.clone(), new, image })
    }

    /// True where the new version has a digest, and the old one had none.
    pub fn adds_digest(&self) -> bool {
        self.old.digest.is_none() && self.new.digest.is_some()
    }

    /// Computes the new text of a value that holds this part.
    ///
    /// # Errors
    /// If the value does not hold what its part promises.
    pub fn write_part(&self, part: ImagePart, text: &str) -> Result<LocationWrite, RefusalReason> {
        let whole = |held: Option<&String>, new: Option<&String>| match (held, new) {
            (Some(held), Some(new)) if held == text => Ok(LocationWrite::Text(new.clone())),
            (Some(held), None) if held == text => Ok(LocationWrite::Remove),
            _ => Err(self.piece_refusal(text)),
        };
        match part {
            ImagePart::Chart | ImagePart::Revision if self.adds_digest() => {
                Err(RefusalReason::NoPlaceForDigest)
            }
            // `v1@sha256:…` is what programs put behind the colon of an image.
            ImagePart::Tag if self.adds_digest() => {
                whole(self.old.tag.as_ref(), Some(&self.new.to_string()))
            }
            ImagePart::Tag | ImagePart::Chart => {
                whole(self.old.tag.as_ref(), self.new.tag.as_ref())
            }
            ImagePart::Digest if self.old.tag.is_none() && self.new.digest.is_none() => {
                Err(RefusalReason::NoPlaceForTag)
            }
            ImagePart::Digest => whole(self.old.digest.as_ref(), self.new.digest.as_ref()),
            ImagePart::TagAndDigest => {
                whole(Some(&self.old.to_string()), Some(&self.new.to_string()))
            }
            ImagePart::Name => {
                Ok(self.image.clone().map_or(LocationWrite::Nothing, LocationWrite::Text))
            }
            ImagePart::Reference => self.write_reference(text),
            ImagePart::Revision => self.write_revision(text),
        }
    }

    /// Rewrites `docker://registry/name:tag@digest`; the scheme stays.
    fn write_reference(&self, text: &str) -> Result<LocationWrite, RefusalReason> {
        let scheme = text.find("://").map_or(0, |at| at + 3);
        let (scheme, rest) = text.split_at(scheme);
        let ImageReference { name, version } = ImageReference::parse(rest);
        if version != self.old {
            return Err(self.piece_refusal(text));
        }
        let name = self.image.clone().unwrap_or(name);
        let new = ImageReference { name, version: self.new.clone() };
        Ok(LocationWrite::Text(format!("{scheme}{new}")))
    }

    /// Rewrites a plain revision, or the one in a URL: `…?ref=v1`, `…/releases/download/v1/…`.
    fn write_revision(&self, text: &str) -> Result<LocationWrite, RefusalReason> {
        let (Some(old), Some(new)) = (&self.old.tag, &self.new.tag) else {
            return Err(self.piece_refusal(text));
        };
        if text == old {
            return Ok(LocationWrite::Text(new.clone()));
        }
        let starts = [
            "?ref=",
            "&ref=",
            "?version=",
            "&version=",
            "/releases/download/",
            "/archive/refs/tags/",
            "/archive/",
        ];
        let found = starts.iter().find_map(|start| {
            let at = text.find(&format!("{start}{old}"))? + start.len();
            let rest = &text[at + old.len()..];
            let ends = rest.is_empty()
                || rest.starts_with(['&', '/'])
                || rest == ".tar.gz"
                || rest == ".zip";
            ends.then_some(at)
        });
        let bare = old.trim_start_matches('v');
        let Some(at) = found.filter(|at| !text[at + old.len()..].contains(bare)) else {
            return Err(self.piece_refusal(text));
        };
        Ok(LocationWrite::Text(format!("{}{new}{}", &text[..at], &text[at + old.len()..])))
    }

    fn piece_refusal(&self, text: &str) -> RefusalReason {
        if text.contains('\n') {
            return RefusalReason::Embedded;
        }
        RefusalReason::Piece { value: text.to_owned(), version: self.old.to_string() }
    }
}

#[cfg(test)]
#[path = "version_change_tests.rs"]
mod tests;
