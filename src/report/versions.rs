//! The versions of an app in its registry.

use jiff::Timestamp;

/// The versions of an app in its registry, the newest first.
#[derive(Debug, Clone)]
pub struct VersionsReport {
    pub app: String,
    /// The image in its registry: `ghcr.io/team/web`.
    pub image: String,
    pub order: VersionOrder,
    /// The first stage, which the judgement is about; `None` where there are no stages.
    pub stage: Option<String>,
    pub versions: Vec<AvailableVersion>,
    /// Tags that are no versions of the app, with the reason. They are listed only on request.
    pub left_out: Vec<LeftOutTag>,
    /// The number of tags in the registry.
    pub tags: usize,
    /// The number of versions that are not listed because of the limit.
    pub unlisted: usize,
    /// When the tags were read.
    pub read_at: Timestamp,
}

/// Where the order of versions comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VersionOrder {
    /// The scheme in the configuration.
    Scheme(String),
    /// The times at which the images were built.
    BuildTimes,
    /// The first deployments in the history; versions that were never deployed have no order.
    History,
}

/// A version that the registry has.
#[derive(Debug, Clone, Default)]
pub struct AvailableVersion {
    pub tag: String,
    pub digest: Option<String>,
    pub built: Option<Timestamp>,
    pub branch: Option<String>,
    pub commit: Option<String>,
    pub platforms: Vec<String>,
    /// The stages that run it, with their target: `prod`, `prod (eu)`.
    pub stages: Vec<String>,
    /// Why it may not be deployed to the first stage; `None` if it may.
    pub obstacle: Option<VersionObstacle>,
}

/// Why a version may not be deployed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionObstacle {
    /// A word for machines: `branch`, `rejected`, `older`, `runs`, `not-attested`, `unordered`,
    /// `unreadable`.
    pub code: &'static str,
    pub reason: String,
}

/// A tag that is no version of the app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOutTag {
    pub tag: String,
    pub code: &'static str,
    pub reason: String,
}

impl VersionOrder {
    /// The order as a word: `scheme`, `created` or `history`.
    pub fn as_str(&self) -> &'static str {
        match self {
            VersionOrder::Scheme(_) => "scheme",
            VersionOrder::BuildTimes => "created",
            VersionOrder::History => "history",
        }
    }

    /// Says where the order comes from.
    pub fn sentence(&self) -> String {
        match self {
            VersionOrder::Scheme(scheme) => format!("ordered by the scheme {scheme}"),
            VersionOrder::BuildTimes => "ordered by the times of their builds".to_owned(),
            VersionOrder::History => {
                "ordered by their first deployments; what was never deployed has no order"
                    .to_owned()
            }
        }
    }
}

impl VersionsReport {
    /// The newest version that may be deployed.
    pub fn newest_deployable(&self) -> Option<&AvailableVersion> {
        self.versions.iter().find(|version| version.obstacle.is_none())
    }
}
