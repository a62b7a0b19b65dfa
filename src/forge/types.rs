//! What goes to a forge and comes back: plain values, the same for all of them.

use crate::git::ExpectedRef;

/// A pull request or merge request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    pub number: u64,
    /// Its page, for people.
    pub url: String,
    /// Without the prefix by which some forges mark a draft.
    pub title: String,
    pub body: String,
    pub state: ProposalState,
    pub draft: bool,
    /// The login of who opened it, as the forge says.
    pub author: String,
    /// The branch that is proposed, without `refs/heads/`.
    pub head: String,
    /// What that branch was last seen at; Bitbucket abbreviates it.
    pub head_commit: Option<String>,
    /// Does the branch belong to another repository?
    pub from_fork: bool,
    /// The branch it is to go into.
    pub base: String,
    pub labels: Vec<String>,
    /// Who is asked, as far as the forge tells.
    pub reviewers: Vec<String>,
    /// Will the forge merge it by itself?
    pub auto_merge: bool,
    /// Does it merge cleanly? `None`: the forge does not know yet, or does not tell.
    pub mergeable: Option<bool>,
    /// The commit it became.
    pub merge_commit: Option<String>,
}

impl Proposal {
    /// Its text. Forges write line ends of their own.
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
    /// The word for it.
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

/// A proposal to be opened.
#[derive(Debug, Clone)]
pub struct NewProposal {
    /// A branch of the same repository.
    pub head: String,
    pub base: String,
    pub title: String,
    pub body: String,
    pub draft: DraftState,
    pub labels: Vec<String>,
    /// Logins; `organisation/team` for a team where the forge has them. Azure DevOps takes mail
    /// addresses or ids, Bitbucket account ids or `{uuid}`.
    pub reviewers: Vec<String>,
}

/// What is to be different about a proposal; everything else stays.
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
    /// The part of a new proposal that is given after it is there.
    pub(super) fn from_new(new: &NewProposal) -> Self {
        ProposalUpdate {
            add_labels: new.labels.clone(),
            add_reviewers: new.reviewers.clone(),
            ..ProposalUpdate::default()
        }
    }
}

/// How to merge.
#[derive(Debug, Clone)]
pub struct ProposalMerge {
    pub method: MergeMethod,
    /// The head commit that was judged: another one is not merged.
    pub expect: String,
    /// The subject and the body of the commit; the forge's own words otherwise.
    pub title: Option<String>,
    pub message: Option<String>,
    /// Refs that must be where they were when it was judged. Only a repository without a forge heeds
    /// them: the others have no words for that.
    pub if_still: Vec<ExpectedRef>,
}

impl ProposalMerge {
    /// Subject and body as one commit message, where the forge takes one text.
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
    /// Where it is explained. Bitbucket wants one.
    pub url: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckState {
    Pending,
    Passed,
    Failed,
    /// Over, and says nothing: skipped, outdated, neutral. Set as passed where a forge has no such state.
    Neutral,
}

/// What one person thinks of a proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    pub author: String,
    pub verdict: ReviewVerdict,
    /// The head that was looked at, where the forge tells: what came later was not reviewed.
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

/// What a forge may not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ForgeFeature {
    Labels,
    AutoMerge,
    Issues,
    Checks,
    Reviews,
}

/// The first of each name: forges list the newest first.
pub(super) fn newest_checks(checks: Vec<CommitCheck>) -> Vec<CommitCheck> {
    let mut out: Vec<CommitCheck> = Vec::new();
    for check in checks {
        if !out.iter().any(|seen| seen.name == check.name) {
            out.push(check);
        }
    }
    out
}

/// The last word of each reviewer, out of all in their order. `None` takes back what was said.
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

/// The reviewers that can be asked: nobody reviews what is their own.
pub(super) fn askable_reviewers(names: &[String], proposal: &Proposal) -> Vec<String> {
    let new = |name: &&String| **name != proposal.author && !proposal.reviewers.contains(name);
    names.iter().filter(new).cloned().collect()
}

/// A description cut to what the forge takes.
pub(super) fn truncate_text(text: &str, length: usize) -> String {
    match text.char_indices().nth(length) {
        None => text.to_owned(),
        Some(_) => text.chars().take(length - 1).chain(['…']).collect(),
    }
}
