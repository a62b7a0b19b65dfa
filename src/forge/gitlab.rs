//! GitLab, with nested groups, on gitlab.com or self-hosted.
//!
//! The merge method (merge commit, rebase, fast-forward) is a setting of the project; a request can
//! only ask for squashing.

use super::access::ForgeAccess;
use super::exactly_once::{self, MergeRequestResult};
use super::http::HttpClient;
use super::place::{ForgeKind, ForgeRepository};
use super::ready;
use super::releases::{GitLabRelease, release_of};
use super::retry::RetrySafety;
use super::text_limits::{truncate_bytes, truncate_text};
use super::url::{escape, with_query};
use super::{
    CheckState, ClosedProposal, CommentLog, CommitCheck, CreatedProposal, DeploymentLog,
    DraftState, Forge, ForgeError, ForgeFeature, ForgeRelease, Issue, MergeMethod, NewProposal,
    Proposal, ProposalMerge, ProposalState, ProposalUpdate, Result, Review, ReviewVerdict,
};
use serde_json::{Value, json};
use ureq::http::Method;

mod comments;
mod deployments;
mod people;
mod wire;

use wire::{
    GitLabApproval, GitLabApprovals, GitLabIssue, GitLabMergeRequest, GitLabProject, GitLabStatus,
};

/// Title prefixes of drafts: the first is written, all are recognised.
const DRAFT_PREFIXES: [&str; 3] = ["Draft:", "[Draft]", "(Draft)"];

const PAGE: (&str, &str) = ("per_page", "100");

pub(super) struct GitLabForge {
    http: HttpClient,
    /// `/projects/GROUP%2FNAME`.
    project: String,
}

impl GitLabForge {
    pub(super) fn new(place: &ForgeRepository, access: &ForgeAccess) -> Result<Self> {
        let project = format!("/projects/{}", escape(&format!("{}/{}", place.owner, place.name)));
        Ok(GitLabForge { http: HttpClient::new(place, access)?, project })
    }

    fn merge_request_path(&self, number: u64) -> String {
        format!("{}/merge_requests/{number}", self.project)
    }

    fn list_open(&self, values: &[(&str, &str)]) -> Result<Vec<Proposal>> {
        let values = [&[("state", "opened"), PAGE], values].concat();
        let path = with_query(&format!("{}/merge_requests", self.project), &values);
        let all: Vec<GitLabMergeRequest> = self.http.list_by_link(&path)?;
        Ok(all.into_iter().map(Proposal::from).collect())
    }

    fn merge_body(how: &ProposalMerge) -> Value {
        let squash = how.method == MergeMethod::Squash;
        let mut body = json!({ "sha": how.expect, "squash": squash });
        if let Some(text) = how.commit_message() {
            body[if squash { "squash_commit_message" } else { "merge_commit_message" }] =
                text.into();
        }
        body
    }

    fn send_merge(&self, number: u64, body: &Value) -> Result<()> {
        let path = format!("{}/merge", self.merge_request_path(number));
        match self.http.send_only(Method::PUT, &path, Some(body.clone()), RetrySafety::Once) {
            Err(ForgeError::Refused { host, status: status @ (405 | 406 | 422), asked, why }) => {
                let now: GitLabMergeRequest =
                    self.http.get_json(&self.merge_request_path(number))?;
                let why = now.obstacle().map_or(why.clone(), |words| format!("{why}: {words}"));
                Err(ForgeError::Refused { host, status, asked, why })
            }
            sent => sent,
        }
    }

    /// True if the project merges through merge trains. Only members see the setting.
    fn has_merge_train(&self) -> Result<bool> {
        match self.http.get_json::<GitLabProject>(&self.project) {
            Err(ForgeError::NotFound { .. } | ForgeError::Forbidden { .. }) => Ok(false),
            project => Ok(project?.merge_trains_enabled.unwrap_or(false)),
        }
    }

    /// Adds a merge request to the merge train, now or once its pipeline has passed.
    fn enqueue(&self, number: u64, how: &ProposalMerge) -> Result<MergeRequestResult> {
        let squash = how.method == MergeMethod::Squash;
        // The parameter is named `auto_merge` since GitLab 17.11.
        let body = json!({
            "sha": how.expect, "squash": squash, "auto_merge": true, "when_pipeline_succeeds": true,
        });
        let path = format!("{}/merge_trains/merge_requests/{number}", self.project);
        match self.http.send_only(Method::POST, &path, Some(body), RetrySafety::Once) {
            Err(ForgeError::Conflict { why, .. } | ForgeError::Exists { why, .. })
                if why.to_lowercase().contains("already") => {}
            other => other?,
        }
        Ok(MergeRequestResult::Queued)
    }
}

impl Forge for GitLabForge {
    fn kind(&self) -> ForgeKind {
        ForgeKind::GitLab
    }

