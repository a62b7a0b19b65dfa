//! Azure DevOps Services and Server.

use super::access::ForgeAccess;
use super::exactly_once;
use super::http::HttpClient;
use super::json::{list, text};
use super::place::{ForgeKind, ForgeRepository};
use super::retry::RetrySafety;
use super::text_limits::{truncate_bytes, truncate_text};
use super::types::{askable_reviewers, newest_checks};
use super::url::{escape, with_query};
use super::{
    CheckState, ClosedProposal, CommentLog, CommitCheck, CreatedProposal, Forge, ForgeError,
    ForgeFeature, Issue, MergeMethod, NewProposal, Proposal, ProposalMerge, ProposalState,
    ProposalUpdate, Result, Review, ReviewVerdict,
};
use serde_json::{Value, json};
use ureq::http::Method;

mod comments;
mod people;
mod wire;

use wire::{AzureList, AzurePullRequest, AzureStatus, AzureWorkItem, AzureWorkItems};

const VERSION: (&str, &str) = ("api-version", "7.1");

/// Items per page.
const PAGE: usize = 100;

/// Maximum number of work items per request.
const MAX_IDS: usize = 200;

/// Polls for the completion of a merge, which Azure runs asynchronously.
const LOOKS: u32 = 10;

pub(super) struct AzureForge {
    http: HttpClient,
    /// `/PROJECT`.
    project: String,
    /// `/PROJECT/_apis/git/repositories/NAME`.
    repo: String,
    /// URL of a pull request's page, without its number.
    page: String,
    /// Base URL for looking up people.
    people: String,
}

impl AzureForge {
    pub(super) fn new(place: &ForgeRepository, access: &ForgeAccess) -> Result<Self> {
        let (project, name) = (format!("/{}", escape(&place.owner)), escape(&place.name));
        Ok(AzureForge {
            http: HttpClient::new(place, access)?,
            repo: format!("{project}/_apis/git/repositories/{name}"),
            page: format!("{}{project}/_git/{name}/pullrequest", place.api),
            people: place.api.replacen("https://dev.azure.com", "https://vssps.dev.azure.com", 1),
            project,
        })
    }

    fn pull_path(&self, number: u64, rest: &str) -> String {
        with_query(&format!("{}/pullRequests/{number}{rest}", self.repo), &[VERSION])
    }

    fn get_pull(&self, number: u64) -> Result<AzurePullRequest> {
        self.http.get_json(&with_query(&format!("{}/pullrequests/{number}", self.repo), &[VERSION]))
    }

    fn patch_pull(
        &self,
        number: u64,
        body: Value,
        repeat: RetrySafety,
    ) -> Result<AzurePullRequest> {
        let path = with_query(&format!("{}/pullrequests/{number}", self.repo), &[VERSION]);
        self.http.send_json(Method::PATCH, &path, body, repeat)
    }

    fn list_open(&self, which: &[(&str, &str)]) -> Result<Vec<AzurePullRequest>> {
        let values = [which, &[("searchCriteria.status", "active"), VERSION]].concat();
        self.http.list_by_skip(&with_query(&format!("{}/pullrequests", self.repo), &values), PAGE)
    }

    fn change_labels(&self, number: u64, change: &ProposalUpdate) -> Result<()> {
        for name in &change.add_labels {
            let body = json!({ "name": name });
            self.http.send_only(
                Method::POST,
                &self.pull_path(number, "/labels"),
                Some(body),
                RetrySafety::Safe,
            )?;
        }
        for name in &change.remove_labels {
            let path = self.pull_path(number, &format!("/labels/{}", escape(name)));
            let gone = self.http.send_only(Method::DELETE, &path, None, RetrySafety::Safe);
            if !matches!(gone, Err(ForgeError::NotFound { .. })) {
                gone?;
            }
        }
        Ok(())
    }

    /// Adds reviewers. Existing ones are skipped: adding them again would reset their vote.
    fn request_reviews(&self, pull: AzurePullRequest, names: &[String]) -> Result<()> {
        let asked = pull.reviewer_ids();
        let proposal = &self.to_proposal(pull);
        for name in askable_reviewers(names, proposal) {
            let id = people::id_of(&self.http, &self.people, &name)?;
            if asked.iter().any(|asked| asked.eq_ignore_ascii_case(&id)) {
                continue;
            }
            let path = self.pull_path(proposal.number, &format!("/reviewers/{}", escape(&id)));
            self.http.send_only(
                Method::PUT,
                &path,
                Some(json!({ "vote": 0 })),
                RetrySafety::Safe,
            )?;
        }
        Ok(())
    }

    fn completion_options(how: &ProposalMerge) -> Value {
        let strategy = match how.method {
            MergeMethod::Merge => "noFastForward",
            MergeMethod::Squash => "squash",
            MergeMethod::Rebase => "rebase",
        };
        let mut options = json!({ "mergeStrategy": strategy });
        if let Some(text) = how.commit_message() {
            options["mergeCommitMessage"] = text.into();
        }
        options
    }

