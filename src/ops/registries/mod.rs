//! The registries of an operation: the client with the user's credentials, and the image of an app.

mod app_image;
mod attestation;
mod connection;

pub use app_image::{AppImage, find_app_image};
pub use attestation::{AttestationCheck, RepositoryFile};
pub use connection::open_registry_client;

use crate::ops::error::Failure;
use crate::registry::RegistryError;

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
