//! Bitbucket's JSON types.

use super::{CheckState, CommitCheck, Proposal, ProposalState, Review, ReviewVerdict};
use crate::forge::json::{list, text};
use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct BitbucketPullRequest {
    pub id: u64,
    pub title: String,
    #[serde(default, deserialize_with = "text")]
    pub description: String,
    pub state: String,
    #[serde(default)]
    pub draft: bool,
    pub author: Option<BitbucketAccount>,
    pub source: BitbucketEndpoint,
    pub destination: BitbucketEndpoint,
    #[serde(default, deserialize_with = "list")]
    pub reviewers: Vec<BitbucketAccount>,
    #[serde(default, deserialize_with = "list")]
    pub participants: Vec<BitbucketParticipant>,
    pub merge_commit: Option<BitbucketCommit>,
    pub links: Option<BitbucketLinks>,
    pub closed_by: Option<BitbucketAccount>,
    pub updated_on: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct BitbucketPullRequests {
    pub values: Vec<BitbucketPullRequest>,
}

#[derive(Deserialize)]
pub(super) struct BitbucketAccount {
    pub account_id: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub display_name: String,
    #[serde(default, deserialize_with = "text")]
    pub uuid: String,
}

/// A commit with its author, who has an account if Bitbucket knows the address.
#[derive(Deserialize)]
pub(super) struct BitbucketCommitDetails {
    author: Option<BitbucketCommitAuthor>,
}

#[derive(Deserialize)]
struct BitbucketCommitAuthor {
    user: Option<BitbucketAccount>,
}

impl BitbucketCommitDetails {
    /// The account of the author, as reviewers are named.
    pub(super) fn account_id(self) -> Option<String> {
        self.author?.user.map(BitbucketAccount::id).filter(|id| !id.is_empty())
    }
}

/// A comment; one with `inline` is on a line of a file.
#[derive(Deserialize)]
pub(super) struct BitbucketComment {
    pub id: u64,
    pub content: BitbucketText,
    pub user: Option<BitbucketUser>,
    pub inline: Option<serde_json::Value>,
    #[serde(default)]
    pub deleted: bool,
}

#[derive(Deserialize)]
pub(super) struct BitbucketText {
    #[serde(default, deserialize_with = "text")]
    pub raw: String,
}

#[derive(Deserialize)]
pub(super) struct BitbucketUser {
    #[serde(default, deserialize_with = "text")]
    pub uuid: String,
    #[serde(rename = "type", default, deserialize_with = "text")]
    pub kind: String,
}

#[derive(Deserialize)]
pub(super) struct BitbucketEndpoint {
    pub branch: BitbucketBranch,
    pub commit: Option<BitbucketCommit>,
    pub repository: Option<BitbucketRepository>,
}

#[derive(Deserialize)]
pub(super) struct BitbucketBranch {
    pub name: String,
}

#[derive(Deserialize)]
pub(super) struct BitbucketCommit {
    pub hash: String,
}

#[derive(Deserialize, PartialEq)]
pub(super) struct BitbucketRepository {
    pub full_name: String,
}

#[derive(Deserialize)]
pub(super) struct BitbucketLinks {
    pub html: Option<BitbucketLink>,
}

#[derive(Deserialize)]
pub(super) struct BitbucketLink {
    pub href: String,
}

#[derive(Deserialize)]
pub(super) struct BitbucketParticipant {
    pub user: BitbucketAccount,
    #[serde(default)]
    pub approved: bool,
    pub state: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct BitbucketStatus {
    pub key: String,
    pub name: Option<String>,
    pub state: String,
    pub description: Option<String>,
    pub url: Option<String>,
}

impl From<BitbucketPullRequest> for Proposal {
    fn from(pull: BitbucketPullRequest) -> Self {
        Proposal {
            number: pull.id,
            url: pull.links.and_then(|links| links.html).map(|link| link.href).unwrap_or_default(),
            title: pull.title,
            body: pull.description,
            state: match pull.state.as_str() {
                "OPEN" => ProposalState::Open,
                "MERGED" => ProposalState::Merged,
                _ => ProposalState::Closed,
            },
            draft: pull.draft,
            author: pull.author.map(BitbucketAccount::id).unwrap_or_default(),
            head: pull.source.branch.name,
            head_commit: pull.source.commit.map(|commit| commit.hash),
            from_fork: pull.source.repository.is_none()
                || pull.source.repository != pull.destination.repository,
            base: pull.destination.branch.name,
            labels: Vec::new(),
            reviewers: pull.reviewers.into_iter().map(BitbucketAccount::id).collect(),
            assignees: Vec::new(),
            auto_merge: false,
            queued: false,
            is_behind: false,
            is_checking: false,
            mergeable: None,
            merge_commit: pull.merge_commit.map(|commit| commit.hash),
        }
    }
}

impl BitbucketAccount {
    pub(super) fn id(self) -> String {
        self.account_id.unwrap_or(self.uuid)
    }
}

impl BitbucketParticipant {
    pub(super) fn into_review(self) -> Option<Review> {
        let verdict = match self.state.as_deref() {
            Some("changes_requested") => ReviewVerdict::ChangesRequested,
            _ if self.approved => ReviewVerdict::Approved,
            _ => return None,
        };
        Some(Review { author: self.user.id(), verdict, commit: None })
    }
}

impl From<BitbucketStatus> for CommitCheck {
    fn from(status: BitbucketStatus) -> Self {
        let state = match status.state.as_str() {
            "SUCCESSFUL" => CheckState::Passed,
            "INPROGRESS" => CheckState::Pending,
            _ => CheckState::Failed,
        };
        let name = status.name.filter(|name| !name.is_empty()).unwrap_or(status.key);
        CommitCheck {
            name,
            state,
            description: status.description.unwrap_or_default(),
            url: status.url,
        }
    }
}
