//! The values exchanged with forges, the same for all of them.

use crate::git::ExpectedRef;

/// A pull request or merge request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    pub number: u64,
    /// URL of its web page.
    pub url: String,
    /// The title, without the draft prefix of some forges.
    pub title: String,
    pub body: String,
    pub state: ProposalState,
    pub draft: bool,
    /// Login of the author.
    pub author: String,
    /// The proposed branch, without `refs/heads/`.
    pub head: String,
    /// The branch's last known commit; Bitbucket abbreviates it.
    pub head_commit: Option<String>,
    /// True if the branch belongs to another repository.
    pub from_fork: bool,
    /// The branch to merge into.
    pub base: String,
    pub labels: Vec<String>,
    /// The requested reviewers, as far as the forge reports them.
    pub reviewers: Vec<String>,
    /// True if auto-merge is enabled.
    pub auto_merge: bool,
    /// Whether it merges cleanly; `None` if the forge does not know yet or does not report it.
    pub mergeable: Option<bool>,
    /// The commit of the merge.
    pub merge_commit: Option<String>,
}

impl Proposal {
    /// Returns the body with `
    /// ` line ends; some forges use `\r
    /// `.
    pub fn body_text(&self) -> String {
        self.body.replace("\r\n", "\n")
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProposalState {
    Open,
    Closed,
    Merged,
}

impl ProposalState {
    /// Returns the word for the state.
    pub fn as_str(self) -> &'static str {
        match self {
            ProposalState::Open => "open",
            ProposalState::Closed => "closed",
            ProposalState::Merged => "merged",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DraftState {
    Yes,
    No,
}

impl DraftState {
    pub(super) fn is_yes(self) -> bool {
        self == DraftState::Yes
    }
}

/// A proposal to create.
#[derive(Debug, Clone)]
pub struct NewProposal {
    /// A branch of the same repository.
    pub head: String,
    pub base: String,
    pub title: String,
    pub body: String,
    pub draft: DraftState,
    pub labels: Vec<String>,
    /// Logins; `organisation/team` for a team if the forge has them. Azure DevOps takes mail
    /// addresses or ids, Bitbucket account ids or `{uuid}`.
    pub reviewers: Vec<String>,
}

/// Changes to a proposal; other fields stay.
#[derive(Debug, Clone, Default)]
pub struct ProposalUpdate {
    pub title: Option<String>,
    pub body: Option<String>,
    pub draft: Option<DraftState>,
    pub add_labels: Vec<String>,
    pub remove_labels: Vec<String>,
    pub add_reviewers: Vec<String>,
}

impl ProposalUpdate {
    /// The fields of a new proposal that are set after its creation.
    pub(super) fn from_new(new: &NewProposal) -> Self {
        ProposalUpdate {
            add_labels: new.labels.clone(),
            add_reviewers: new.reviewers.clone(),
            ..ProposalUpdate::default()
        }
    }
}

/// Options of a merge.
#[derive(Debug, Clone)]
pub struct ProposalMerge {
    pub method: MergeMethod,
    /// The expected head commit; any other is not merged.
    pub expect: String,
    /// Subject and body of the commit; the forge's defaults otherwise.
    pub title: Option<String>,
    pub message: Option<String>,
    /// Refs that must not have moved. Supported only without a forge: the APIs have no such
    /// condition.
    pub if_still: Vec<ExpectedRef>,
}

impl ProposalMerge {
    /// Returns subject and body as one commit message, for forges that take one text.
    pub(super) fn commit_message(&self) -> Option<String> {
        match (&self.title, &self.message) {
            (Some(title), Some(message)) => Some(format!("{title}\n\n{message}")),
            (title, message) => title.clone().or_else(|| message.clone()),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MergeMethod {
    Merge,
    Squash,
    Rebase,
}

/// A commit status or check run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitCheck {
    pub name: String,
    pub state: CheckState,
    pub description: String,
    /// Link to details; required by Bitbucket.
    pub url: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckState {
    Pending,
    Passed,
    Failed,
    /// Finished without a result: skipped, outdated, neutral. Set as passed if a forge has no such
    /// state.
    Neutral,
}

/// One person's verdict on a proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    pub author: String,
    pub verdict: ReviewVerdict,
    /// The reviewed head, if the forge reports it; later commits were not reviewed.
    pub commit: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReviewVerdict {
    Approved,
    ChangesRequested,
}

/// An open issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    pub number: u64,
    pub title: String,
    pub url: String,
}

/// A feature that a forge may lack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ForgeFeature {
    Labels,
    AutoMerge,
    Issues,
    Checks,
    Reviews,
}

/// Keeps the first check of each name; forges list the newest first.
pub(super) fn newest_checks(checks: Vec<CommitCheck>) -> Vec<CommitCheck> {
    let mut out: Vec<CommitCheck> = Vec::new();
    for check in checks {
        if !out.iter().any(|seen| seen.name == check.name) {
            out.push(check);
        }
    }
    out
}

/// Keeps the last verdict of each reviewer, from a chronological list. `None` withdraws an earlier
/// verdict.
pub(super) fn last_words(
    said: impl IntoIterator<Item = (String, Option<ReviewVerdict>, Option<String>)>,
) -> Vec<Review> {
    let mut out: Vec<Review> = Vec::new();
    for (author, verdict, commit) in said {
        out.retain(|earlier| earlier.author != author);
        out.extend(verdict.map(|verdict| Review { author, verdict, commit }));
    }
    out
}

/// Returns the reviewers that can be asked: not the author, and not those already asked.
pub(super) fn askable_reviewers(names: &[String], proposal: &Proposal) -> Vec<String> {
    let new = |name: &&String| **name != proposal.author && !proposal.reviewers.contains(name);
    names.iter().filter(new).cloned().collect()
}

/// Truncates a text to the length that the forge accepts, in characters.
pub(super) fn truncate_text(text: &str, length: usize) -> String {
    match text.char_indices().nth(length) {
        None => text.to_owned(),
        Some(_) => text.chars().take(length - 1).chain(['…']).collect(),
    }
}
