//! GitLab's JSON types.

use super::{CheckState, CommitCheck, Proposal, ProposalState, strip_draft_prefix};
use crate::forge::json::{list, text};
use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct GitLabMergeRequest {
    pub iid: u64,
    #[serde(default, deserialize_with = "text")]
    pub web_url: String,
    pub title: String,
    #[serde(default, deserialize_with = "text")]
    pub description: String,
    pub state: String,
    pub draft: Option<bool>,
    pub author: Option<GitLabUser>,
    pub source_branch: String,
    pub target_branch: String,
    pub sha: Option<String>,
    pub source_project_id: Option<u64>,
    pub target_project_id: Option<u64>,
    #[serde(default, deserialize_with = "list")]
    pub labels: Vec<String>,
    #[serde(default, deserialize_with = "list")]
    pub reviewers: Vec<GitLabUser>,
    #[serde(default, deserialize_with = "list")]
    pub assignees: Vec<GitLabUser>,
    #[serde(default)]
    pub merge_when_pipeline_succeeds: bool,
    pub closed_by: Option<GitLabUser>,
    pub closed_at: Option<String>,
    pub merge_status: Option<String>,
    /// The reason why it cannot be merged, since GitLab 15.6.
    pub detailed_merge_status: Option<String>,
    pub merge_commit_sha: Option<String>,
    pub squash_commit_sha: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct GitLabProject {
    pub merge_trains_enabled: Option<bool>,
}

#[derive(Deserialize)]
pub(super) struct GitLabUser {
    pub id: u64,
    pub username: String,
}

#[derive(Deserialize)]
pub(super) struct GitLabPerson {
    pub username: String,
    pub public_email: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct GitLabCommit {
    #[serde(default, deserialize_with = "text")]
    pub author_email: String,
}

#[derive(Deserialize)]
pub(super) struct GitLabNote {
    pub id: u64,
    #[serde(default, deserialize_with = "text")]
    pub body: String,
    pub author: GitLabUser,
    /// True for notes that GitLab writes by itself.
    #[serde(default)]
    pub system: bool,
}

#[derive(Deserialize)]
pub(super) struct GitLabStatus {
    pub name: String,
    pub status: String,
    pub description: Option<String>,
    pub target_url: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct GitLabApprovals {
    #[serde(default, deserialize_with = "list")]
    pub approved_by: Vec<GitLabApproval>,
}

#[derive(Deserialize)]
pub(super) struct GitLabApproval {
    pub user: GitLabUser,
    /// Present in the list of reviewers since GitLab 13.8.
    pub state: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct GitLabIssue {
    pub iid: u64,
    pub title: String,
    pub web_url: String,
    #[serde(default, deserialize_with = "list")]
    pub labels: Vec<String>,
}

/// States in which GitLab has not decided yet, and answers a merge with 405 or 406.
const UNCHECKED: [&str; 5] = [
    "checking",
    "unchecked",
    "cannot_be_merged_recheck",
    "cannot_be_merged_rechecking",
    "preparing",
];

/// Words for the reasons why a merge request cannot be merged. GitLab's answer to a merge only says
/// that it is not allowed. (docs.gitlab.com, Merge requests API, "Merge status")
const OBSTACLES: [(&str, &str); 14] = [
    ("need_rebase", "the branch must be rebased"),
    ("not_approved", "an approval is missing"),
    ("requested_changes", "changes were requested"),
    ("ci_must_pass", "the pipeline must pass"),
    ("ci_still_running", "the pipeline is still running"),
    ("discussions_not_resolved", "discussions are not resolved"),
    ("status_checks_must_pass", "status checks have not passed"),
    ("security_policy_violations", "policies of the project are not met"),
    ("merge_request_blocked", "merging is blocked by another merge request"),
    ("merge_time", "merging is blocked until a time that was set"),
    ("draft_status", "it is a draft"),
    ("conflict", "it has conflicts"),
    ("broken_status", "it has conflicts"),
    ("not_open", "it is not open"),
];

impl GitLabMergeRequest {
    /// The reason why it cannot be merged, unless GitLab still checks that.
    pub(super) fn obstacle(&self) -> Option<String> {
        let status = self.detailed_merge_status.as_deref()?;
        if status == "mergeable" || UNCHECKED.contains(&status) {
            return None;
        }
        let known = OBSTACLES.iter().find(|(name, _)| *name == status);
        Some(
            known.map_or_else(|| format!("its status is {status}"), |(_, text)| (*text).to_owned()),
        )
    }

    pub(super) fn is_draft(&self) -> bool {
        self.draft.unwrap_or(false) || strip_draft_prefix(&self.title) != self.title
    }
}

impl From<GitLabMergeRequest> for Proposal {
    fn from(of: GitLabMergeRequest) -> Self {
        Proposal {
            number: of.iid,
            url: of.web_url.clone(),
            title: strip_draft_prefix(&of.title).to_owned(),
            body: of.description.clone(),
            // `locked` means that the merge is in progress.
            state: match of.state.as_str() {
                "opened" | "locked" => ProposalState::Open,
                "merged" => ProposalState::Merged,
                _ => ProposalState::Closed,
            },
            draft: of.is_draft(),
            from_fork: of.source_project_id.is_none()
                || of.source_project_id != of.target_project_id,
            author: of.author.map(|user| user.username).unwrap_or_default(),
            head: of.source_branch,
            head_commit: of.sha,
            base: of.target_branch,
            labels: of.labels,
            reviewers: of.reviewers.into_iter().map(|user| user.username).collect(),
            assignees: of.assignees.into_iter().map(|user| user.username).collect(),
            auto_merge: of.merge_when_pipeline_succeeds,
            queued: false,
            is_behind: of.detailed_merge_status.as_deref() == Some("need_rebase"),
            is_checking: [&of.merge_status, &of.detailed_merge_status]
                .into_iter()
                .flatten()
                .any(|status| UNCHECKED.contains(&status.as_str())),
            mergeable: match of.merge_status.as_deref() {
                Some("can_be_merged") => Some(true),
                Some("cannot_be_merged") => Some(false),
                _ => None,
            },
            merge_commit: of.merge_commit_sha.or(of.squash_commit_sha),
        }
    }
}

impl From<GitLabStatus> for CommitCheck {
    fn from(status: GitLabStatus) -> Self {
        let state = match status.status.as_str() {
            "success" => CheckState::Passed,
            "failed" | "canceled" | "canceling" => CheckState::Failed,
            "skipped" => CheckState::Neutral,
            _ => CheckState::Pending,
        };
        let description = status.description.unwrap_or_default();
        CommitCheck { name: status.name, state, description, url: status.target_url }
    }
}
