//! `towpath.proposals/1`.

use crate::report::{Proposal, ProposalsReport};
use serde::Serialize;

/// Answer of `proposals list` and `proposals show`.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(title = "towpath.proposals/1"))]
pub struct ProposalsJson {
    #[cfg_attr(test, schemars(extend("const" = "towpath.proposals/1")))]
    pub schema: &'static str,
    pub repository: String,
    /// `github`, `gitlab`, `gitea`, `bitbucket`, `azure`, or `plain` without a forge.
    pub forge: &'static str,
    pub proposals: Vec<ProposalJson>,
}

/// A pull request.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ProposalJson {
    pub number: u64,
    pub url: String,
    pub title: String,
    pub body: String,
    /// `open`, `closed` or `merged`.
    pub state: &'static str,
    pub draft: bool,
    pub author: String,
    /// The proposed branch.
    pub head: String,
    /// The last known commit of the branch.
    pub head_commit: Option<String>,
    /// The branch to merge into.
    pub base: String,
    pub labels: Vec<String>,
    pub reviewers: Vec<String>,
    /// True if the forge will merge it automatically.
    pub auto_merge: bool,
    /// True if it merges cleanly; `null` if the forge does not tell.
    pub mergeable: Option<bool>,
    /// The merge commit.
    pub merge_commit: Option<String>,
}

impl From<&ProposalsReport> for ProposalsJson {
    fn from(listed: &ProposalsReport) -> Self {
        ProposalsJson {
            schema: "towpath.proposals/1",
            repository: listed.repository.clone(),
            forge: listed.forge,
            proposals: listed.proposals.iter().map(ProposalJson::from).collect(),
        }
    }
}

impl From<&Proposal> for ProposalJson {
    fn from(one: &Proposal) -> Self {
        let text = one.body_text();
        let one = one.clone();
        ProposalJson {
            number: one.number,
            url: one.url,
            title: one.title,
            body: text,
            state: one.state.as_str(),
            draft: one.draft,
            author: one.author,
            head: one.head,
            head_commit: one.head_commit,
            base: one.base,
            labels: one.labels,
            reviewers: one.reviewers,
            auto_merge: one.auto_merge,
            mergeable: one.mergeable,
            merge_commit: one.merge_commit,
        }
    }
}
