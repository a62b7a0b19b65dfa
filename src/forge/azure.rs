//! Azure DevOps, as a service and on a server.

use super::access::ForgeAccess;
use super::http::HttpClient;
use super::json::{list, text};
use super::place::{ForgeKind, ForgeRepository};
use super::retry::RetrySafety;
use super::settle;
use super::types::{askable, cut, newest};
use super::url::{escape, query};
use super::{
    CheckState, CommitCheck, Forge, ForgeError, ForgeFeature, Issue, MergeMethod, NewProposal,
    Proposal, ProposalMerge, ProposalState, ProposalUpdate, Result, Review, ReviewVerdict,
};
use serde_json::{Value, json};
use ureq::http::Method;

mod people;
mod wire;

use wire::{AzureList, AzurePullRequest, AzureStatus, AzureWorkItem, AzureWorkItems};

const VERSION: (&str, &str) = ("api-version", "7.1");

/// Longer descriptions are refused.
const MAX_BODY: usize = 4000;

/// Items on a page.
const PAGE: usize = 100;

/// How many work items may be asked for at once.
const MAX_IDS: usize = 200;

/// How often it is looked whether a merge, which Azure does later, is done.
const LOOKS: u32 = 10;

pub(super) struct AzureForge {
    http: HttpClient,
    /// `/PROJECT`.
    project: String,
    /// `/PROJECT/_apis/git/repositories/NAME`.
    repo: String,
    /// The page of a pull request, but for its number.
    page: String,
    /// Where people are looked up.
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

    fn path(&self, number: u64, rest: &str) -> String {
        query(&format!("{}/pullRequests/{number}{rest}", self.repo), &[VERSION])
    }

    fn pull(&self, number: u64) -> Result<AzurePullRequest> {
        self.http.get(&query(&format!("{}/pullrequests/{number}", self.repo), &[VERSION]))
    }

    fn patch(&self, number: u64, body: Value, repeat: RetrySafety) -> Result<AzurePullRequest> {
        let path = query(&format!("{}/pullrequests/{number}", self.repo), &[VERSION]);
        self.http.send(Method::PATCH, &path, body, repeat)
    }

    fn open(&self, which: &[(&str, &str)]) -> Result<Vec<AzurePullRequest>> {
        let values = [which, &[("searchCriteria.status", "active"), VERSION]].concat();
        self.http.skipped(&query(&format!("{}/pullrequests", self.repo), &values), PAGE)
    }

    fn label(&self, number: u64, change: &ProposalUpdate) -> Result<()> {
        for name in &change.add_labels {
            let body = json!({ "name": name });
            self.http.tell(
                Method::POST,
                &self.path(number, "/labels"),
                Some(body),
                RetrySafety::Safe,
            )?;
        }
        for name in &change.remove_labels {
            let path = self.path(number, &format!("/labels/{}", escape(name)));
            let gone = self.http.tell(Method::DELETE, &path, None, RetrySafety::Safe);
            if !matches!(gone, Err(ForgeError::NotFound { .. })) {
                gone?;
            }
        }
        Ok(())
    }

    /// Who is a reviewer already keeps the vote: asking again would take it back.
    fn ask(&self, proposal: &Proposal, names: &[String]) -> Result<()> {
        for name in askable(names, proposal) {
            let id = people::id_of(&self.http, &self.people, &name)?;
            let path = self.path(proposal.number, &format!("/reviewers/{}", escape(&id)));
            self.http.tell(Method::PUT, &path, Some(json!({ "vote": 0 })), RetrySafety::Safe)?;
        }
        Ok(())
    }

    fn completion(how: &ProposalMerge) -> Value {
        let strategy = match how.method {
            MergeMethod::Merge => "noFastForward",
            MergeMethod::Squash => "squash",
            MergeMethod::Rebase => "rebase",
        };
        let mut options = json!({ "mergeStrategy": strategy });
        if let Some(text) = how.text() {
            options["mergeCommitMessage"] = text.into();
        }
        options
    }

    /// Azure merges after it has answered.
    fn wait_for_merge(&self, number: u64) -> Result<()> {
        for look in 1..=LOOKS {
            let pull = self.pull(number)?;
            if let Some(why) = pull.trouble() {
                return Err(ForgeError::NotMergeable { number, why });
            }
            if pull.state() != ProposalState::Open {
                return Ok(());
            }
            (self.http.clock.sleep)(self.http.limits.pause.saturating_mul(look));
        }
        Err(ForgeError::NotMergeable { number, why: "Azure is still at it".into() })
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

    fn lacks(&self) -> &'static [ForgeFeature] {
        &[]
    }

    fn open_proposals(&self) -> Result<Vec<Proposal>> {
        Ok(self.open(&[])?.into_iter().map(|pull| self.to_proposal(pull)).collect())
    }

