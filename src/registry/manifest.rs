//! Manifests and indexes, by tag and by digest.

use super::client::{RegistryClient, RegistryRequest};
use super::digest::{has_digest, sha256_digest, split_digest};
use super::error::{RegistryError, parse_answer};
use super::place::ImageRepository;
use super::tags::is_tag;
use crate::forge::ExchangeAnswer;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The longest manifest, in bytes, as the distribution specification suggests.
pub(super) const MAX_MANIFEST: u64 = 4 * 1024 * 1024;
/// The longest configuration of an image, in bytes.
const MAX_CONFIG: u64 = 8 * 1024 * 1024;

pub(super) const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";
pub(super) const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// The kinds of manifests that towpath reads. A registry may hide manifests of a kind that is not
/// named, even from `*/*`.
pub(super) const ACCEPT: &str = "application/vnd.oci.image.index.v1+json, \
     application/vnd.oci.image.manifest.v1+json, \
     application/vnd.docker.distribution.manifest.list.v2+json, \
     application/vnd.docker.distribution.manifest.v2+json";

/// A manifest of an image or artifact, or an index of several.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OciManifest {
    #[serde(skip)]
    pub digest: String,
    /// In bytes.
    #[serde(skip)]
    pub size: usize,
    #[serde(default)]
    pub media_type: Option<String>,
    #[serde(default)]
    pub artifact_type: Option<String>,
    #[serde(default)]
    pub config: Option<ManifestDescriptor>,
    #[serde(default)]
    pub layers: Vec<ManifestDescriptor>,
    /// The manifests of an index, one for each platform.
    #[serde(default)]
    pub manifests: Vec<ManifestDescriptor>,
    /// What a referrer is about.
    #[serde(default)]
    pub subject: Option<ManifestDescriptor>,
    #[serde(default)]
    pub annotations: BTreeMap<String, String>,
}

/// A content that a manifest names by its digest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ManifestDescriptor {
    #[serde(default)]
    pub media_type: String,
    pub digest: String,
    #[serde(default)]
    pub size: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artifact_type: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<ManifestPlatform>,
}

/// The platform of an image in an index.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestPlatform {
    #[serde(default)]
    pub os: String,
    #[serde(default)]
    pub architecture: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
}

impl ManifestPlatform {
    /// `linux/arm64/v8`; `None` for the attestations that build tools put into an index.
    pub fn name(&self) -> Option<String> {
        let is_known = !matches!(self.os.as_str(), "" | "unknown");
        let variant = self.variant.as_ref().map(|variant| format!("/{variant}"));
        let name = format!("{}/{}{}", self.os, self.architecture, variant.unwrap_or_default());
        is_known.then_some(name)
    }
}

impl RegistryClient {
    /// Returns the digest that a tag has now. The registry is always asked.
    ///
    /// # Errors
    /// [`RegistryError::NotFound`] if there is no such tag; other errors when there is no answer.
    pub fn resolve_tag(&self, place: &ImageRepository, tag: &str) -> Result<String, RegistryError> {
        let asked = format!("{place}:{tag}");
        let bad = || RegistryError::BadName { image: asked.clone() };
        let path = Some(format!("manifests/{tag}")).filter(|_| is_tag(tag)).ok_or_else(bad)?;
        let request = RegistryRequest::head(&path, ACCEPT, MAX_MANIFEST, &asked);
        let head = self.send_well(place, &request)?;
        if let Some(digest) = head.header("docker-content-digest").and_then(split_whole) {
            return Ok(digest);
        }
        let request = RegistryRequest::get(&path, ACCEPT, MAX_MANIFEST, &asked);
        let answer = self.send_well(place, &request)?;
        let digest = self.proven_digest(place, &answer, &asked)?;
        self.cache.store_content(&digest, &answer.body);
        Ok(digest)
    }

    /// True if a content with this digest can be pulled now. The registry is always asked.
    ///
    /// # Errors
    /// When there is no answer.
    pub fn has_digest(&self, place: &ImageRepository, digest: &str) -> Result<bool, RegistryError> {
        let asked = format!("{place}@{digest}");
        let digest = split_whole(digest).ok_or(RegistryError::BadName { image: asked.clone() })?;
        let path = format!("manifests/{digest}");
        let request = RegistryRequest::head(&path, ACCEPT, MAX_MANIFEST, &asked);
        match self.send_well(place, &request) {
            Ok(_) => Ok(true),
            Err(error) if error.is_absence() => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Returns the manifest with this digest, from the cache if it is there.
    ///
    /// # Errors
    /// [`RegistryError::WrongDigest`] if the registry sends other bytes.
    pub fn manifest(
        &self,
        place: &ImageRepository,
        digest: &str,
    ) -> Result<OciManifest, RegistryError> {
        let asked = format!("{place}@{digest}");
        let path = format!("manifests/{digest}");
        let request = RegistryRequest::get(&path, ACCEPT, MAX_MANIFEST, &asked);
        let bytes = self.content(place, digest, &request)?;
        let manifest: OciManifest = parse_answer(place, &bytes, &asked)?;
        Ok(OciManifest { digest: digest.to_owned(), size: bytes.len(), ..manifest })
    }

    /// Returns the configuration of an image, or another small content, from the cache if it is
    /// there.
    ///
    /// # Errors
    /// [`RegistryError::WrongDigest`] if the registry sends other bytes.
    pub fn blob(&self, place: &ImageRepository, digest: &str) -> Result<Vec<u8>, RegistryError> {
        let asked = format!("{place}@{digest}");
        let path = format!("blobs/{digest}");
        let request = RegistryRequest::get(&path, "*/*", MAX_CONFIG, &asked);
        self.content(place, digest, &request)
    }

    fn content(
        &self,
        place: &ImageRepository,
        digest: &str,
        request: &RegistryRequest<'_>,
    ) -> Result<Vec<u8>, RegistryError> {
        if split_digest(digest).is_none() {
            return Err(RegistryError::BadName { image: request.asked.to_owned() });
        }
        if let Some(bytes) = self.cache.content(digest) {
            return Ok(bytes);
        }
        let answer = self.send_well(place, request)?;
        if !has_digest(&answer.body, digest) {
            return Err(wrong_digest(place, request.asked));
        }
        self.cache.store_content(digest, &answer.body);
        Ok(answer.body)
    }

    /// The digest of an answer; that in its header must fit.
    fn proven_digest(
        &self,
        place: &ImageRepository,
        answer: &ExchangeAnswer,
        asked: &str,
    ) -> Result<String, RegistryError> {
        match answer.header("docker-content-digest").and_then(split_whole) {
            Some(told) if !has_digest(&answer.body, &told) => Err(wrong_digest(place, asked)),
            Some(told) => Ok(told),
            None => Ok(sha256_digest(&answer.body)),
        }
    }
}

fn split_whole(text: &str) -> Option<String> {
    split_digest(text.trim()).map(|(algorithm, hex)| format!("{algorithm}:{hex}"))
}

fn wrong_digest(place: &ImageRepository, asked: &str) -> RegistryError {
    RegistryError::WrongDigest { host: place.host.clone(), asked: asked.to_owned() }
}
