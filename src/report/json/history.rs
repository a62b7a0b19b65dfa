//! `towpath.history/1` and `towpath.deployment/1`.

use super::PersonJson;
use super::changes::SourceChangesJson;
use crate::history::ImageVersion;
use crate::report::DeploymentReport;
use serde::Serialize;

/// Answer of `history --output json`.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(title = "towpath.history/1"))]
pub struct HistoryJson {
    #[cfg_attr(test, schemars(extend("const" = "towpath.history/1")))]
    pub schema: &'static str,
    pub repository: String,
    pub branch: Option<String>,
    pub revision: Option<String>,
    pub complete: bool,
    pub deployments: Vec<DeploymentJson>,
}

/// A deployment.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(title = "towpath.deployment/1"))]
pub struct DeploymentJson {
    #[cfg_attr(test, schemars(extend("const" = "towpath.deployment/1")))]
    pub schema: &'static str,
    pub app: String,
    pub stage: String,
    pub target: Option<String>,
    pub kind: &'static str,
    pub from: Option<ImageVersionJson>,
    pub to: Option<ImageVersionJson>,
    pub commit: String,
    pub time: String,
    pub author: PersonJson,
    pub committer: PersonJson,
    pub subject: String,
    pub pull_request: Option<u64>,
    pub path: String,
    pub lead_seconds: Option<i64>,
    pub break_glass: Option<String>,
    pub component: Option<String>,
    pub who: PersonJson,
    /// With `--changes`: the commits of the app's sources that the deployment brought.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changes: Option<SourceChangesJson>,
    /// When a controller applied it, with `--live` where a witness knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub applied: Option<String>,
    /// Seconds from the landing until then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub applied_after_seconds: Option<i64>,
}

/// A version of a cell.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ImageVersionJson {
    pub image: Option<String>,
    pub tag: Option<String>,
    pub digest: Option<String>,
}

impl From<&ImageVersion> for ImageVersionJson {
    fn from(pinned: &ImageVersion) -> Self {
        let version = pinned.version.clone();
        ImageVersionJson { image: pinned.image.clone(), tag: version.tag, digest: version.digest }
    }
}

impl From<&DeploymentReport> for DeploymentJson {
    fn from(change: &DeploymentReport) -> Self {
        let account = &change.account;
        DeploymentJson {
            schema: "towpath.deployment/1",
            app: change.name.clone(),
            stage: change.cell.stage.to_string(),
            target: change.cell.target.as_ref().map(ToString::to_string),
            kind: change.kind.as_str(),
            from: change.from.as_ref().map(ImageVersionJson::from),
            to: change.to.as_ref().map(ImageVersionJson::from),
            commit: change.commit.clone(),
            time: change.time.to_string(),
            author: PersonJson::new(&account.author.name, &account.author.email),
            committer: PersonJson::new(&account.committer.name, &account.committer.email),
            subject: account.subject.clone(),
            pull_request: account.pull_request,
            path: change.path.clone(),
            lead_seconds: change.lead,
            break_glass: account.break_glass.clone(),
            component: change.cell.component.clone(),
            who: PersonJson::new(&account.who.name, &account.who.email),
            changes: change.changes.as_ref().map(SourceChangesJson::from),
            applied: change.applied.map(|time| time.to_string()),
            applied_after_seconds: change.applied_delay(),
        }
    }
}
