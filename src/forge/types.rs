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
    /// The requested reviewers, as far as the forge reports them. A team is `organisation/team`, or
    /// only `/team` where the forge does not name the organisation.
    pub reviewers: Vec<String>,
    /// The logins of the assigned people, where the forge has assignees.
    pub assignees: Vec<String>,
    /// True if auto-merge is enabled.
    pub auto_merge: bool,
    /// True if the merge queue of the forge has it.
    pub queued: bool,
    /// True if the forge requires an up-to-date branch, and this one is behind its base. Lists may
    /// not tell.
    pub is_behind: bool,
    /// True if the forge is still checking whether it merges.
    pub is_checking: bool,
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
}

/// A proposal that is open now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreatedProposal {
    pub proposal: Proposal,
    /// False if it was open before; nothing of it was changed then.
    pub is_new: bool,
}

/// A proposal that was closed without being merged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosedProposal {
    pub proposal: Proposal,
    /// Who closed it, if the forge tells.
    pub by: Option<String>,
    /// When it was closed, as the forge writes it, if it tells.
    pub at: Option<String>,
}

/// Changes to a proposal; other fields stay.
#[derive(Debug, Clone, Default)]
pub struct ProposalUpdate {
    pub title: Option<String>,
    pub body: Option<String>,
    pub draft: Option<DraftState>,
    pub add_labels: Vec<String>,
    pub remove_labels: Vec<String>,
    /// Logins; `organisation/team` for a team if the forge has them. Azure DevOps takes mail
    /// addresses or ids, Bitbucket account ids or `{uuid}`.
    pub add_reviewers: Vec<String>,
    /// Logins, where the forge has assignees.
    pub add_assignees: Vec<String>,
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
    Comments,
    Deployments,
    Assignees,
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
    let new = |name: &&String| {
        !is_same_reviewer(name, &proposal.author)
            && !proposal.reviewers.iter().any(|asked| is_same_reviewer(name, asked))
    };
    names.iter().filter(new).cloned().collect()
}

/// Returns the people who are not assigned yet. Logins have no case.
pub fn new_assignees(names: &[String], assigned: &[String]) -> Vec<String> {
    let is_assigned = |name: &&String| assigned.iter().any(|one| one.eq_ignore_ascii_case(name));
    names.iter().filter(|name| !is_assigned(name)).cloned().collect()
}

/// True if two names mean one reviewer. Logins have no case. A team may be named without its
/// organisation, as `/team`.
pub fn is_same_reviewer(one: &str, other: &str) -> bool {
    let is_team = |name: &str| name.contains('/') && !name.starts_with('{');
    let team = |name: &str| name.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    if is_team(one) && is_team(other) && (one.starts_with('/') || other.starts_with('/')) {
        return team(one) == team(other);
    }
    one.eq_ignore_ascii_case(other)
}
