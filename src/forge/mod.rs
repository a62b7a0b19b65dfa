//! Forges: proposals (pull requests, merge requests), commit statuses, reviews and issues through
//! one interface.
//!
//! [`ForgeRepository`] finds the forge of a remote URL, [`connect`] opens it, and [`Forge`] lists
//! its operations. Nothing here knows about stages, reads the environment or the clock, or prints:
//! proxy, certificates, token, clock and log are passed in as [`ForgeAccess`]. The page
//! docs/decisions/0026-http-policy-in-one-place.md says which requests are retried.

mod access;
mod azure;
mod bitbucket;
mod comments;
mod deployments;
mod error;
mod exactly_once;
mod exchange;
mod fetch_once;
mod gitea;
mod github;
mod gitlab;
mod http;
mod json;
mod pages;
mod paging;
mod place;
mod plain;
mod ready;
mod refusal;
mod releases;
mod retry;
mod service;
mod text_limits;
mod tls;
mod token;
mod transport;
mod types;
mod url;

pub use access::{Clock, ForgeAccess, LogSink, RequestLimits};
pub use comments::{CommentChange, CommentLog, ProposalComment, keep_comment, update_comment};
pub use deployments::{
    DeploymentChange, DeploymentLog, DeploymentState, ForgeDeployment, NewDeployment,
    RecentDeployments,
};
pub use error::ForgeError;
pub use exchange::{
    ExchangeAnswer, ExchangeError, ExchangeRequest, HttpExchange, escape_url, http_host,
    http_origin,
};
pub use fetch_once::fetch_once;
pub use place::{ForgeHost, ForgeKind, ForgeRepository, ForgeUrlError};
pub use refusal::MergeBlock;
pub use releases::ForgeRelease;
pub use service::{ServiceAddress, ServiceClient, ServiceMethod, ServiceRequest};
pub use text_limits::{TextLimits, text_length, truncate_bytes, truncate_text};
pub use token::{Token, TokenSources, find_token};
pub use types::{
    CheckState, ClosedProposal, CommitCheck, CreatedProposal, DraftState, ForgeFeature, Issue,
    MergeMethod, NewProposal, Proposal, ProposalMerge, ProposalState, ProposalUpdate, Review,
    ReviewVerdict, is_same_reviewer, new_assignees,
};

use crate::git::Workspace;

/// The result of a forge operation.
pub type Result<T> = std::result::Result<T, ForgeError>;

/// One repository on one forge.
///
/// Every operation is idempotent: a second call finds the result of the first. Lists are complete
/// or an error ([`ForgeError::TooMany`]), never truncated.
pub trait Forge {
    /// Returns the kind of forge.
    fn kind(&self) -> ForgeKind;

    /// Returns the features this forge lacks. Missing labels and drafts are ignored silently;
    /// operations it lacks return [`ForgeError::Unsupported`].
    fn missing_features(&self) -> &'static [ForgeFeature];

    /// Returns all open proposals, newest first.
    fn open_proposals(&self) -> Result<Vec<Proposal>>;

    /// Returns the open proposals of a branch of this repository, to any base. A fork's branch of
    /// the same name does not count.
    fn find_proposals(&self, head: &str) -> Result<Vec<Proposal>>;

    /// Returns the open proposal of a branch to a base.
    fn find_proposal(&self, head: &str, base: &str) -> Result<Option<Proposal>> {
        Ok(self.find_proposals(head)?.into_iter().find(|proposal| proposal.base == base))
    }

    /// Returns the newest proposal of a branch to a base that was closed without being merged, with
    /// its whole text. Forges without a search by branch look at their newest closed ones only.
    fn find_closed(&self, head: &str, base: &str) -> Result<Option<ClosedProposal>>;

    /// Returns the proposal with this number, open or not.
    ///
    /// # Errors
    /// [`ForgeError::NoSuchProposal`] if the repository has none with this number.
    fn get_proposal(&self, number: u64) -> Result<Proposal>;

    /// Creates a proposal. If the branch has an open one to this base, that one is returned
    /// unchanged. If an answer is lost, the proposal is searched before another attempt. A branch
    /// that the forge does not know yet is waited for.
    ///
    /// # Errors
    /// [`ForgeError::NothingToPropose`] if the base contains the branch.
    fn create_proposal(&self, new: &NewProposal) -> Result<CreatedProposal>;

