//! GitHub and GitHub Enterprise.

mod comments;
mod deployments;
mod octo;
mod queue;
mod wire;

use super::access::ForgeAccess;
use super::exactly_once::{self, MergeRequestResult};
use super::http::HttpClient;
use super::json::{HubCommit, HubIssue, HubPullRequest, newest_closed, reviewers_json};
use super::place::{ForgeKind, ForgeRepository};
use super::ready;
use super::releases::{HubRelease, release_of};
use super::retry::RetrySafety;
use super::text_limits::{truncate_bytes, truncate_text};
use super::types::{last_words, new_assignees, newest_checks};
use super::url::{escape, with_query};
use super::{
    CheckState, ClosedProposal, CommentLog, CommitCheck, CreatedProposal, DeploymentLog,
    DraftState, Forge, ForgeError, ForgeFeature, ForgeRelease, Issue, MergeMethod, NewProposal,
    Proposal, ProposalMerge, ProposalUpdate, Result, Review,
};
use octo::OctocrabClient;
use serde_json::{Value, json};
use ureq::http::Method;
use wire::{GitHubCheckRuns, GitHubReview, GitHubStatus};

const ENABLE_AUTO_MERGE: &str = "mutation($input: EnablePullRequestAutoMergeInput!) { enablePullRequestAutoMerge(input: $input) { clientMutationId } }";
const TO_DRAFT: &str = "mutation($input: ConvertPullRequestToDraftInput!) { convertPullRequestToDraft(input: $input) { clientMutationId } }";
const READY: &str = "mutation($input: MarkPullRequestReadyForReviewInput!) { markPullRequestReadyForReview(input: $input) { clientMutationId } }";

pub(super) struct GitHubForge {
    octo: OctocrabClient,
    /// `/repos/OWNER/NAME`.
    repo: String,
    owner: String,
    name: String,
}

impl GitHubForge {
    pub(super) fn new(place: &ForgeRepository, access: &ForgeAccess) -> Result<Self> {
        let graphql = match place.api.strip_suffix("/api/v3") {
            Some(server) => format!("{server}/api/graphql"),
            None => format!("{}/graphql", place.api),
        };
        Ok(GitHubForge {
            octo: OctocrabClient::new(HttpClient::new(place, access)?, graphql)?,
            repo: format!("/repos/{}/{}", escape(&place.owner), escape(&place.name)),
            owner: place.owner.clone(),
            name: place.name.clone(),
        })
    }

    fn pull_path(&self, number: u64) -> String {
        format!("{}/pulls/{number}", self.repo)
    }

    fn list_pulls(&self, values: &[(&str, &str)]) -> Result<Vec<Proposal>> {
        let path = with_query(&format!("{}/pulls", self.repo), values);
        self.octo.list_pages(&path, |pulls: Vec<HubPullRequest>| {
            pulls.into_iter().map(Proposal::from).collect()
        })
    }

    /// Changes title and body if given; returns the resulting pull request.
    fn edit_pull(&self, number: u64, change: &ProposalUpdate) -> Result<HubPullRequest> {
        let mut body = serde_json::Map::new();
        let limits = self.kind().text_limits();
        let title = change.title.as_deref().map(|title| truncate_text(title, limits.title));
        let text = change.body.as_deref().map(|text| truncate_bytes(text, limits.body));
        body.extend(title.map(|title| ("title".to_owned(), Value::from(title))));
        body.extend(text.map(|text| ("body".to_owned(), Value::from(text))));
        if body.is_empty() {
            return self.octo.get_json(&self.pull_path(number));
        }
        self.octo.send_json(Method::PATCH, &self.pull_path(number), body.into(), RetrySafety::Safe)
    }

    fn set_draft(&self, pull: &HubPullRequest, draft: DraftState) -> Result<()> {
        if pull.draft.unwrap_or(false) == draft.is_yes() {
            return Ok(());
        }
        let mutation = if draft.is_yes() { TO_DRAFT } else { READY };
        self.octo.mutate(mutation, json!({ "pullRequestId": pull.node_id }))
    }

    fn change_labels(&self, number: u64, change: &ProposalUpdate) -> Result<()> {
        let path = format!("{}/issues/{number}/labels", self.repo);
        if !change.add_labels.is_empty() {
            let body = json!({ "labels": change.add_labels });
            self.octo.send_json::<Value>(Method::POST, &path, body, RetrySafety::Safe)?;
        }
        for label in &change.remove_labels {
            let gone = self.octo.http.send_only(
                Method::DELETE,
                &format!("{path}/{}", escape(label)),
                None,
                RetrySafety::Safe,
            );
            if !matches!(gone, Err(ForgeError::NotFound { .. })) {
                gone?;
            }
        }
        Ok(())
    }

    fn request_reviews(&self, proposal: &Proposal, names: &[String]) -> Result<()> {
        let Some(body) = reviewers_json(proposal, names) else { return Ok(()) };
        let path = format!("{}/requested_reviewers", self.pull_path(proposal.number));
        self.octo.send_json::<Value>(Method::POST, &path, body, RetrySafety::Safe).map(|_| ())
    }