    fn missing_features(&self) -> &'static [ForgeFeature] {
        &[]
    }

    fn open_proposals(&self) -> Result<Vec<Proposal>> {
        self.list_open(&[])
    }

    fn find_proposals(&self, head: &str) -> Result<Vec<Proposal>> {
        let mut found = self.list_open(&[("source_branch", head)])?;
        found.retain(|proposal| proposal.head == head && !proposal.from_fork);
        Ok(found)
    }

    fn find_closed(&self, head: &str, base: &str) -> Result<Option<ClosedProposal>> {
        let values = [
            ("state", "all"),
            ("source_branch", head),
            ("target_branch", base),
            ("order_by", "created_at"),
            ("per_page", "20"),
        ];
        let path = with_query(&format!("{}/merge_requests", self.project), &values);
        let all: Vec<GitLabMergeRequest> = self.http.get_json(&path)?;
        let all = all.into_iter().map(|mut one| {
            let by = one.closed_by.take().map(|user| user.username);
            ClosedProposal { at: one.closed_at.take(), by, proposal: one.into() }
        });
        let is_its = |one: &ClosedProposal| {
            let one = &one.proposal;
            one.head == head && one.base == base && !one.from_fork
        };
        let newest = all.filter(is_its).find(|one| one.proposal.state != ProposalState::Open);
        Ok(newest.filter(|one| one.proposal.state == ProposalState::Closed))
    }

    fn get_proposal(&self, number: u64) -> Result<Proposal> {
        let found = self.http.get_json::<GitLabMergeRequest>(&self.merge_request_path(number));
        exactly_once::numbered(self, number, found.map(Proposal::from))
    }

    fn create_proposal(&self, new: &NewProposal) -> Result<CreatedProposal> {
        let body = json!({
            "source_branch": new.head, "target_branch": new.base,
            "title": draft_title(&new.title, new.draft),
            "description": truncate_bytes(&new.body, self.kind().text_limits().body),
        });
        exactly_once::create_once(self, &self.http, new, || {
            let path = format!("{}/merge_requests", self.project);
            self.http
                .send_json::<GitLabMergeRequest>(
                    Method::POST,
                    &path,
                    body.clone(),
                    RetrySafety::Once,
                )
                .map(Proposal::from)
        })
    }

    fn update_proposal(&self, number: u64, change: &ProposalUpdate) -> Result<Proposal> {
        let now: GitLabMergeRequest = self.http.get_json(&self.merge_request_path(number))?;
        let mut body = serde_json::Map::new();
        if change.title.is_some() || change.draft.is_some() {
            let title = change.title.as_deref().unwrap_or_else(|| strip_draft_prefix(&now.title));
            let draft = change.draft.unwrap_or(if now.is_draft() {
                DraftState::Yes
            } else {
                DraftState::No
            });
            body.insert("title".into(), draft_title(title, draft).into());
        }
        let text =
            change.body.as_deref().map(|text| truncate_bytes(text, self.kind().text_limits().body));
        body.extend(text.map(|text| ("description".to_owned(), Value::from(text))));
        for (key, labels) in
            [("add_labels", &change.add_labels), ("remove_labels", &change.remove_labels)]
        {
            body.extend(
                (!labels.is_empty()).then(|| (key.to_owned(), Value::from(labels.join(",")))),
            );
        }
        let same = now.iid;
        if let Some(ids) = self.assignee_ids(&now, &change.add_assignees)? {
            body.insert("assignee_ids".into(), ids.into());
        }
        if let Some(ids) = self.reviewer_ids(now, &change.add_reviewers)? {
            body.insert("reviewer_ids".into(), ids.into());
        }
        if body.is_empty() {
            return self.get_proposal(same);
        }
        self.http
            .send_json::<GitLabMergeRequest>(
                Method::PUT,
                &self.merge_request_path(number),
                body.into(),
                RetrySafety::Safe,
            )
            .map(Proposal::from)
    }

    fn close_proposal(&self, number: u64) -> Result<Proposal> {
        let body = json!({ "state_event": "close" });
        self.http
            .send_json::<GitLabMergeRequest>(
                Method::PUT,
                &self.merge_request_path(number),
                body,
                RetrySafety::Safe,
            )
            .map(Proposal::from)
    }

    fn merge_proposal(&self, number: u64, how: &ProposalMerge) -> Result<Proposal> {
        let body = Self::merge_body(how);
        exactly_once::merge_or_queue_once(self, &self.http, number, || {
            if self.has_merge_train()? {
                return self.enqueue(number, how);
            }
            ready::merge_when_ready(self, &self.http, number, || self.send_merge(number, &body))
                .map(|()| MergeRequestResult::Sent)
        })
    }

    fn auto_merge(&self, number: u64, how: &ProposalMerge) -> Result<()> {
        if self.has_merge_train()? {
            let queued = self.enqueue(number, how);
            return queued.map(drop).map_err(|error| exactly_once::not_mergeable(number, error));
        }
        let mut body = Self::merge_body(how);
        // The parameter is named `auto_merge` since GitLab 17.11; older versions expect the other
        // name.
        body["merge_when_pipeline_succeeds"] = true.into();
        body["auto_merge"] = true.into();
        ready::merge_when_ready(self, &self.http, number, || self.send_merge(number, &body))
            .map_err(|error| exactly_once::not_mergeable(number, error))
    }

    fn list_checks(&self, commit: &str) -> Result<Vec<CommitCheck>> {
        let path = format!("{}/repository/commits/{}/statuses", self.project, escape(commit));
        let all: Vec<GitLabStatus> = self.http.list_by_link(&with_query(&path, &[PAGE]))?;
        Ok(all.into_iter().map(CommitCheck::from).collect())
    }

    /// Sets a status. GitLab refuses to set the current state again, which counts as success.
    fn set_check(&self, commit: &str, check: &CommitCheck) -> Result<()> {
        let state = match check.state {
            CheckState::Pending => "pending",
            CheckState::Passed | CheckState::Neutral => "success",
            CheckState::Failed => "failed",
        };
        let limit = self.kind().text_limits().description;
        let text = truncate_text(&check.description, limit);
        let mut body = json!({ "state": state, "name": check.name, "description": text });
        if let Some(url) = &check.url {
            body["target_url"] = url.as_str().into();
        }
        let path = format!("{}/statuses/{}", self.project, escape(commit));
        match self.http.send_only(Method::POST, &path, Some(body), RetrySafety::Safe) {
            Err(error @ ForgeError::Refused { .. }) => {
                let there = self
                    .list_checks(commit)?
                    .into_iter()
                    .any(|now| now.name == check.name && now.state == check.state);
                if there { Ok(()) } else { Err(error) }
            }
            other => other,
        }
    }

    /// Lists approvals and requested changes, which are two lists. Old servers lack the second.
    fn list_reviews(&self, number: u64) -> Result<Vec<Review>> {
        let approvals: GitLabApprovals =
            self.http.get_json(&format!("{}/approvals", self.merge_request_path(number)))?;
        let reviewers = match self.http.list_by_link::<GitLabApproval>(&format!(
            "{}/reviewers",
            self.merge_request_path(number)
        )) {
            Err(ForgeError::NotFound { .. }) => Vec::new(),
            other => other?,
        };
        let against =
            |reviewer: &GitLabApproval| reviewer.state.as_deref() == Some("requested_changes");
        let mut out: Vec<Review> = reviewers
            .into_iter()
            .filter(against)
            .map(|given| to_review(given, ReviewVerdict::ChangesRequested))
            .collect();
        let approved = approvals
            .approved_by
            .into_iter()
            .map(|given| to_review(given, ReviewVerdict::Approved));
        let new: Vec<Review> =
            approved.filter(|given| out.iter().all(|seen| seen.author != given.author)).collect();
        out.extend(new);
        Ok(out)
    }

    fn open_issues(&self, label: &str) -> Result<Vec<Issue>> {
        let path = with_query(
            &format!("{}/issues", self.project),
            &[("state", "opened"), ("labels", label), PAGE],
        );
        let all: Vec<GitLabIssue> = self.http.list_by_link(&path)?;
        let labelled = all
            .into_iter()
            .filter(|issue| issue.labels.iter().any(|given| given.eq_ignore_ascii_case(label)));
        Ok(labelled
            .map(|issue| Issue { number: issue.iid, title: issue.title, url: issue.web_url })
            .collect())
    }

    fn commit_author(&self, commit: &str) -> Result<Option<String>> {
        self.find_author(commit)
    }

    fn find_release(&self, tag: &str) -> Result<Option<ForgeRelease>> {
        let path = format!("{}/releases/{}", self.project, escape(tag));
        release_of(self.http.get_json::<GitLabRelease>(&path))
    }

    fn comments(&self) -> Option<&dyn CommentLog> {
        Some(self)
    }

    fn deployments(&self) -> Option<&dyn DeploymentLog> {
        Some(self)
    }
}

fn to_review(given: GitLabApproval, verdict: ReviewVerdict) -> Review {
    Review { author: given.user.username, verdict, commit: None }
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

fn draft_title(title: &str, draft: DraftState) -> String {
    let title = &truncate_text(title, ForgeKind::GitLab.text_limits().title);
    if draft.is_yes() {
        format!("{} {}", DRAFT_PREFIXES[0], strip_draft_prefix(title))
    } else {
        strip_draft_prefix(title).to_owned()
    }
}