    /// True if the base takes only branches that are up to date with it, as far as the forge tells
    /// that apart from a proposal ([`Proposal::is_behind`]).
    fn requires_up_to_date(&self, _base: &str) -> Result<bool> {
        Ok(false)
    }

    /// Changes the fields that `change` names.
    fn update_proposal(&self, number: u64, change: &ProposalUpdate) -> Result<Proposal>;

    /// Closes the proposal without merging. Its branch is kept.
    fn close_proposal(&self, number: u64) -> Result<Proposal>;

    /// Merges the proposal if its head is still the expected commit. Succeeds if it is merged
    /// already. Where the base has a merge queue, the proposal is put into the queue and returned
    /// open, as `queued`. While the forge checks the merge, it is asked again for some seconds.
    fn merge_proposal(&self, number: u64, how: &ProposalMerge) -> Result<Proposal>;

    /// Enables auto-merge: the forge merges once its own rules are met, or puts the proposal into
    /// its merge queue.
    fn auto_merge(&self, number: u64, how: &ProposalMerge) -> Result<()>;

    /// Returns statuses and check runs of a commit, the newest of each name.
    fn list_checks(&self, commit: &str) -> Result<Vec<CommitCheck>>;

    /// Returns the status with this name on a commit. Check runs do not count.
    fn find_status(&self, commit: &str, name: &str) -> Result<Option<CommitCheck>> {
        Ok(self.list_checks(commit)?.into_iter().find(|check| check.name == name))
    }

    /// Sets the status with this name on a commit.
    fn set_check(&self, commit: &str, check: &CommitCheck) -> Result<()>;

    /// Returns the latest verdict of each reviewer, without dismissed reviews.
    fn list_reviews(&self, number: u64) -> Result<Vec<Review>>;

    /// Returns everybody who has reviewed, with or without a verdict, as far as the forge tells.
    fn list_reviewers(&self, number: u64) -> Result<Vec<String>> {
        Ok(self.list_reviews(number)?.into_iter().map(|review| review.author).collect())
    }

    /// Returns the account that wrote a commit, as reviewers are named; `None` if the forge knows
    /// none, or does not tell.
    fn commit_author(&self, _commit: &str) -> Result<Option<String>> {
        Ok(None)
    }

    /// Returns the release of a tag, where the forge has releases.
    fn find_release(&self, _tag: &str) -> Result<Option<ForgeRelease>> {
        Ok(None)
    }

    /// Returns the open issues with a label.
    fn open_issues(&self, label: &str) -> Result<Vec<Issue>>;

    /// Returns the comments of proposals, where the forge has them.
    fn comments(&self) -> Option<&dyn CommentLog> {
        None
    }

    /// Returns the deployments, where the forge has them.
    fn deployments(&self) -> Option<&dyn DeploymentLog> {
        None
    }
}

/// Opens a repository without a forge, whose proposals are refs of its `origin`. `home` is the
/// address used in their URLs, `author` the person who creates them.
pub fn open_plain<'w>(
    workspace: Workspace<'w>,
    home: String,
    author: String,
    clock: Clock,
) -> Box<dyn Forge + 'w> {
    Box::new(plain::PlainForge::new(workspace, home, author, clock))
}

/// Opens a repository on a forge. Nothing is sent yet.
///
/// # Errors
/// [`ForgeError::Settings`] for an unusable proxy, certificate or token.
pub fn connect(place: &ForgeRepository, access: &ForgeAccess) -> Result<Box<dyn Forge>> {
    Ok(match place.kind {
        ForgeKind::GitHub => Box::new(github::GitHubForge::new(place, access)?),
        ForgeKind::GitLab => Box::new(gitlab::GitLabForge::new(place, access)?),
        ForgeKind::Gitea => Box::new(gitea::GiteaForge::new(place, access)?),
        ForgeKind::Bitbucket => Box::new(bitbucket::BitbucketForge::new(place, access)?),
        ForgeKind::Azure => Box::new(azure::AzureForge::new(place, access)?),
        ForgeKind::Plain => {
            return Err(ForgeError::Settings {
                what: "the forge",
                why: "this repository has none".into(),
            });
        }
    })
}
