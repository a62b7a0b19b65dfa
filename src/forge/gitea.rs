//! Gitea and Forgejo, which share an API.

use super::access::ForgeAccess;
use super::exactly_once;
use super::http::HttpClient;
use super::json::{HubCommit, HubIssue, HubPullRequest, HubUser, newest_closed, reviewers_json};
use super::place::{ForgeKind, ForgeRepository};
use super::ready;
use super::releases::{HubRelease, release_of};
use super::retry::RetrySafety;
use super::text_limits::{truncate_bytes, truncate_text};
use super::types::{last_words, new_assignees, newest_checks};
use super::url::{escape, with_query};
use super::{
    CheckState, ClosedProposal, CommentLog, CommitCheck, CreatedProposal, DraftState, Forge,
    ForgeError, ForgeFeature, ForgeRelease, Issue, MergeMethod, NewProposal, Proposal,
    ProposalMerge, ProposalUpdate, Result, Review, ReviewVerdict,
};
use serde::Deserialize;
use serde_json::{Value, json};
use ureq::http::Method;

/// Title prefixes of drafts: the first is written, all are recognised.
const DRAFT_PREFIXES: [&str; 2] = ["WIP:", "[WIP]"];

/// Items per page: a server's default maximum.
const PAGE: (&str, &str) = ("limit", "50");

/// Colour of new labels.
const LABEL_COLOUR: &str = "#70c24a";

mod comments;

pub(super) struct GiteaForge {
    http: HttpClient,
    /// `/repos/OWNER/NAME`.
    repo: String,
}

#[derive(Deserialize)]
struct GiteaLabel {
    id: u64,
    name: String,
}

#[derive(Deserialize)]
struct GiteaStatus {
    context: String,
    status: String,
    description: Option<String>,
    target_url: Option<String>,
}

#[derive(Deserialize)]
struct GiteaReview {
    user: Option<HubUser>,
    state: String,
    #[serde(default)]
    dismissed: bool,
    commit_id: Option<String>,
}

#[derive(Deserialize)]
struct GiteaBranch {
    effective_branch_protection_name: Option<String>,
}

#[derive(Deserialize)]
struct GiteaProtection {
    #[serde(default)]
    block_on_outdated_branch: bool,
}

impl GiteaForge {
    pub(super) fn new(place: &ForgeRepository, access: &ForgeAccess) -> Result<Self> {
        let repo = format!("/repos/{}/{}", escape(&place.owner), escape(&place.name));
        Ok(GiteaForge { http: HttpClient::new(place, access)?, repo })
    }

    fn pull_path(&self, number: u64) -> String {
        format!("{}/pulls/{number}", self.repo)
    }

    /// Changes title, draft state and body. A draft is marked by a prefix of the title.
    fn edit_pull(&self, number: u64, change: &ProposalUpdate) -> Result<HubPullRequest> {
        let mut body = serde_json::Map::new();
        if change.title.is_some() || change.draft.is_some() {
            let now: HubPullRequest = self.http.get_json(&self.pull_path(number))?;
            let title = change.title.as_deref().unwrap_or_else(|| strip_draft_prefix(&now.title));
            let draft = change.draft.map_or(is_draft(&now.title), DraftState::is_yes);
            body.insert("title".into(), draft_title(title, draft).into());
        }
        let text =
            change.body.as_deref().map(|text| truncate_bytes(text, self.kind().text_limits().body));
        body.extend(text.map(|text| ("body".to_owned(), Value::from(text))));
        if body.is_empty() {
            return self.http.get_json(&self.pull_path(number));
        }
        self.http.send_json(Method::PATCH, &self.pull_path(number), body.into(), RetrySafety::Safe)
    }

    /// Returns the ids of labels, creating missing ones.
    fn label_ids(&self, names: &[String]) -> Result<Vec<u64>> {
        let path = format!("{}/labels", self.repo);
        let known: Vec<GiteaLabel> = self.http.list_by_link(&with_query(&path, &[PAGE]))?;
        let id = |name: &String| match known.iter().find(|label| label.name == *name) {
            Some(label) => Ok(label.id),
            None => {
                let body = json!({ "name": name, "color": LABEL_COLOUR });
                self.http
                    .send_json(Method::POST, &path, body, RetrySafety::Once)
                    .map(|label: GiteaLabel| label.id)
            }
        };
        names.iter().map(id).collect()
    }