    /// Waits for a merge, which Azure completes after it has answered.
    fn wait_for_merge(&self, number: u64) -> Result<()> {
        for look in 1..=LOOKS {
            let pull = self.get_pull(number)?;
            if let Some(why) = pull.merge_failure() {
                return Err(ForgeError::NotMergeable { number, why });
            }
            if pull.state() != ProposalState::Open {
                return Ok(());
            }
            (self.http.clock.sleep)(self.http.limits.pause.saturating_mul(look));
        }
        Err(ForgeError::NotMergeable { number, why: "Azure has not finished the merge".into() })
    }

    fn to_proposal(&self, pull: AzurePullRequest) -> Proposal {
        let url = format!("{}/{}", self.page, pull.number());
        Proposal { url, ..Proposal::from(pull) }
    }
}

impl Forge for AzureForge {
    fn kind(&self) -> ForgeKind {
        ForgeKind::Azure
    }

    fn missing_features(&self) -> &'static [ForgeFeature] {
        &[ForgeFeature::Assignees]
    }

    fn open_proposals(&self) -> Result<Vec<Proposal>> {
        Ok(self.list_open(&[])?.into_iter().map(|pull| self.to_proposal(pull)).collect())
    }

    /// Lists truncate descriptions, so the found proposal is fetched again.
    fn find_proposals(&self, head: &str) -> Result<Vec<Proposal>> {
        let reference = format!("refs/heads/{head}");
        let found = self.list_open(&[("searchCriteria.sourceRefName", &reference)])?;
        let found = found.into_iter().map(|pull| self.to_proposal(pull));
        let found = found.filter(|proposal| proposal.head == head && !proposal.from_fork);
        found.map(|proposal| self.get_proposal(proposal.number)).collect()
    }

    fn find_closed(&self, head: &str, base: &str) -> Result<Option<ClosedProposal>> {
        let (source, target) = (format!("refs/heads/{head}"), format!("refs/heads/{base}"));
        let values = [
            ("searchCriteria.sourceRefName", source.as_str()),
            ("searchCriteria.targetRefName", target.as_str()),
            ("searchCriteria.status", "all"),
            ("$top", "20"),
            VERSION,
        ];
        let path = with_query(&format!("{}/pullrequests", self.repo), &values);
        let page: AzureList<AzurePullRequest> = self.http.get_json(&path)?;
        let all = page.value.into_iter().map(|mut one| {
            let (by, at) = one.take_closing();
            ClosedProposal { proposal: self.to_proposal(one), by, at }
        });
        let is_its = |one: &ClosedProposal| {
            let one = &one.proposal;
            one.head == head && one.base == base && !one.from_fork
        };
        let newest = all.filter(is_its).find(|one| one.proposal.state != ProposalState::Open);
        let Some(closed) = newest.filter(|one| one.proposal.state == ProposalState::Closed) else {
            return Ok(None);
        };
        // Lists cut descriptions.
        let proposal = self.get_proposal(closed.proposal.number)?;
        Ok(Some(ClosedProposal { proposal, ..closed }))
    }

    fn get_proposal(&self, number: u64) -> Result<Proposal> {
        let found = self.get_pull(number).map(|pull| self.to_proposal(pull));
        exactly_once::numbered(self, number, found)
    }

    fn create_proposal(&self, new: &NewProposal) -> Result<CreatedProposal> {
        let limits = self.kind().text_limits();
        let body = json!({
            "sourceRefName": format!("refs/heads/{}", new.head), "targetRefName": format!("refs/heads/{}", new.base),
            "title": truncate_text(&new.title, limits.title), "isDraft": new.draft.is_yes(),
            "description": truncate_bytes(&new.body, limits.body),
        });
        exactly_once::create_once(self, &self.http, new, || {
            let path = with_query(&format!("{}/pullrequests", self.repo), &[VERSION]);
            let pull: AzurePullRequest =
                self.http.send_json(Method::POST, &path, body.clone(), RetrySafety::Once)?;
            Ok(self.to_proposal(pull))
        })
    }

    fn update_proposal(&self, number: u64, change: &ProposalUpdate) -> Result<Proposal> {
        let limits = self.kind().text_limits();
        let mut body = serde_json::Map::new();
        let title = change.title.as_deref().map(|title| truncate_text(title, limits.title));
        let text = change.body.as_deref().map(|text| truncate_bytes(text, limits.body));
        body.extend(title.map(|title| ("title".to_owned(), Value::from(title))));
        body.extend(text.map(|text| ("description".to_owned(), Value::from(text))));
        body.extend(change.draft.map(|draft| ("isDraft".to_owned(), draft.is_yes().into())));
        let pull = if body.is_empty() {
            self.get_pull(number)?
        } else {
            self.patch_pull(number, body.into(), RetrySafety::Safe)?
        };
        self.change_labels(number, change)?;
        self.request_reviews(pull, &change.add_reviewers)?;
        self.get_proposal(number)
    }

    fn close_proposal(&self, number: u64) -> Result<Proposal> {
        self.patch_pull(number, json!({ "status": "abandoned" }), RetrySafety::Safe)
            .map(|pull| self.to_proposal(pull))
    }

    fn merge_proposal(&self, number: u64, how: &ProposalMerge) -> Result<Proposal> {
        let body = json!({
            "status": "completed", "lastMergeSourceCommit": { "commitId": how.expect },
            "completionOptions": Self::completion_options(how),
        });
        exactly_once::merge_once(self, &self.http, number, || {
            exactly_once::same_head(&self.get_proposal(number)?, &how.expect)?;
            self.patch_pull(number, body.clone(), RetrySafety::Once)?;
            self.wait_for_merge(number)
        })
    }

    fn auto_merge(&self, number: u64, how: &ProposalMerge) -> Result<()> {
        exactly_once::same_head(&self.get_proposal(number)?, &how.expect)?;
        let body = json!({
            "autoCompleteSetBy": { "id": people::own_id(&self.http)? }, "completionOptions": Self::completion_options(how),
        });
        self.patch_pull(number, body, RetrySafety::Safe)
            .map(|_| ())
            .map_err(|error| exactly_once::not_mergeable(number, error))
    }

    fn list_checks(&self, commit: &str) -> Result<Vec<CommitCheck>> {
        let path = format!("{}/commits/{}/statuses", self.repo, escape(commit));
        let page: AzureList<AzureStatus> = self
            .http
            .get_json(&with_query(&path, &[("latestOnly", "true"), ("top", "1000"), VERSION]))?;
        Ok(newest_checks(page.value.into_iter().map(CommitCheck::from).collect()))
    }

    fn set_check(&self, commit: &str, check: &CommitCheck) -> Result<()> {
        let state = match check.state {
            CheckState::Pending => "pending",
            CheckState::Passed => "succeeded",
            CheckState::Failed => "failed",
            CheckState::Neutral => "notApplicable",
        };
        let context = match check.name.split_once('/') {
            Some((genre, name)) => json!({ "genre": genre, "name": name }),
            None => json!({ "name": check.name }),
        };
        let text = truncate_text(&check.description, self.kind().text_limits().description);
        let mut body = json!({ "state": state, "description": text, "context": context });
        if let Some(url) = &check.url {
            body["targetUrl"] = url.as_str().into();
        }
        let path =
            with_query(&format!("{}/commits/{}/statuses", self.repo, escape(commit)), &[VERSION]);
        self.http.send_only(Method::POST, &path, Some(body), RetrySafety::Safe)
    }

    fn list_reviews(&self, number: u64) -> Result<Vec<Review>> {
        Ok(self.get_pull(number)?.reviews())
    }

    /// Lists work items with a tag.
    fn open_issues(&self, label: &str) -> Result<Vec<Issue>> {
        let found: AzureWorkItems = {
            let path = with_query(&format!("{}/_apis/wit/wiql", self.project), &[VERSION]);
            self.http.send_json(
                Method::POST,
                &path,
                json!({ "query": wire::tagged_query(label) }),
                RetrySafety::Safe,
            )?
        };
        let ids: Vec<String> = found.work_items.iter().map(|item| item.id.to_string()).collect();
        let mut out = Vec::new();
        for some in ids.chunks(MAX_IDS) {
            let values =
                [("ids", some.join(",")), ("fields", "System.Title,System.Tags".to_owned())];
            let values: Vec<(&str, &str)> =
                values.iter().map(|(key, value)| (*key, value.as_str())).collect();
            let path = with_query(
                &format!("{}/_apis/wit/workitems", self.project),
                &[values.as_slice(), &[VERSION]].concat(),
            );
            let page: AzureList<AzureWorkItem> = self.http.get_json(&path)?;
            let pages =
                format!("{}/_workitems/edit", self.page.split("/_git/").next().unwrap_or_default());
            out.extend(page.value.into_iter().filter_map(|item| item.into_issue(label, &pages)));
        }
        Ok(out)
    }

    /// Azure names people by their addresses.
    fn commit_author(&self, commit: &str) -> Result<Option<String>> {
        let path = format!("{}/commits/{}", self.repo, escape(commit));
        match self.http.get_json::<Value>(&with_query(&path, &[VERSION])) {
            Err(ForgeError::NotFound { .. }) => Ok(None),
            found => Ok(found?["author"]["email"].as_str().map(str::to_owned)),
        }
    }

    fn comments(&self) -> Option<&dyn CommentLog> {
        Some(self)
    }
}
