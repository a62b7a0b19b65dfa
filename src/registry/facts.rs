//! What an image says about itself: when and from which commit it was built, and for which
//! platforms.

use super::client::RegistryClient;
use super::error::RegistryError;
use super::manifest::{ManifestDescriptor, OciManifest};
use super::place::ImageRepository;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Build times before the year 2000 are no times: reproducible builds set 1970 or 1980.
const EARLIEST_BUILD: i64 = 946_684_800;
/// The platform that is read first among several.
const USUAL_PLATFORM: &str = "linux/amd64";

/// What an image says about itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImageFacts {
    pub digest: String,
    /// Seconds since 1970.
    pub created: Option<i64>,
    /// The commit that it was built from: the label `org.opencontainers.image.revision`.
    pub revision: Option<String>,
    /// Its source repository: the label `org.opencontainers.image.source`.
    pub source: Option<String>,
    /// `linux/amd64` and so on.
    pub platforms: Vec<String>,
}

/// The configuration of an image.
#[derive(Debug, Default, Deserialize)]
struct ImageConfig {
    #[serde(default)]
    created: Option<String>,
    #[serde(default)]
    os: Option<String>,
    #[serde(default)]
    architecture: Option<String>,
    #[serde(default)]
    config: Option<ContainerConfig>,
}

#[derive(Debug, Default, Deserialize)]
struct ContainerConfig {
    #[serde(rename = "Labels", default)]
    labels: Option<BTreeMap<String, String>>,
}

impl RegistryClient {
    /// What the image with this digest says about itself, as far as the cache knows.
    pub fn known_facts(&self, place: &ImageRepository, digest: &str) -> Option<ImageFacts> {
        let is_known = |digest: &str| self.cache.content(digest).is_some();
        let top = is_known(digest).then(|| self.manifest(place, digest).ok())??;
        let image = match usual_image(&top) {
            Some(one) => {
                is_known(&one.digest).then(|| self.manifest(place, &one.digest).ok())??
            }
            None => top,
        };
        let config = image.config.as_ref().filter(|config| is_image_config(config));
        let is_whole = config.is_none_or(|config| is_known(&config.digest));
        is_whole.then(|| self.image_facts(place, digest).ok())?
    }

    /// Reads what the image with this digest says about itself. Of several platforms, one image is
    /// read.
    ///
    /// # Errors
    /// When the registry does not answer, or sends other contents than asked for.
    pub fn image_facts(
        &self,
        place: &ImageRepository,
        digest: &str,
    ) -> Result<ImageFacts, RegistryError> {
        let top = self.manifest(place, digest)?;
        let mut facts = ImageFacts { digest: digest.to_owned(), ..ImageFacts::default() };
        facts.platforms =
            top.manifests.iter().filter_map(|one| one.platform.as_ref()?.name()).collect();
        facts.add_annotations(&top.annotations);
        let image = match usual_image(&top) {
            Some(descriptor) => self.manifest(place, &descriptor.digest)?,
            None => top,
        };
        facts.add_annotations(&image.annotations);
        let config = match image.config.as_ref().filter(|config| is_image_config(config)) {
            Some(config) => self.blob(place, &config.digest)?,
            None => return Ok(facts),
        };
        // An artifact may have a configuration of another shape.
        let config: ImageConfig = serde_json::from_slice(&config).unwrap_or_default();
        facts.add_config(config);
        Ok(facts)
    }
}

impl ImageFacts {
    fn add_annotations(&mut self, named: &BTreeMap<String, String>) {
        let text = |name: &str| {
            let value = named.get(&format!("org.opencontainers.image.{name}"));
            value.filter(|value| !value.trim().is_empty()).cloned()
        };
        self.created = self.created.or_else(|| text("created").and_then(|text| build_time(&text)));
        self.revision = self.revision.take().or_else(|| text("revision"));
        self.source = self.source.take().or_else(|| text("source"));
    }

    fn add_config(&mut self, config: ImageConfig) {
        if self.platforms.is_empty()
            && let (Some(os), Some(architecture)) = (&config.os, &config.architecture)
        {
            self.platforms.push(format!("{os}/{architecture}"));
        }
        // The time of the build itself is nearer to the truth than a label.
        self.created = config.created.as_deref().and_then(build_time).or(self.created);
        let labels = config.config.and_then(|config| config.labels).unwrap_or_default();
        self.add_annotations(&labels);
    }
}

/// The image of an index that is read: that of the usual platform, else the first with a platform.
fn usual_image(index: &OciManifest) -> Option<&ManifestDescriptor> {
    let name = |one: &ManifestDescriptor| one.platform.as_ref().and_then(|at| at.name());
    let usual = index.manifests.iter().find(|one| name(one).as_deref() == Some(USUAL_PLATFORM));
    usual
        .or_else(|| index.manifests.iter().find(|one| name(one).is_some()))
        .or_else(|| index.manifests.first())
}

fn is_image_config(config: &ManifestDescriptor) -> bool {
    matches!(
        config.media_type.as_str(),
        "application/vnd.oci.image.config.v1+json"
            | "application/vnd.docker.container.image.v1+json"
    )
}

/// The time of a build in seconds since 1970, if it is a real one.
fn build_time(text: &str) -> Option<i64> {
    let time: jiff::Timestamp = text.trim().parse().ok()?;
    Some(time.as_second()).filter(|second| *second >= EARLIEST_BUILD)
}
