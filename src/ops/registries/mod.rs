//! The registries of an operation: the client with the user's credentials, and the image of an app.

mod app_image;
mod attestation;
mod connection;

pub use app_image::{AppImage, find_app_image, find_subject};
pub use attestation::{AttestationCheck, RepositoryFile};
pub use connection::open_registry_client;

use crate::model::Version;
use crate::ops::error::Failure;
use crate::registry::{ImageRepository, RegistryClient, RegistryError};

/// The digest of a version: its own, or the one that its tag has now. `None` for a version with
/// neither.
///
/// # Errors
/// When the registry does not answer, or has no such tag.
pub fn version_digest(
    client: &RegistryClient,
    place: &ImageRepository,
    version: &Version,
) -> Result<Option<String>, RegistryError> {
    match (&version.digest, &version.tag) {
        (Some(digest), _) => Ok(Some(digest.clone())),
        (None, Some(tag)) => client.resolve_tag(place, tag).map(Some),
        (None, None) => Ok(None),
    }
}

impl From<RegistryError> for Failure {
    fn from(error: RegistryError) -> Self {
        let failure = match &error {
            RegistryError::BadName { .. } | RegistryError::PlainHttp { .. } => {
                Failure::usage(error.to_string())
            }
            _ => Failure::failed(error.to_string()),
        };
        match error.hint() {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}