    /// Lists cut the description short, so what is found is read whole.
    fn find(&self, head: &str) -> Result<Option<Proposal>> {
        let reference = format!("refs/heads/{head}");
        let found = self.open(&[("searchCriteria.sourceRefName", &reference)])?;
        let mut found = found.into_iter().map(|pull| self.to_proposal(pull));
        let found = found.find(|proposal| proposal.head == head && !proposal.from_fork);
        found.map(|proposal| self.proposal(proposal.number)).transpose()
    }

    fn proposal(&self, number: u64) -> Result<Proposal> {
        self.pull(number).map(|pull| self.to_proposal(pull))
    }

    fn create(&self, new: &NewProposal) -> Result<Proposal> {
        let body = json!({
            "sourceRefName": format!("refs/heads/{}", new.head), "targetRefName": format!("refs/heads/{}", new.base),
            "title": new.title, "description": cut(&new.body, MAX_BODY), "isDraft": new.draft.is_yes(),
        });
        settle::create(self, &self.http, new, || {
            let path = query(&format!("{}/pullrequests", self.repo), &[VERSION]);
            let pull: AzurePullRequest =
                self.http.send(Method::POST, &path, body.clone(), RetrySafety::Once)?;
            Ok(self.to_proposal(pull))
        })
    }

    fn update(&self, number: u64, change: &ProposalUpdate) -> Result<Proposal> {
        let mut body = serde_json::Map::new();
        body.extend(change.title.clone().map(|title| ("title".to_owned(), Value::from(title))));
        body.extend(
            change
                .body
                .as_deref()
                .map(|text| ("description".to_owned(), cut(text, MAX_BODY).into())),
        );
        body.extend(change.draft.map(|draft| ("isDraft".to_owned(), draft.is_yes().into())));
        let pull = if body.is_empty() {
            self.pull(number)?
        } else {
            self.patch(number, body.into(), RetrySafety::Safe)?
        };
        self.label(number, change)?;
        self.ask(&self.to_proposal(pull), &change.add_reviewers)?;
        self.proposal(number)
    }

    fn close(&self, number: u64) -> Result<Proposal> {
        self.patch(number, json!({ "status": "abandoned" }), RetrySafety::Safe)
            .map(|pull| self.to_proposal(pull))
    }

    fn merge(&self, number: u64, how: &ProposalMerge) -> Result<Proposal> {
        let body = json!({
            "status": "completed", "lastMergeSourceCommit": { "commitId": how.expect },
            "completionOptions": Self::completion(how),
        });
        settle::merge(self, number, || {
            settle::same_head(&self.proposal(number)?, &how.expect)?;
            self.patch(number, body, RetrySafety::Once)?;
            self.wait_for_merge(number)
        })
    }

    fn auto_merge(&self, number: u64, how: &ProposalMerge) -> Result<()> {
        settle::same_head(&self.proposal(number)?, &how.expect)?;
        let body = json!({
            "autoCompleteSetBy": { "id": people::own_id(&self.http)? }, "completionOptions": Self::completion(how),
        });
        self.patch(number, body, RetrySafety::Safe)
            .map(|_| ())
            .map_err(|error| settle::not_mergeable(number, error))
    }

    fn checks(&self, commit: &str) -> Result<Vec<CommitCheck>> {
        let path = format!("{}/commits/{}/statuses", self.repo, escape(commit));
        let page: AzureList<AzureStatus> =
            self.http.get(&query(&path, &[("latestOnly", "true"), ("top", "1000"), VERSION]))?;
        Ok(newest(page.value.into_iter().map(CommitCheck::from).collect()))
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
        let mut body =
            json!({ "state": state, "description": check.description, "context": context });
        if let Some(url) = &check.url {
            body["targetUrl"] = url.as_str().into();
        }
        let path = query(&format!("{}/commits/{}/statuses", self.repo, escape(commit)), &[VERSION]);
        self.http.tell(Method::POST, &path, Some(body), RetrySafety::Safe)
    }

    fn reviews(&self, number: u64) -> Result<Vec<Review>> {
        Ok(self.pull(number)?.reviews())
    }

    /// Work items with a tag.
    fn open_issues(&self, label: &str) -> Result<Vec<Issue>> {
        let found: AzureWorkItems = {
            let path = query(&format!("{}/_apis/wit/wiql", self.project), &[VERSION]);
            self.http.send(
                Method::POST,
                &path,
                json!({ "query": wire::tagged(label) }),
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
            let path = query(
                &format!("{}/_apis/wit/workitems", self.project),
                &[values.as_slice(), &[VERSION]].concat(),
            );
            let page: AzureList<AzureWorkItem> = self.http.get(&path)?;
            let pages =
                format!("{}/_workitems/edit", self.page.split("/_git/").next().unwrap_or_default());
            out.extend(page.value.into_iter().filter_map(|item| item.issue(label, &pages)));
        }
        Ok(out)
    }
}
