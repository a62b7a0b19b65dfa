//! Releases of forges that have them.

use super::{ForgeError, Result};
use serde::Deserialize;

/// A release of a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForgeRelease {
    /// URL of its page.
    pub url: String,
    /// The release notes, in Markdown.
    pub notes: String,
}

/// A release of GitHub and Gitea.
#[derive(Deserialize)]
pub(super) struct HubRelease {
    html_url: String,
    body: Option<String>,
}

/// A release of GitLab.
#[derive(Deserialize)]
pub(super) struct GitLabRelease {
    description: Option<String>,
    #[serde(rename = "_links")]
    links: GitLabReleaseLinks,
}

#[derive(Deserialize)]
struct GitLabReleaseLinks {
    #[serde(rename = "self")]
    page: String,
}

impl From<HubRelease> for ForgeRelease {
    fn from(release: HubRelease) -> Self {
        ForgeRelease { url: release.html_url, notes: release.body.unwrap_or_default() }
    }
}

impl From<GitLabRelease> for ForgeRelease {
    fn from(release: GitLabRelease) -> Self {
        ForgeRelease { url: release.links.page, notes: release.description.unwrap_or_default() }
    }
}

/// The release of an answer; a tag without one is not found.
pub(super) fn release_of<T: Into<ForgeRelease>>(found: Result<T>) -> Result<Option<ForgeRelease>> {
    match found {
        Err(ForgeError::NotFound { .. }) => Ok(None),
        found => found.map(|release| Some(release.into())),
    }
}
