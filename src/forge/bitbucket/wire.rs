//! Bitbucket's JSON.

use super::{Check, CheckState, Proposal, Review, State, Verdict};
use crate::forge::json::{list, text};
use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct Pull {
    pub id: u64,
    pub title: String,
    #[serde(default, deserialize_with = "text")]
    pub description: String,
    pub state: String,
    #[serde(default)]
    pub draft: bool,
    pub author: Option<Account>,
    pub source: Side,
    pub destination: Side,
    #[serde(default, deserialize_with = "list")]
    pub reviewers: Vec<Account>,
    #[serde(default, deserialize_with = "list")]
    pub participants: Vec<Participant>,
    pub merge_commit: Option<Commit>,
    pub links: Option<Links>,
}

#[derive(Deserialize)]
pub(super) struct Account {
    pub account_id: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub uuid: String,
}

#[derive(Deserialize)]
pub(super) struct Side {
    pub branch: Branch,
    pub commit: Option<Commit>,
    pub repository: Option<Repository>,
}

#[derive(Deserialize)]
pub(super) struct Branch {
    pub name: String,
}

#[derive(Deserialize)]
pub(super) struct Commit {
    pub hash: String,
}

#[derive(Deserialize, PartialEq)]
pub(super) struct Repository {
    pub full_name: String,
}

#[derive(Deserialize)]
pub(super) struct Links {
    pub html: Option<Link>,
}

#[derive(Deserialize)]
pub(super) struct Link {
    pub href: String,
}

#[derive(Deserialize)]
pub(super) struct Participant {
    pub user: Account,
    #[serde(default)]
    pub approved: bool,
    pub state: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Status {
    pub key: String,
    pub name: Option<String>,
    pub state: String,
    pub description: Option<String>,
    pub url: Option<String>,
}

impl From<Pull> for Proposal {
    fn from(pull: Pull) -> Self {
        Proposal {
            number: pull.id,
            url: pull.links.and_then(|links| links.html).map(|link| link.href).unwrap_or_default(),
            title: pull.title,
            body: pull.description,
            state: match pull.state.as_str() {
                "OPEN" => State::Open,
                "MERGED" => State::Merged,
                _ => State::Closed,
            },
            draft: pull.draft,
            author: pull.author.map(Account::id).unwrap_or_default(),
            head: pull.source.branch.name,
            head_commit: pull.source.commit.map(|commit| commit.hash),
            from_fork: pull.source.repository.is_none()
                || pull.source.repository != pull.destination.repository,
            base: pull.destination.branch.name,
            labels: Vec::new(),
            reviewers: pull.reviewers.into_iter().map(Account::id).collect(),
            auto_merge: false,
            mergeable: None,
            merge_commit: pull.merge_commit.map(|commit| commit.hash),
        }
    }
}

impl Account {
    pub(super) fn id(self) -> String {
        self.account_id.unwrap_or(self.uuid)
    }
}

impl Participant {
    pub(super) fn review(self) -> Option<Review> {
        let verdict = match self.state.as_deref() {
            Some("changes_requested") => Verdict::ChangesRequested,
            _ if self.approved => Verdict::Approved,
            _ => return None,
        };
        Some(Review { author: self.user.id(), verdict, commit: None })
    }
}

impl From<Status> for Check {
    fn from(status: Status) -> Self {
        let state = match status.state.as_str() {
            "SUCCESSFUL" => CheckState::Passed,
            "INPROGRESS" => CheckState::Pending,
            _ => CheckState::Failed,
        };
        let name = status.name.filter(|name| !name.is_empty()).unwrap_or(status.key);
        Check { name, state, description: status.description.unwrap_or_default(), url: status.url }
    }
}