    fn change_labels(&self, number: u64, change: &ProposalUpdate) -> Result<()> {
        let path = format!("{}/issues/{number}/labels", self.repo);
        if !change.add_labels.is_empty() {
            let body = json!({ "labels": self.label_ids(&change.add_labels)? });
            self.http.send_only(Method::POST, &path, Some(body), RetrySafety::Safe)?;
        }
        if change.remove_labels.is_empty() {
            return Ok(());
        }
        let given: Vec<GiteaLabel> = self.http.get_json(&path)?;
        for label in given.iter().filter(|label| change.remove_labels.contains(&label.name)) {
            self.http.send_only(
                Method::DELETE,
                &format!("{path}/{}", label.id),
                None,
                RetrySafety::Safe,
            )?;
        }
        Ok(())
    }

    fn request_reviews(&self, proposal: &Proposal, names: &[String]) -> Result<()> {
        let Some(body) = reviewers_json(proposal, names) else { return Ok(()) };
        let path = format!("{}/requested_reviewers", self.pull_path(proposal.number));
        self.http.send_only(Method::POST, &path, Some(body), RetrySafety::Safe)
    }

    /// Sends a merge, again while Gitea checks whether the proposal merges.
    fn send_merge(&self, number: u64, body: &Value) -> Result<()> {
        ready::merge_when_ready(self, &self.http, number, || {
            self.http.send_only(
                Method::POST,
                &format!("{}/merge", self.pull_path(number)),
                Some(body.clone()),
                RetrySafety::Once,
            )
        })
    }
}

impl GiteaForge {
    /// True if a rule for the branch blocks merges of outdated branches.
    fn blocks_outdated(&self, branch: &str) -> Result<bool> {
        let path = format!("{}/branches/{}", self.repo, escape(branch));
        let found: GiteaBranch = self.http.get_json(&path)?;
        let rule = found.effective_branch_protection_name.filter(|rule| !rule.is_empty());
        let Some(rule) = rule else { return Ok(false) };
        let path = format!("{}/branch_protections/{}", self.repo, escape(&rule));
        Ok(self.http.get_json::<GiteaProtection>(&path)?.block_on_outdated_branch)
    }
}

impl Forge for GiteaForge {
    fn kind(&self) -> ForgeKind {
        ForgeKind::Gitea
    }

