//! Uploads small artifacts about an image.

use super::client::{RegistryClient, RegistryRequest};
use super::digest::sha256_digest;
use super::error::RegistryError;
use super::manifest::{ManifestDescriptor, OCI_INDEX, OCI_MANIFEST};
use super::place::ImageRepository;
use super::referrers::fallback_tag;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The empty configuration of the OCI image specification.
const EMPTY: &[u8] = b"{}";
const EMPTY_TYPE: &str = "application/vnd.oci.empty.v1+json";
/// The longest answer to an upload, in bytes.
const MAX_ANSWER: u64 = 64 * 1024;

/// An artifact about an image.
#[derive(Debug, Clone, Copy)]
pub struct ArtifactUpload<'a> {
    /// The digest of the image.
    pub subject: &'a str,
    pub artifact_type: &'a str,
    /// The content and its media type; without one, the artifact is a mere marker.
    pub content: Option<(&'a [u8], &'a str)>,
    pub annotations: &'a BTreeMap<String, String>,
}

/// An artifact in the registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadedArtifact {
    pub digest: String,
    /// True if it was there before.
    pub was_there: bool,
}

impl RegistryClient {
    /// Uploads an artifact about an image. Equal artifacts have equal digests, so that a second
    /// upload changes nothing.
    ///
    /// # Errors
    /// When the image is not there, or the registry refuses the upload.
    pub fn attach(
        &self,
        place: &ImageRepository,
        artifact: &ArtifactUpload<'_>,
    ) -> Result<UploadedArtifact, RegistryError> {
        let image = self.manifest(place, artifact.subject)?;
        let kind = image.media_type.clone().unwrap_or_else(|| OCI_MANIFEST.to_owned());
        let subject = json!({"mediaType": kind, "digest": artifact.subject, "size": image.size});
        let manifest = artifact.manifest(&subject).to_string().into_bytes();
        let digest = sha256_digest(&manifest);
        let was_there = self.has_digest(place, &digest)?;
        let mut is_listed = false;
        if !was_there {
            self.upload_blob(place, EMPTY)?;
            if let Some((content, _)) = artifact.content {
                self.upload_blob(place, content)?;
            }
            is_listed = self.put_manifest(place, &digest, OCI_MANIFEST, &manifest)?;
        }
        if !is_listed
            && !self.referrers(place, artifact.subject)?.iter().any(|one| one.digest == digest)
        {
            let entry = ManifestDescriptor {
                media_type: OCI_MANIFEST.to_owned(),
                digest: digest.clone(),
                size: manifest.len() as u64,
                artifact_type: Some(artifact.artifact_type.to_owned()),
                annotations: artifact.annotations.clone(),
                platform: None,
            };
            self.add_to_fallback(place, artifact.subject, entry)?;
        }
        Ok(UploadedArtifact { digest, was_there })
    }

    /// Adds an artifact to the index at the fallback tag, for a registry without the referrers
    /// API.
    fn add_to_fallback(
        &self,
        place: &ImageRepository,
        subject: &str,
        entry: ManifestDescriptor,
    ) -> Result<(), RegistryError> {
        let bad = || RegistryError::BadName { image: format!("{place}@{subject}") };
        let tag = fallback_tag(subject).ok_or_else(bad)?;
        let mut manifests = self.tagged_referrers(place, &tag)?;
        if manifests.iter().any(|known| known.digest == entry.digest) {
            return Ok(());
        }
        manifests.push(entry);
        let index = json!({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": manifests});
        self.put_manifest(place, &tag, OCI_INDEX, index.to_string().as_bytes()).map(drop)
    }

    /// Puts a manifest; true if the registry lists it among the referrers of its subject.
    fn put_manifest(
        &self,
        place: &ImageRepository,
        reference: &str,
        kind: &str,
        bytes: &[u8],
    ) -> Result<bool, RegistryError> {
        let path = format!("manifests/{reference}");
        let asked = format!("the upload of {place}:{reference}");
        let answer = self.send_well(place, &upload("PUT", &path, kind, bytes, &asked))?;
        Ok(answer.header("oci-subject").is_some())
    }

    fn upload_blob(&self, place: &ImageRepository, bytes: &[u8]) -> Result<(), RegistryError> {
        let digest = sha256_digest(bytes);
        let asked = format!("the upload of {place}@{digest}");
        let path = format!("blobs/{digest}");
        let head = RegistryRequest::head(&path, "*/*", MAX_ANSWER, &asked);
        if self.send(place, &head)?.status == 200 {
            return Ok(());
        }
        let start = upload("POST", "blobs/uploads/", "application/octet-stream", &[], &asked);
        let answer = self.send_well(place, &start)?;
        let target = answer.header("location").unwrap_or_default().to_owned();
        if target.is_empty() {
            return Err(RegistryError::Unreadable {
                host: place.host.clone(),
                asked,
                why: "it names no place for the upload".into(),
            });
        }
        let mark = if target.contains('?') { '&' } else { '?' };
        let target = format!("{target}{mark}digest={}", crate::forge::escape_url(&digest));
        let put = upload("PUT", &target, "application/octet-stream", bytes, &asked);
        self.send_well(place, &put).map(drop)
    }
}

impl ArtifactUpload<'_> {
    /// The manifest, in one spelling only.
    fn manifest(&self, subject: &Value) -> Value {
        let descriptor = |bytes: &[u8], kind: &str| json!({"mediaType": kind, "digest": sha256_digest(bytes), "size": bytes.len()});
        let (content, kind) = self.content.unwrap_or((EMPTY, EMPTY_TYPE));
        let mut out = json!({
            "schemaVersion": 2,
            "mediaType": OCI_MANIFEST,
            "artifactType": self.artifact_type,
            "config": descriptor(EMPTY, EMPTY_TYPE),
            "layers": [descriptor(content, kind)],
            "subject": subject,
        });
        if !self.annotations.is_empty() {
            out["annotations"] = json!(self.annotations);
        }
        out
    }
}

fn upload<'a>(
    method: &'a str,
    path: &'a str,
    kind: &'a str,
    body: &'a [u8],
    asked: &'a str,
) -> RegistryRequest<'a> {
    RegistryRequest {
        method,
        path,
        accept: "*/*",
        content_type: Some(kind),
        body,
        longest: MAX_ANSWER,
        asked,
    }
}
