//! `towpath.commit/1`.

use crate::report::{AppCommitTrace, CellWithCommit, CommitPresence, CommitTraceReport};
use serde::Serialize;

/// Answer of `trace COMMIT --output json`.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(title = "towpath.commit/1"))]
pub struct CommitTraceJson {
    #[cfg_attr(test, schemars(extend("const" = "towpath.commit/1")))]
    pub schema: &'static str,
    pub repository: String,
    /// The commit or pull request, as asked for.
    pub text: String,
    pub found: Vec<AppCommitTraceJson>,
}

/// Where a commit of one app runs.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct AppCommitTraceJson {
    pub app: String,
    pub source: String,
    pub commit: String,
    pub author: String,
    pub subject: String,
    pub stages: Vec<CellWithCommitJson>,
}

/// Whether a stage runs the commit.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CellWithCommitJson {
    pub stage: String,
    pub target: Option<String>,
    pub component: Option<String>,
    /// What runs there now.
    pub version: String,
    /// `contains`, `waits` or `unknown`.
    pub presence: &'static str,
    /// The deployment that brought the commit: time, commit and version.
    pub since: Option<String>,
    pub deployment: Option<String>,
    pub came_with: Option<String>,
    /// Why it is unknown.
    pub reason: Option<String>,
}

impl CommitTraceJson {
    /// Creates the answer for a repository.
    pub fn new(report: &CommitTraceReport, repository: String) -> Self {
        let found = report.apps.iter().map(AppCommitTraceJson::from).collect();
        CommitTraceJson { schema: "towpath.commit/1", repository, text: report.text.clone(), found }
    }
}

impl From<&AppCommitTrace> for AppCommitTraceJson {
    fn from(app: &AppCommitTrace) -> Self {
        AppCommitTraceJson {
            app: app.app.clone(),
            source: app.source.clone(),
            commit: app.commit.clone(),
            author: app.author.clone(),
            subject: app.subject.clone(),
            stages: app.cells.iter().map(CellWithCommitJson::from).collect(),
        }
    }
}

impl From<&CellWithCommit> for CellWithCommitJson {
    fn from(place: &CellWithCommit) -> Self {
        let mut out = CellWithCommitJson {
            stage: place.cell.stage.to_string(),
            target: place.cell.target.as_ref().map(ToString::to_string),
            component: place.cell.component.clone(),
            version: place.version.to_string(),
            presence: place.presence.as_str(),
            since: None,
            deployment: None,
            came_with: None,
            reason: None,
        };
        match &place.presence {
            CommitPresence::Since { version, time, commit } => {
                out.since = Some(time.to_string());
                out.deployment = Some(commit.clone());
                out.came_with = Some(version.to_string());
            }
            CommitPresence::Unknown(why) => out.reason = Some(why.clone()),
            CommitPresence::Always | CommitPresence::Missing => {}
        }
        out
    }
}