    fn missing_features(&self) -> &'static [ForgeFeature] {
        &[]
    }

    fn open_proposals(&self) -> Result<Vec<Proposal>> {
        let path = with_query(&format!("{}/pulls", self.repo), &[("state", "open"), PAGE]);
        let pulls: Vec<HubPullRequest> = self.http.list_by_link(&path)?;
        Ok(pulls.into_iter().map(to_proposal).collect())
    }

    /// Searches all open proposals, since the API has no search by branch.
    fn find_proposals(&self, head: &str) -> Result<Vec<Proposal>> {
        let mut open = self.open_proposals()?;
        open.retain(|proposal| proposal.head == head && !proposal.from_fork);
        Ok(open)
    }

    /// Looks at the newest closed ones, since the API has no search by branch, and does not say who
    /// closed one.
    fn find_closed(&self, head: &str, base: &str) -> Result<Option<ClosedProposal>> {
        let values = [("state", "closed"), ("sort", "recentupdate"), PAGE];
        let path = with_query(&format!("{}/pulls", self.repo), &values);
        let mut closed: Vec<HubPullRequest> = self.http.get_json(&path)?;
        closed.sort_by_key(|pull| std::cmp::Reverse(pull.number));
        let found = newest_closed(closed, head, base);
        Ok(found.map(|(proposal, at)| ClosedProposal { proposal, by: None, at }))
    }

    /// Only administrators see how a branch is protected; for others, a merge tells.
    fn requires_up_to_date(&self, base: &str) -> Result<bool> {
        let found = self.blocks_outdated(base);
        match found {
            Err(error) if error.may_pass() => Err(error),
            Err(_) => Ok(false),
            found => found,
        }
    }

    fn get_proposal(&self, number: u64) -> Result<Proposal> {
        let found = self.http.get_json(&self.pull_path(number));
        exactly_once::numbered(self, number, found.map(to_proposal))
    }

    fn create_proposal(&self, new: &NewProposal) -> Result<CreatedProposal> {
        let title = draft_title(&new.title, new.draft.is_yes());
        let text = truncate_bytes(&new.body, self.kind().text_limits().body);
        let body = json!({ "head": new.head, "base": new.base, "title": title, "body": text });
        exactly_once::create_once(self, &self.http, new, || {
            let path = format!("{}/pulls", self.repo);
            self.http
                .send_json(Method::POST, &path, body.clone(), RetrySafety::Once)
                .map(to_proposal)
        })
    }

    fn update_proposal(&self, number: u64, change: &ProposalUpdate) -> Result<Proposal> {
        let pull = self.edit_pull(number, change)?;
        self.change_labels(number, change)?;
        let proposal = to_proposal(pull);
        self.request_reviews(&proposal, &change.add_reviewers)?;
        let assignees = new_assignees(&change.add_assignees, &proposal.assignees);
        if !assignees.is_empty() {
            // The list is replaced.
            let all = [proposal.assignees, assignees].concat();
            let body = Some(json!({ "assignees": all }));
            self.http.send_only(Method::PATCH, &self.pull_path(number), body, RetrySafety::Safe)?;
        }
        self.get_proposal(number)
    }

    fn close_proposal(&self, number: u64) -> Result<Proposal> {
        let body = json!({ "state": "closed" });
        self.http
            .send_json(Method::PATCH, &self.pull_path(number), body, RetrySafety::Safe)
            .map(to_proposal)
    }

    fn merge_proposal(&self, number: u64, how: &ProposalMerge) -> Result<Proposal> {
        let body = merge_body(how);
        exactly_once::merge_once(self, &self.http, number, || self.send_merge(number, &body))
    }

    /// A repeated request is answered with a conflict, which counts as success.
    fn auto_merge(&self, number: u64, how: &ProposalMerge) -> Result<()> {
        let mut body = merge_body(how);
        body["merge_when_checks_succeed"] = true.into();
        match self.send_merge(number, &body) {
            Err(ForgeError::Conflict { why, .. }) if why.contains("already scheduled") => Ok(()),
            other => other.map_err(|error| exactly_once::not_mergeable(number, error)),
        }
    }

    fn list_checks(&self, commit: &str) -> Result<Vec<CommitCheck>> {
        let path = format!("{}/commits/{}/statuses", self.repo, escape(commit));
        let statuses: Vec<GiteaStatus> =
            self.http.list_by_link(&with_query(&path, &[("sort", "recentupdate"), PAGE]))?;
        Ok(newest_checks(statuses.into_iter().map(CommitCheck::from).collect()))
    }

    fn set_check(&self, commit: &str, check: &CommitCheck) -> Result<()> {
        let state = match check.state {
            CheckState::Pending => "pending",
            CheckState::Passed | CheckState::Neutral => "success",
            CheckState::Failed => "failure",
        };
        let text = truncate_text(&check.description, self.kind().text_limits().description);
        let mut body = json!({ "state": state, "context": check.name, "description": text });
        if let Some(url) = &check.url {
            body["target_url"] = url.as_str().into();
        }
        let path = format!("{}/statuses/{}", self.repo, escape(commit));
        self.http.send_only(Method::POST, &path, Some(body), RetrySafety::Safe)
    }

    fn list_reviews(&self, number: u64) -> Result<Vec<Review>> {
        let path = with_query(&format!("{}/reviews", self.pull_path(number)), &[PAGE]);
        let given: Vec<GiteaReview> = self.http.list_by_link(&path)?;
        Ok(last_words(given.into_iter().filter_map(GiteaReview::author_verdict)))
    }

    fn list_reviewers(&self, number: u64) -> Result<Vec<String>> {
        let path = with_query(&format!("{}/reviews", self.pull_path(number)), &[PAGE]);
        let given: Vec<GiteaReview> = self.http.list_by_link(&path)?;
        // A request for a review is in the same list.
        let is_review = |review: &GiteaReview| review.state != "REQUEST_REVIEW";
        let given = given.into_iter().filter(is_review);
        Ok(given.filter_map(|review| Some(review.user?.login)).collect())
    }

    /// Filters the result again: Gitea ignores a label that the repository does not have.
    fn open_issues(&self, label: &str) -> Result<Vec<Issue>> {
        let values = [("state", "open"), ("type", "issues"), ("labels", label), PAGE];
        let all: Vec<HubIssue> =
            self.http.list_by_link(&with_query(&format!("{}/issues", self.repo), &values))?;
        Ok(all.into_iter().filter_map(|issue| issue.with_label(label)).collect())
    }

    fn commit_author(&self, commit: &str) -> Result<Option<String>> {
        let path = format!("{}/git/commits/{}", self.repo, escape(commit));
        match self.http.get_json::<HubCommit>(&path) {
            Err(ForgeError::NotFound { .. }) => Ok(None),
            found => found.map(HubCommit::login),
        }
    }

    fn find_release(&self, tag: &str) -> Result<Option<ForgeRelease>> {
        let path = format!("{}/releases/tags/{}", self.repo, escape(tag));
        release_of(self.http.get_json::<HubRelease>(&path))
    }

    fn comments(&self) -> Option<&dyn CommentLog> {
        Some(self)
    }
}

