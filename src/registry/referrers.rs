//! Referrers: artifacts that are about an image, such as signatures, attestations and markers.

use super::client::{RegistryClient, RegistryRequest};
use super::digest::split_digest;
use super::error::{RegistryError, parse_answer};
use super::manifest::{MAX_MANIFEST, ManifestDescriptor, OCI_INDEX, OciManifest};
use super::place::ImageRepository;
use std::collections::BTreeMap;

/// Maximum number of referrers of one image that are looked at.
const MAX_REFERRERS: usize = 100;
/// Maximum number of pages.
const MAX_PAGES: usize = 20;

/// An artifact that is about an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Referrer {
    pub digest: String,
    /// The type of the artifact: its `artifactType`, else that of its configuration.
    pub artifact_type: String,
    pub annotations: BTreeMap<String, String>,
}

impl RegistryClient {
    /// Returns the artifacts about the image with this digest, by the referrers API, or by the tag
    /// `sha256-…` where the registry has none. Type and subject are read from the artifacts
    /// themselves, as some registries report them wrongly.
    ///
    /// # Errors
    /// When the registry does not answer, or there are too many.
    pub fn referrers(
        &self,
        place: &ImageRepository,
        digest: &str,
    ) -> Result<Vec<Referrer>, RegistryError> {
        let mut listed = self.listed_referrers(place, digest)?;
        if listed.len() > MAX_REFERRERS {
            return Err(RegistryError::TooMany {
                host: place.host.clone(),
                asked: format!("more than {MAX_REFERRERS} referrers of {place}@{digest}"),
                pages: 1,
            });
        }
        listed.dedup_by(|one, other| one.digest == other.digest);
        let mut out = Vec::new();
        for descriptor in listed {
            let manifest = match self.manifest(place, &descriptor.digest) {
                // The list may name what was deleted since.
                Err(error) if error.is_absence() => continue,
                other => other?,
            };
            if manifest.subject.as_ref().is_some_and(|subject| subject.digest == digest) {
                out.push(Referrer {
                    digest: descriptor.digest,
                    artifact_type: artifact_type(&manifest),
                    annotations: manifest.annotations,
                });
            }
        }
        Ok(out)
    }

    /// The tags of cosign's older layout about a digest that are there: `sig` and `att`.
    ///
    /// # Errors
    /// When the registry does not answer.
    pub fn cosign_tags(
        &self,
        place: &ImageRepository,
        digest: &str,
    ) -> Result<Vec<String>, RegistryError> {
        let mut out = Vec::new();
        for kind in ["sig", "att"] {
            let tag = format!("{}.{kind}", fallback_tag(digest).unwrap_or_default());
            match self.resolve_tag(place, &tag) {
                Ok(_) => out.push(kind.to_owned()),
                Err(error) if error.is_absence() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(out)
    }

    fn listed_referrers(
        &self,
        place: &ImageRepository,
        digest: &str,
    ) -> Result<Vec<ManifestDescriptor>, RegistryError> {
        let asked = format!("the referrers of {place}@{digest}");
        let Some(tag) = fallback_tag(digest) else {
            return Err(RegistryError::BadName { image: format!("{place}@{digest}") });
        };
        let mut path = format!("referrers/{digest}");
        let mut out = Vec::new();
        for _ in 0..MAX_PAGES {
            let request = RegistryRequest::get(&path, OCI_INDEX, MAX_MANIFEST, &asked);
            let answer = self.send(place, &request)?;
            let is_index = answer.status == 200
                && answer.header("content-type").is_none_or(|kind| kind.starts_with(OCI_INDEX));
            if !is_index {
                return self.tagged_referrers(place, &tag);
            }
            let index: OciManifest = parse_answer(place, &answer.body, &asked)?;
            out.extend(index.manifests);
            match answer.next_page() {
                Some(next) if out.len() <= MAX_REFERRERS => path = next,
                _ => return Ok(out),
            }
        }
        Err(RegistryError::TooMany { host: place.host.clone(), asked, pages: MAX_PAGES })
    }

    /// The referrers in the index at the fallback tag.
    pub(super) fn tagged_referrers(
        &self,
        place: &ImageRepository,
        tag: &str,
    ) -> Result<Vec<ManifestDescriptor>, RegistryError> {
        match self.resolve_tag(place, tag) {
            Ok(digest) => Ok(self.manifest(place, &digest)?.manifests),
            Err(error) if error.is_absence() => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }
}

/// The tag `sha256-…` of the OCI 1.1 specification.
pub(super) fn fallback_tag(digest: &str) -> Option<String> {
    let (algorithm, hex) = split_digest(digest)?;
    // A tag has at most 128 characters.
    Some(format!("{algorithm}-{}", hex.get(..64)?))
}

/// The type of an artifact, by the rules of the OCI image specification.
fn artifact_type(manifest: &OciManifest) -> String {
    let own = manifest.artifact_type.clone().filter(|kind| !kind.is_empty());
    own.or_else(|| Some(manifest.config.as_ref()?.media_type.clone())).unwrap_or_default()
}
