//! Forges: proposals (pull requests, merge requests), commit statuses, reviews and issues, the same
//! for every host.
//!
//! [`Place`] finds the forge of a remote URL, [`connect`] opens it, [`Forge`] is what can be asked.
//! Knows nothing of stages, reads neither environment nor clock, and prints nothing: proxy,
//! certificates, token, time and log come in with [`Access`]. ARCHITECTURE.md says what is repeated
//! after a failure and what is not.

mod access;
mod azure;
mod bitbucket;
mod error;
mod exactly_once;
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
mod retry;
mod token;
mod transport;
mod types;
mod url;

pub use access::{Clock, ForgeAccess, LogSink, RequestLimits};
pub use error::ForgeError;
pub use fetch_once::fetch_once;
pub use place::{ForgeHost, ForgeKind, ForgeRepository, ForgeUrlError};
pub use token::{Token, TokenSources, find_token};
pub use types::{
    CheckState, CommitCheck, DraftState, ForgeFeature, Issue, MergeMethod, NewProposal, Proposal,
    ProposalMerge, ProposalState, ProposalUpdate, Review, ReviewVerdict,
};

use crate::git::Workspace;

/// What an answer of a forge is, or why there is none.
pub type Result<T> = std::result::Result<T, ForgeError>;

/// One repository on one forge.
///
/// Everything may be called twice: a second call finds what the first has done. Lists are complete
/// or an error ([`ForgeError::TooMany`]), never cut short.
pub trait Forge {
    /// Which forge this is.
    fn kind(&self) -> ForgeKind;

    /// What this forge does not have. Labels and drafts it lacks are left out in silence;
    /// [`ForgeError::Unsupported`] answers the calls it lacks.
    fn missing_features(&self) -> &'static [ForgeFeature];

    /// All open proposals of the repository, newest first.
    fn open_proposals(&self) -> Result<Vec<Proposal>>;

    /// The open proposal of a branch of this very repository; a fork's branch of the same name is
    /// another.
    fn find_proposal(&self, head: &str) -> Result<Option<Proposal>>;

    /// The proposal of this number, open or not.
    fn get_proposal(&self, number: u64) -> Result<Proposal>;

    /// Opens a proposal. Where its branch has an open one, that one comes back, with the labels and
    /// reviewers added and everything else as it was. An attempt whose answer got lost is looked
    /// for before there is another.
    fn create_proposal(&self, new: &NewProposal) -> Result<Proposal>;

    /// Changes what `change` names.
    fn update_proposal(&self, number: u64, change: &ProposalUpdate) -> Result<Proposal>;

    /// Closes without merging. Its branch stays.
    fn close_proposal(&self, number: u64) -> Result<Proposal>;

    /// Merges, if the head is still the commit that was judged. Merged already is as good.
    fn merge_proposal(&self, number: u64, how: &ProposalMerge) -> Result<Proposal>;

    /// Lets the forge merge as soon as its own rules are met.
    fn auto_merge(&self, number: u64, how: &ProposalMerge) -> Result<()>;

    /// Statuses and check runs of a commit, the newest of each name.
    fn list_checks(&self, commit: &str) -> Result<Vec<CommitCheck>>;

    /// Sets the status of this name on a commit.
    fn set_check(&self, commit: &str, check: &CommitCheck) -> Result<()>;

    /// What each reviewer thinks at last; dismissed reviews do not count.
    fn list_reviews(&self, number: u64) -> Result<Vec<Review>>;

    /// The open issues with a label.
    fn open_issues(&self, label: &str) -> Result<Vec<Issue>>;
}

/// Opens a repository that has no forge: proposals are refs of its `origin`. `home` is the address they
/// are named by, `author` who opens them.
pub fn open_plain<'w>(
    workspace: Workspace<'w>,
    home: String,
    author: String,
    clock: Clock,
) -> Box<dyn Forge + 'w> {
    Box::new(plain::PlainForge::new(workspace, home, author, clock))
}

/// Opens the repository at a place. Nothing is sent yet.
///
/// # Errors
/// [`ForgeError::Settings`]: a proxy, a certificate or a token that cannot be used.
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