fn merge_body(how: &ProposalMerge) -> Value {
    let style = match how.method {
        MergeMethod::Merge => "merge",
        MergeMethod::Squash => "squash",
        MergeMethod::Rebase => "rebase",
    };
    let mut body = json!({ "Do": style, "head_commit_id": how.expect });
    if let Some(title) = &how.title {
        body["MergeTitleField"] = title.as_str().into();
    }
    if let Some(message) = &how.message {
        body["MergeMessageField"] = message.as_str().into();
    }
    body
}

fn is_draft(title: &str) -> bool {
    strip_draft_prefix(title) != title
}

/// Returns the title without a draft prefix.
fn strip_draft_prefix(title: &str) -> &str {
    let starts = |prefix: &&str| {
        title.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    DRAFT_PREFIXES
        .iter()
        .find(|prefix| starts(prefix))
        .map_or(title, |prefix| title[prefix.len()..].trim_start())
}

fn draft_title(title: &str, draft: bool) -> String {
    let title = &truncate_text(title, ForgeKind::Gitea.text_limits().title);
    if draft {
        format!("{} {}", DRAFT_PREFIXES[0], strip_draft_prefix(title))
    } else {
        strip_draft_prefix(title).to_owned()
    }
}

fn to_proposal(pull: HubPullRequest) -> Proposal {
    let draft = pull.draft.unwrap_or(false) || is_draft(&pull.title);
    let proposal = Proposal::from(pull);
    Proposal { title: strip_draft_prefix(&proposal.title).to_owned(), draft, ..proposal }
}

impl From<GiteaStatus> for CommitCheck {
    fn from(status: GiteaStatus) -> Self {
        let state = match status.status.as_str() {
            "success" => CheckState::Passed,
            "pending" => CheckState::Pending,
            "skipped" => CheckState::Neutral,
            _ => CheckState::Failed,
        };
        let description = status.description.unwrap_or_default();
        let url = status.target_url.filter(|url| !url.is_empty());
        CommitCheck { name: status.context, state, description, url }
    }
}

impl GiteaReview {
    fn author_verdict(self) -> Option<(String, Option<ReviewVerdict>, Option<String>)> {
        let verdict = match self.state.as_str() {
            _ if self.dismissed => None,
            "APPROVED" => Some(ReviewVerdict::Approved),
            "REQUEST_CHANGES" => Some(ReviewVerdict::ChangesRequested),
            _ => return None,
        };
        Some((self.user?.login, verdict, self.commit_id))
    }
}
