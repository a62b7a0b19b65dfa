//! `towpath.changes/1`.

use crate::report::{ChangedCommit, ChangesEnd, ChangesReport, SourceChanges};
use serde::Serialize;

/// Answer of `changes --output json`.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(title = "towpath.changes/1"))]
pub struct ChangesJson {
    #[cfg_attr(test, schemars(extend("const" = "towpath.changes/1")))]
    pub schema: &'static str,
    pub repository: String,
    pub app: String,
    pub source: String,
    pub from: ChangesEndJson,
    pub to: ChangesEndJson,
    /// True where `from` is the later one.
    pub back: bool,
    pub url: Option<String>,
    /// The newest first.
    pub commits: Vec<ChangedCommitJson>,
    /// The number of further commits.
    pub unlisted: usize,
}

/// One end of the comparison.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ChangesEndJson {
    pub stage: Option<String>,
    pub version: String,
    pub revision: String,
}

/// A commit of an app's sources.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ChangedCommitJson {
    pub commit: String,
    pub author: String,
    pub subject: String,
    pub breaking: bool,
    pub url: Option<String>,
}

/// The commits of an app's sources that another answer lists with `--changes`.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SourceChangesJson {
    pub source: Option<String>,
    pub from: Option<ChangesEndJson>,
    pub to: Option<ChangesEndJson>,
    /// True where `from` is the later one.
    pub back: bool,
    pub url: Option<String>,
    /// The newest first.
    pub commits: Vec<ChangedCommitJson>,
    /// The number of further commits.
    pub unlisted: usize,
    /// Why the commits are unknown.
    pub unknown: Option<String>,
}

impl From<&SourceChanges> for SourceChangesJson {
    fn from(changes: &SourceChanges) -> Self {
        let (report, unknown) = match changes {
            SourceChanges::Known(report) => (Some(report.as_ref()), None),
            SourceChanges::Unknown { reason, .. } => (None, Some(reason.clone())),
        };
        let commits = report.map(|report| report.commits.as_slice()).unwrap_or_default();
        SourceChangesJson {
            source: report.map(|report| report.source.clone()),
            from: report.map(|report| ChangesEndJson::from(&report.from)),
            to: report.map(|report| ChangesEndJson::from(&report.to)),
            back: report.is_some_and(|report| report.is_back),
            url: report.and_then(|report| report.page.clone()),
            commits: commits.iter().map(ChangedCommitJson::from).collect(),
            unlisted: report.map_or(0, |report| report.unlisted),
            unknown,
        }
    }
}

impl ChangesJson {
    /// Creates the answer for a repository.
    pub fn new(report: &ChangesReport, repository: String) -> Self {
        ChangesJson {
            schema: "towpath.changes/1",
            repository,
            app: report.app.clone(),
            source: report.source.clone(),
            from: ChangesEndJson::from(&report.from),
            to: ChangesEndJson::from(&report.to),
            back: report.is_back,
            url: report.page.clone(),
            commits: report.commits.iter().map(ChangedCommitJson::from).collect(),
            unlisted: report.unlisted,
        }
    }
}

impl From<&ChangesEnd> for ChangesEndJson {
    fn from(end: &ChangesEnd) -> Self {
        let ChangesEnd { stage, version, revision } = end.clone();
        ChangesEndJson { stage, version, revision }
    }
}

impl From<&ChangedCommit> for ChangedCommitJson {
    fn from(commit: &ChangedCommit) -> Self {
        let ChangedCommit { id, author, subject, is_breaking, page } = commit.clone();
        ChangedCommitJson { commit: id, author, subject, breaking: is_breaking, url: page }
    }
}
