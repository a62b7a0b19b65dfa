//! Azure's JSON types.

use super::{
    CheckState, CommitCheck, Issue, Proposal, ProposalState, Review, ReviewVerdict, list, text,
};
use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct AzureList<T> {
    pub value: Vec<T>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AzurePullRequest {
    pull_request_id: u64,
    title: String,
    #[serde(default, deserialize_with = "text")]
    description: String,
    status: String,
    #[serde(default)]
    is_draft: bool,
    created_by: Option<AzurePerson>,
    source_ref_name: String,
    target_ref_name: String,
    fork_source: Option<serde_json::Value>,
    last_merge_source_commit: Option<AzureCommit>,
    last_merge_commit: Option<AzureCommit>,
    #[serde(default, deserialize_with = "list")]
    labels: Vec<AzureLabel>,
    #[serde(default, deserialize_with = "list")]
    reviewers: Vec<AzurePerson>,
    auto_complete_set_by: Option<AzurePerson>,
    merge_status: Option<String>,
    merge_failure_message: Option<String>,
    closed_by: Option<AzurePerson>,
    closed_date: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AzurePerson {
    #[serde(default, deserialize_with = "text")]
    id: String,
    #[serde(default, deserialize_with = "text")]
    unique_name: String,
    #[serde(default)]
    vote: i32,
}

/// A thread of comments; one with a context is on a line of a file.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AzureThread {
    pub id: u64,
    #[serde(default, deserialize_with = "list")]
    pub comments: Vec<AzureComment>,
    #[serde(default)]
    pub is_deleted: bool,
    pub thread_context: Option<serde_json::Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AzureComment {
    pub id: u64,
    #[serde(default, deserialize_with = "text")]
    pub content: String,
    #[serde(default)]
    pub is_deleted: bool,
    author: Option<AzurePerson>,
}

impl AzureComment {
    /// The id of the author.
    pub(super) fn author_id(&self) -> &str {
        self.author.as_ref().map_or("", |author| author.id.as_str())
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AzureCommit {
    commit_id: String,
}

#[derive(Deserialize)]
struct AzureLabel {
    name: String,
}

impl AzurePullRequest {
    pub(super) fn number(&self) -> u64 {
        self.pull_request_id
    }

    pub(super) fn state(&self) -> ProposalState {
        match self.status.as_str() {
            "active" => ProposalState::Open,
            "completed" => ProposalState::Merged,
            _ => ProposalState::Closed,
        }
    }

    /// Returns the ids of the reviewers. Settings may name people by id, too.
    pub(super) fn reviewer_ids(&self) -> Vec<String> {
        self.reviewers.iter().map(|person| person.id.clone()).collect()
    }

    /// Returns who closed it, and when.
    pub(super) fn take_closing(&mut self) -> (Option<String>, Option<String>) {
        (self.closed_by.take().map(|person| person.unique_name), self.closed_date.take())
    }

    /// Returns why the merge failed, if Azure reported it.
    pub(super) fn merge_failure(&self) -> Option<String> {
        let why = match self.merge_status.as_deref() {
            Some("conflicts") => "it has conflicts",
            Some("rejectedByPolicy") => "a branch policy is not met",
            Some("failure") => "Azure failed to merge it",
            _ => return None,
        };
        Some(
            self.merge_failure_message
                .as_deref()
                .map_or_else(|| why.into(), |more| format!("{why}: {more}")),
        )
    }

    /// Converts votes: 10 and 5 approve (5 with suggestions), -5 waits for the author, -10 rejects.
    pub(super) fn reviews(self) -> Vec<Review> {
        self.reviewers.into_iter().filter_map(to_review).collect()
    }
}

/// Converts the vote of a reviewer; `None` without one.
fn to_review(person: AzurePerson) -> Option<Review> {
    let verdict = match person.vote {
        1.. => ReviewVerdict::Approved,
        0 => return None,
        _ => ReviewVerdict::ChangesRequested,
    };
    Some(Review { author: person.unique_name, verdict, commit: None })
}

impl From<AzurePullRequest> for Proposal {
    fn from(pull: AzurePullRequest) -> Self {
        let state = pull.state();
        Proposal {
            number: pull.pull_request_id,
            url: String::new(),
            title: pull.title,
            body: pull.description,
            state,
            draft: pull.is_draft,
            author: pull.created_by.map(|person| person.unique_name).unwrap_or_default(),
            head: branch_name(&pull.source_ref_name),
            head_commit: pull.last_merge_source_commit.map(|commit| commit.commit_id),
            from_fork: pull.fork_source.is_some_and(|fork| !fork.is_null()),
            base: branch_name(&pull.target_ref_name),
            labels: pull.labels.into_iter().map(|label| label.name).collect(),
            reviewers: pull.reviewers.into_iter().map(|person| person.unique_name).collect(),
            assignees: Vec::new(),
            auto_merge: pull.auto_complete_set_by.is_some(),
            queued: false,
            is_behind: false,
            is_checking: matches!(pull.merge_status.as_deref(), Some("notSet" | "queued")),
            mergeable: match pull.merge_status.as_deref() {
                Some("succeeded") => Some(true),
                Some("conflicts" | "rejectedByPolicy" | "failure") => Some(false),
                _ => None,
            },
            // Before the merge this is a trial commit.
            merge_commit: pull
                .last_merge_commit
                .filter(|_| state == ProposalState::Merged)
                .map(|commit| commit.commit_id),
        }
    }
}

fn branch_name(reference: &str) -> String {
    reference.strip_prefix("refs/heads/").unwrap_or(reference).to_owned()
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AzureStatus {
    state: String,
    description: Option<String>,
    target_url: Option<String>,
    context: AzureStatusContext,
}

#[derive(Deserialize)]
struct AzureStatusContext {
    name: String,
    genre: Option<String>,
}

impl From<AzureStatus> for CommitCheck {
    fn from(status: AzureStatus) -> Self {
        let state = match status.state.as_str() {
            "succeeded" => CheckState::Passed,
            "failed" | "error" => CheckState::Failed,
            "notApplicable" => CheckState::Neutral,
            _ => CheckState::Pending,
        };
        let AzureStatusContext { name, genre } = status.context;
        let name = genre
            .filter(|genre| !genre.is_empty())
            .map_or(name.clone(), |genre| format!("{genre}/{name}"));
        CommitCheck {
            name,
            state,
            description: status.description.unwrap_or_default(),
            url: status.target_url,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AzureWorkItems {
    pub work_items: Vec<AzureWorkItemRef>,
}

#[derive(Deserialize)]
pub(super) struct AzureWorkItemRef {
    pub id: u64,
}

#[derive(Deserialize)]
pub(super) struct AzureWorkItem {
    id: u64,
    fields: AzureWorkItemFields,
}

#[derive(Deserialize)]
struct AzureWorkItemFields {
    #[serde(rename = "System.Title", default)]
    title: String,
    #[serde(rename = "System.Tags", default)]
    tags: String,
}

impl AzureWorkItem {
    /// Returns the issue if it has the tag. The query's `CONTAINS` also matches parts of tags, so
    /// the tags are compared here.
    pub(super) fn into_issue(self, label: &str, pages: &str) -> Option<Issue> {
        let tagged = self.fields.tags.split(';').any(|tag| tag.trim().eq_ignore_ascii_case(label));
        let url = format!("{pages}/{}", self.id);
        tagged.then_some(Issue { number: self.id, title: self.fields.title, url })
    }
}

/// Returns the query for open work items of this project with a tag.
pub(super) fn tagged_query(label: &str) -> String {
    format!(
        "SELECT [System.Id] FROM WorkItems WHERE [System.TeamProject] = @project AND [System.Tags] CONTAINS '{}' \
         AND [System.State] NOT IN ('Closed', 'Done', 'Resolved', 'Completed', 'Removed')",
        label.replace('\'', "''")
    )
}
