//! `towpath.publish/1`.

use crate::report::{PublishReport, PublishedDeployment};
use serde::Serialize;

/// Answer of `publish --output json`.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(title = "towpath.publish/1"))]
pub struct PublishJson {
    #[cfg_attr(test, schemars(extend("const" = "towpath.publish/1")))]
    pub schema: &'static str,
    /// Oldest first.
    pub deployments: Vec<PublishedDeploymentJson>,
    /// The number of changes that were left to the next run.
    pub left: usize,
}

/// A deployment of the forge.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PublishedDeploymentJson {
    pub app: String,
    pub component: Option<String>,
    pub stage: String,
    pub target: Option<String>,
    pub version: String,
    pub commit: String,
    pub time: String,
    pub environment: String,
    /// `running`, `succeeded`, `failed` or `replaced`.
    pub state: &'static str,
    /// `created`, `updated` or `unchanged`; `would create` or `would update` with `--dry-run`.
    pub change: &'static str,
}

impl From<&PublishReport> for PublishJson {
    fn from(report: &PublishReport) -> Self {
        let deployments = report.deployments.iter().map(PublishedDeploymentJson::from).collect();
        PublishJson { schema: "towpath.publish/1", deployments, left: report.left }
    }
}

impl From<&PublishedDeployment> for PublishedDeploymentJson {
    fn from(one: &PublishedDeployment) -> Self {
        PublishedDeploymentJson {
            app: one.cell.app.to_string(),
            component: one.cell.component.clone(),
            stage: one.cell.stage.to_string(),
            target: one.cell.target.as_ref().map(ToString::to_string),
            version: one.version.clone(),
            commit: one.commit.clone(),
            time: one.time.to_string(),
            environment: one.environment.clone(),
            state: one.state.as_str(),
            change: one.change.as_str(),
        }
    }
}
