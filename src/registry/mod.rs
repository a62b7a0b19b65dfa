//! Container registries by the OCI distribution specification: tags, manifests, image
//! configurations, referrers, and the upload of small artifacts.
//!
//! Nothing here knows about stages, reads the environment or the clock, or prints: connections,
//! credentials, time and the cache folder are passed in. A content is believed only if its bytes
//! have the digest that was asked for. The page docs/decisions/0037-registry-client.md says why
//! this is no library.

mod cache;
mod challenge;
mod client;
mod credentials;
mod digest;
mod error;
mod facts;
mod hosts;
mod manifest;
mod place;
mod push;
mod referrers;
mod tags;

pub use cache::{RegistryCache, StoredTags};
pub use client::{CredentialLookup, OpenExchange, RegistryClient, RegistryConnector};
pub use credentials::{CredentialSearch, CredentialSources, RegistryCredential, find_credential};
pub use digest::sha256_digest;
pub use error::RegistryError;
pub use facts::ImageFacts;
pub use hosts::{RegistryEndpoint, RegistryHost, RegistryHosts};
pub use manifest::{ManifestDescriptor, OciManifest};
pub use place::ImageRepository;
pub use push::{ArtifactUpload, UploadedArtifact};
pub use referrers::Referrer;
