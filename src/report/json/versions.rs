//! `towpath.versions/1`.

use crate::report::{AvailableVersion, LeftOutTag, VersionOrder, VersionsReport};
use serde::Serialize;

/// Answer of `versions --output json`.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(title = "towpath.versions/1"))]
pub struct VersionsJson {
    #[cfg_attr(test, schemars(extend("const" = "towpath.versions/1")))]
    pub schema: &'static str,
    pub repository: String,
    pub app: String,
    pub image: String,
    /// Where the order comes from: `scheme`, `created` or `history`.
    pub order: &'static str,
    pub scheme: Option<String>,
    /// The stage that `deployable` is about.
    pub stage: Option<String>,
    /// When the tags were read from the registry.
    pub time: String,
    /// The newest first.
    pub versions: Vec<AvailableVersionJson>,
    pub left_out: Vec<LeftOutTagJson>,
    /// The number of further versions.
    pub unlisted: usize,
}

/// A version in the registry.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct AvailableVersionJson {
    pub tag: String,
    pub digest: Option<String>,
    pub built: Option<String>,
    pub branch: Option<String>,
    pub commit: Option<String>,
    pub platforms: Vec<String>,
    pub stages: Vec<String>,
    pub deployable: bool,
    /// Why it may not be deployed, as a word.
    pub obstacle: Option<String>,
    pub reason: Option<String>,
}

/// A tag that is no version of the app.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct LeftOutTagJson {
    pub tag: String,
    pub code: String,
    pub reason: String,
}

impl VersionsJson {
    /// Creates the answer for a repository.
    pub fn new(report: &VersionsReport, repository: String) -> Self {
        let scheme = match &report.order {
            VersionOrder::Scheme(scheme) => Some(scheme.clone()),
            _ => None,
        };
        VersionsJson {
            schema: "towpath.versions/1",
            repository,
            app: report.app.clone(),
            image: report.image.clone(),
            order: report.order.as_str(),
            scheme,
            stage: report.stage.clone(),
            time: report.read_at.to_string(),
            versions: report.versions.iter().map(AvailableVersionJson::from).collect(),
            left_out: report.left_out.iter().map(LeftOutTagJson::from).collect(),
            unlisted: report.unlisted,
        }
    }
}

impl From<&AvailableVersion> for AvailableVersionJson {
    fn from(version: &AvailableVersion) -> Self {
        let obstacle = version.obstacle.as_ref();
        AvailableVersionJson {
            tag: version.tag.clone(),
            digest: version.digest.clone(),
            built: version.built.map(|built| built.to_string()),
            branch: version.branch.clone(),
            commit: version.commit.clone(),
            platforms: version.platforms.clone(),
            stages: version.stages.clone(),
            deployable: obstacle.is_none(),
            obstacle: obstacle.map(|obstacle| obstacle.code.to_owned()),
            reason: obstacle.map(|obstacle| obstacle.reason.clone()),
        }
    }
}

impl From<&LeftOutTag> for LeftOutTagJson {
    fn from(left_out: &LeftOutTag) -> Self {
        let LeftOutTag { tag, code, reason } = left_out.clone();
        LeftOutTagJson { tag, code: code.to_owned(), reason }
    }
}
