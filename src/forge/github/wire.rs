//! GitHub's JSON types.

use crate::forge::json::HubUser;
use crate::forge::{CheckState, CommitCheck, ReviewVerdict};
use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct GitHubCheckRuns {
    pub check_runs: Vec<GitHubCheckRun>,
}

#[derive(Deserialize)]
pub(super) struct GitHubCheckRun {
    pub name: String,
    pub status: String,
    pub conclusion: Option<String>,
    pub html_url: Option<String>,
    pub output: Option<GitHubCheckOutput>,
}

#[derive(Deserialize)]
pub(super) struct GitHubCheckOutput {
    pub title: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct GitHubStatus {
    pub context: String,
    pub state: String,
    pub description: Option<String>,
    pub target_url: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct GitHubReview {
    pub user: Option<HubUser>,
    pub state: String,
    pub commit_id: Option<String>,
}

impl From<GitHubStatus> for CommitCheck {
    fn from(status: GitHubStatus) -> Self {
        let state = match status.state.as_str() {
            "success" => CheckState::Passed,
            "pending" => CheckState::Pending,
            _ => CheckState::Failed,
        };
        let description = status.description.unwrap_or_default();
        CommitCheck { name: status.context, state, description, url: status.target_url }
    }
}

impl From<GitHubCheckRun> for CommitCheck {
    fn from(run: GitHubCheckRun) -> Self {
        let state = match (run.status.as_str(), run.conclusion.as_deref()) {
            ("completed", Some("success")) => CheckState::Passed,
            ("completed", Some("neutral" | "skipped" | "stale")) => CheckState::Neutral,
            ("completed", _) => CheckState::Failed,
            _ => CheckState::Pending,
        };
        let description = run.output.and_then(|output| output.title).unwrap_or_default();
        CommitCheck { name: run.name, state, description, url: run.html_url }
    }
}

impl GitHubReview {
    /// Returns the verdict of a review. A comment keeps an earlier verdict; a dismissal withdraws
    /// it.
    pub(super) fn author_verdict(self) -> Option<(String, Option<ReviewVerdict>, Option<String>)> {
        let verdict = match self.state.as_str() {
            "APPROVED" => Some(ReviewVerdict::Approved),
            "CHANGES_REQUESTED" => Some(ReviewVerdict::ChangesRequested),
            "DISMISSED" => None,
            _ => return None,
        };
        Some((self.user?.login, verdict, self.commit_id))
    }
}