    fn commit_path(&self, commit: &str, what: &str) -> String {
        with_query(
            &format!("{}/commits/{}/{what}", self.repo, escape(commit)),
            &[("per_page", "100")],
        )
    }
}

impl Forge for GitHubForge {
    fn kind(&self) -> ForgeKind {
        ForgeKind::GitHub
    }

    fn missing_features(&self) -> &'static [ForgeFeature] {
        &[]
    }

    fn open_proposals(&self) -> Result<Vec<Proposal>> {
        self.list_pulls(&[("state", "open"), ("per_page", "100")])
    }

    fn find_proposals(&self, head: &str) -> Result<Vec<Proposal>> {
        let head_of = format!("{}:{head}", self.owner);
        let mut found =
            self.list_pulls(&[("state", "open"), ("head", &head_of), ("per_page", "100")])?;
        found.retain(|proposal| proposal.head == head && !proposal.from_fork);
        Ok(found)
    }

    fn find_closed(&self, head: &str, base: &str) -> Result<Option<ClosedProposal>> {
        let head_of = format!("{}:{head}", self.owner);
        let path = with_query(
            &format!("{}/pulls", self.repo),
            &[("state", "closed"), ("head", &head_of), ("base", base), ("per_page", "20")],
        );
        let closed: Vec<HubPullRequest> = self.octo.get_json(&path)?;
        let Some((proposal, at)) = newest_closed(closed, head, base) else { return Ok(None) };
        let issue = format!("{}/issues/{}", self.repo, proposal.number);
        let by = match self.octo.get_json::<Value>(&issue) {
            Ok(issue) => issue["closed_by"]["login"].as_str().map(str::to_owned),
            Err(error) if error.may_pass() => return Err(error),
            Err(_) => None,
        };
        Ok(Some(ClosedProposal { proposal, by, at }))
    }

    fn get_proposal(&self, number: u64) -> Result<Proposal> {
        let found = self.octo.get_json::<HubPullRequest>(&self.pull_path(number));
        exactly_once::numbered(self, number, found.map(Proposal::from))
    }

    fn create_proposal(&self, new: &NewProposal) -> Result<CreatedProposal> {
        let limits = self.kind().text_limits();
        let body = json!({
            "head": new.head, "base": new.base, "draft": new.draft.is_yes(),
            "title": truncate_text(&new.title, limits.title),
            "body": truncate_bytes(&new.body, limits.body),
        });
        exactly_once::create_once(self, &self.octo.http, new, || {
            let path = format!("{}/pulls", self.repo);
            self.octo
                .send_json::<HubPullRequest>(Method::POST, &path, body.clone(), RetrySafety::Once)
                .map(Proposal::from)
        })
    }

    fn update_proposal(&self, number: u64, change: &ProposalUpdate) -> Result<Proposal> {
        let pull = self.edit_pull(number, change)?;
        if let Some(draft) = change.draft {
            self.set_draft(&pull, draft)?;
        }
        self.change_labels(number, change)?;
        let proposal = Proposal::from(pull);
        self.request_reviews(&proposal, &change.add_reviewers)?;
        let assignees = new_assignees(&change.add_assignees, &proposal.assignees);
        if !assignees.is_empty() {
            let path = format!("{}/issues/{number}/assignees", self.repo);
            let body = json!({ "assignees": assignees });
            self.octo.send_json::<Value>(Method::POST, &path, body, RetrySafety::Safe)?;
        }
        self.get_proposal(number)
    }

    fn close_proposal(&self, number: u64) -> Result<Proposal> {
        let body = json!({ "state": "closed" });
        self.octo
            .send_json::<HubPullRequest>(
                Method::PATCH,
                &self.pull_path(number),
                body,
                RetrySafety::Safe,
            )
            .map(Proposal::from)
    }

    fn merge_proposal(&self, number: u64, how: &ProposalMerge) -> Result<Proposal> {
        let mut body =
            json!({ "sha": how.expect, "merge_method": method_name(how.method).to_lowercase() });
        if let Some(title) = &how.title {
            body["commit_title"] = title.as_str().into();
        }
        if let Some(message) = &how.message {
            body["commit_message"] = message.as_str().into();
        }
        let path = format!("{}/merge", self.pull_path(number));
        let send = || {
            let sent =
                self.octo.send_json::<Value>(Method::PUT, &path, body.clone(), RetrySafety::Once);
            sent.map(|_| ())
        };
        let http = &self.octo.http;
        exactly_once::merge_or_queue_once(self, http, number, || {
            match ready::merge_when_ready(self, http, number, send) {
                Err(error) if error.wants_queue() => self.enqueue(number, how),
                sent => sent.map(|()| MergeRequestResult::Sent),
            }
        })
    }

    fn auto_merge(&self, number: u64, how: &ProposalMerge) -> Result<()> {
        let pull: HubPullRequest = self.octo.get_json(&self.pull_path(number))?;
        let mut input = json!({ "pullRequestId": pull.node_id, "expectedHeadOid": how.expect });
        // A merge queue has a method of its own, and ignores requests for another one.
        if !self.has_queue(&pull)? {
            input["mergeMethod"] = method_name(how.method).into();
            input["commitHeadline"] = how.title.as_deref().into();
            input["commitBody"] = how.message.as_deref().into();
        }
        let enable = || {
            ready::merge_when_ready(self, &self.octo.http, number, || {
                self.octo.mutate(ENABLE_AUTO_MERGE, input.clone())
            })
        };
        match enable() {
            // GitHub refuses auto-merge if nothing blocks the merge, so merge now.
            Err(ForgeError::Refused { why, .. }) if is_mergeable_now(&why) => {
                self.merge_proposal(number, how).map(|_| ())
            }
            other => other.map_err(|error| exactly_once::not_mergeable(number, error)),
        }
    }

    fn list_checks(&self, commit: &str) -> Result<Vec<CommitCheck>> {
        let statuses = self
            .octo
            .list_pages(&self.commit_path(commit, "statuses"), |page: Vec<GitHubStatus>| page)?;
        let runs = self
            .octo
            .list_pages(&self.commit_path(commit, "check-runs"), |page: GitHubCheckRuns| {
                page.check_runs
            })?;
        let mut out = newest_checks(statuses.into_iter().map(CommitCheck::from).collect());
        out.extend(newest_checks(runs.into_iter().map(CommitCheck::from).collect()));
        Ok(out)
    }

    fn find_status(&self, commit: &str, name: &str) -> Result<Option<CommitCheck>> {
        let path = self.commit_path(commit, "statuses");
        let statuses = self.octo.list_pages(&path, |page: Vec<GitHubStatus>| page)?;
        Ok(statuses.into_iter().find(|status| status.context == name).map(CommitCheck::from))
    }

    fn set_check(&self, commit: &str, check: &CommitCheck) -> Result<()> {
        let state = match check.state {
            CheckState::Pending => "pending",
            CheckState::Passed | CheckState::Neutral => "success",
            CheckState::Failed => "failure",
        };
        let mut body = json!({
            "state": state, "context": check.name, "description": truncate_text(&check.description, self.kind().text_limits().description),
        });
        if let Some(url) = &check.url {
            body["target_url"] = url.as_str().into();
        }
        let path = format!("{}/statuses/{}", self.repo, escape(commit));
        self.octo.send_json::<Value>(Method::POST, &path, body, RetrySafety::Safe).map(|_| ())
    }

    fn list_reviews(&self, number: u64) -> Result<Vec<Review>> {
        let path =
            with_query(&format!("{}/reviews", self.pull_path(number)), &[("per_page", "100")]);
        let given = self.octo.list_pages(&path, |page: Vec<GitHubReview>| page)?;
        Ok(last_words(given.into_iter().filter_map(GitHubReview::author_verdict)))
    }

    fn list_reviewers(&self, number: u64) -> Result<Vec<String>> {
        let path =
            with_query(&format!("{}/reviews", self.pull_path(number)), &[("per_page", "100")]);
        let given = self.octo.list_pages(&path, |page: Vec<GitHubReview>| page)?;
        Ok(given.into_iter().filter_map(|review| Some(review.user?.login)).collect())
    }

    fn open_issues(&self, label: &str) -> Result<Vec<Issue>> {
        let values = [("state", "open"), ("labels", label), ("per_page", "100")];
        let all = self.octo.list_pages(
            &with_query(&format!("{}/issues", self.repo), &values),
            |page: Vec<HubIssue>| page,
        )?;
        Ok(all.into_iter().filter_map(|issue| issue.with_label(label)).collect())
    }

    fn commit_author(&self, commit: &str) -> Result<Option<String>> {
        let path = format!("{}/commits/{}", self.repo, escape(commit));
        match self.octo.get_json::<HubCommit>(&path) {
            Err(ForgeError::NotFound { .. }) => Ok(None),
            found => found.map(HubCommit::login),
        }
    }

    fn find_release(&self, tag: &str) -> Result<Option<ForgeRelease>> {
        let path = format!("{}/releases/tags/{}", self.repo, escape(tag));
        release_of(self.octo.get_json::<HubRelease>(&path))
    }

    fn comments(&self) -> Option<&dyn CommentLog> {
        Some(self)
    }

    fn deployments(&self) -> Option<&dyn DeploymentLog> {
        Some(self)
    }
}

/// True if nothing blocks the merge: all is green, or only checks that are not required are not; or
/// the base has no rules to wait for.
fn is_mergeable_now(why: &str) -> bool {
    let why = why.to_lowercase();
    ["clean status", "unstable status", "has_hooks", "branch rules not configured"]
        .iter()
        .any(|words| why.contains(words))
}

fn method_name(method: MergeMethod) -> &'static str {
    match method {
        MergeMethod::Merge => "MERGE",
        MergeMethod::Squash => "SQUASH",
        MergeMethod::Rebase => "REBASE",
    }
}
