//! Gitea and Forgejo, which speak the same.

use super::access::Access;
use super::http::Http;
use super::json::{HubIssue, Login, Pull, reviewers};
use super::place::{Kind, Place};
use super::retry::Repeat;
use super::settle;
use super::types::{last_words, newest};
use super::url::{escape, query};
use super::{
    Change, Check, CheckState, Draft, Feature, Forge, ForgeError, Issue, Merge, MergeMethod,
    NewProposal, Proposal, Result, Review, Verdict,
};
use serde::Deserialize;
use serde_json::{Value, json};
use ureq::http::Method;

/// What marks a draft at the start of a title: the first is written, all are read.
const DRAFT_PREFIXES: [&str; 2] = ["WIP:", "[WIP]"];

/// Items on a page: what a server allows as it comes.
const PAGE: (&str, &str) = ("limit", "50");

/// The colour of a label that is made here.
const LABEL_COLOUR: &str = "#70c24a";

pub(super) struct Gitea {
    http: Http,
    /// `/repos/OWNER/NAME`.
    repo: String,
}

#[derive(Deserialize)]
struct Label {
    id: u64,
    name: String,
}

#[derive(Deserialize)]
struct Status {
    context: String,
    status: String,
    description: Option<String>,
    target_url: Option<String>,
}

#[derive(Deserialize)]
struct GivenReview {
    user: Option<Login>,
    state: String,
    #[serde(default)]
    dismissed: bool,
    commit_id: Option<String>,
}

impl Gitea {
    pub(super) fn new(place: &Place, access: &Access) -> Result<Self> {
        let repo = format!("/repos/{}/{}", escape(&place.owner), escape(&place.name));
        Ok(Gitea { http: Http::new(place, access)?, repo })
    }

    fn pull_path(&self, number: u64) -> String {
        format!("{}/pulls/{number}", self.repo)
    }

    /// The title as it is to be written: a draft by its prefix.
    fn edit(&self, number: u64, change: &Change) -> Result<Pull> {
        let mut body = serde_json::Map::new();
        if change.title.is_some() || change.draft.is_some() {
            let now: Pull = self.http.get(&self.pull_path(number))?;
            let title = change.title.as_deref().unwrap_or_else(|| bare(&now.title));
            let draft = change.draft.map_or(is_draft(&now.title), Draft::is_yes);
            body.insert("title".into(), titled(title, draft).into());
        }
        body.extend(change.body.clone().map(|text| ("body".to_owned(), Value::from(text))));
        if body.is_empty() {
            return self.http.get(&self.pull_path(number));
        }
        self.http.send(Method::PATCH, &self.pull_path(number), body.into(), Repeat::Safe)
    }

    /// Labels go by number, and are made where they are not there yet.
    fn label_ids(&self, names: &[String]) -> Result<Vec<u64>> {
        let path = format!("{}/labels", self.repo);
        let known: Vec<Label> = self.http.linked(&query(&path, &[PAGE]))?;
        let id = |name: &String| match known.iter().find(|label| label.name == *name) {
            Some(label) => Ok(label.id),
            None => {
                let body = json!({ "name": name, "color": LABEL_COLOUR });
                self.http.send(Method::POST, &path, body, Repeat::Once).map(|label: Label| label.id)
            }
        };
        names.iter().map(id).collect()
    }

    fn label(&self, number: u64, change: &Change) -> Result<()> {
        let path = format!("{}/issues/{number}/labels", self.repo);
        if !change.add_labels.is_empty() {
            let body = json!({ "labels": self.label_ids(&change.add_labels)? });
            self.http.tell(Method::POST, &path, Some(body), Repeat::Safe)?;
        }
        if change.remove_labels.is_empty() {
            return Ok(());
        }
        let given: Vec<Label> = self.http.get(&path)?;
        for label in given.iter().filter(|label| change.remove_labels.contains(&label.name)) {
            self.http.tell(Method::DELETE, &format!("{path}/{}", label.id), None, Repeat::Safe)?;
        }
        Ok(())
    }

    fn ask(&self, proposal: &Proposal, names: &[String]) -> Result<()> {
        let Some(body) = reviewers(proposal, names) else { return Ok(()) };
        let path = format!("{}/requested_reviewers", self.pull_path(proposal.number));
        self.http.tell(Method::POST, &path, Some(body), Repeat::Safe)
    }

    fn send_merge(&self, number: u64, body: Value) -> Result<()> {
        self.http.tell(
            Method::POST,
            &format!("{}/merge", self.pull_path(number)),
            Some(body),
            Repeat::Once,
        )
    }
}

impl Forge for Gitea {
    fn kind(&self) -> Kind {
        Kind::Gitea
    }

    fn lacks(&self) -> &'static [Feature] {
        &[]
    }

    fn open_proposals(&self) -> Result<Vec<Proposal>> {
        let path = query(&format!("{}/pulls", self.repo), &[("state", "open"), PAGE]);
        let pulls: Vec<Pull> = self.http.linked(&path)?;
        Ok(pulls.into_iter().map(proposal).collect())
    }

    /// There is no search by branch, so the list is gone through.
    fn find(&self, head: &str) -> Result<Option<Proposal>> {
        let open = self.open_proposals()?;
        Ok(open.into_iter().find(|proposal| proposal.head == head && !proposal.from_fork))
    }

    fn proposal(&self, number: u64) -> Result<Proposal> {
        self.http.get(&self.pull_path(number)).map(proposal)
    }

    fn create(&self, new: &NewProposal) -> Result<Proposal> {
        let title = titled(&new.title, new.draft.is_yes());
        let body = json!({ "head": new.head, "base": new.base, "title": title, "body": new.body });
        settle::create(self, &self.http, new, || {
            let path = format!("{}/pulls", self.repo);
            self.http.send(Method::POST, &path, body.clone(), Repeat::Once).map(proposal)
        })
    }

    fn update(&self, number: u64, change: &Change) -> Result<Proposal> {
        let pull = self.edit(number, change)?;
        self.label(number, change)?;
        self.ask(&proposal(pull), &change.add_reviewers)?;
        self.proposal(number)
    }

    fn close(&self, number: u64) -> Result<Proposal> {
        let body = json!({ "state": "closed" });
        self.http.send(Method::PATCH, &self.pull_path(number), body, Repeat::Safe).map(proposal)
    }

    fn merge(&self, number: u64, how: &Merge) -> Result<Proposal> {
        settle::merge(self, number, || self.send_merge(number, merge_body(how)))
    }

    /// Asked for twice, it is a conflict that means "yes, already".
    fn auto_merge(&self, number: u64, how: &Merge) -> Result<()> {
        let mut body = merge_body(how);
        body["merge_when_checks_succeed"] = true.into();
        match self.send_merge(number, body) {
            Err(ForgeError::Conflict { why, .. }) if why.contains("already scheduled") => Ok(()),
            other => other.map_err(|error| settle::not_mergeable(number, error)),
        }
    }

    fn checks(&self, commit: &str) -> Result<Vec<Check>> {
        let path = format!("{}/commits/{}/statuses", self.repo, escape(commit));
        let statuses: Vec<Status> =
            self.http.linked(&query(&path, &[("sort", "recentupdate"), PAGE]))?;
        Ok(newest(statuses.into_iter().map(Check::from).collect()))
    }

    fn set_check(&self, commit: &str, check: &Check) -> Result<()> {
        let state = match check.state {
            CheckState::Pending => "pending",
            CheckState::Passed | CheckState::Neutral => "success",
            CheckState::Failed => "failure",
        };
        let mut body =
            json!({ "state": state, "context": check.name, "description": check.description });
        if let Some(url) = &check.url {
            body["target_url"] = url.as_str().into();
        }
        let path = format!("{}/statuses/{}", self.repo, escape(commit));
        self.http.tell(Method::POST, &path, Some(body), Repeat::Safe)
    }

    fn reviews(&self, number: u64) -> Result<Vec<Review>> {
        let path = query(&format!("{}/reviews", self.pull_path(number)), &[PAGE]);
        let given: Vec<GivenReview> = self.http.linked(&path)?;
        Ok(last_words(given.into_iter().filter_map(GivenReview::word)))
    }

    /// A label that the repository does not have is no filter to Gitea, so the answer is filtered too.
    fn open_issues(&self, label: &str) -> Result<Vec<Issue>> {
        let values = [("state", "open"), ("type", "issues"), ("labels", label), PAGE];
        let all: Vec<HubIssue> =
            self.http.linked(&query(&format!("{}/issues", self.repo), &values))?;
        Ok(all.into_iter().filter_map(|issue| issue.with(label)).collect())
    }
}

fn merge_body(how: &Merge) -> Value {
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
    bare(title) != title
}

/// A title without the prefix of a draft.
fn bare(title: &str) -> &str {
    let starts = |prefix: &&str| {
        title.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    DRAFT_PREFIXES
        .iter()
        .find(|prefix| starts(prefix))
        .map_or(title, |prefix| title[prefix.len()..].trim_start())
}

fn titled(title: &str, draft: bool) -> String {
    if draft { format!("{} {}", DRAFT_PREFIXES[0], bare(title)) } else { bare(title).to_owned() }
}

fn proposal(pull: Pull) -> Proposal {
    let draft = pull.draft.unwrap_or(false) || is_draft(&pull.title);
    let proposal = Proposal::from(pull);
    Proposal { title: bare(&proposal.title).to_owned(), draft, ..proposal }
}

impl From<Status> for Check {
    fn from(status: Status) -> Self {
        let state = match status.status.as_str() {
            "success" => CheckState::Passed,
            "pending" => CheckState::Pending,
            "skipped" => CheckState::Neutral,
            _ => CheckState::Failed,
        };
        let description = status.description.unwrap_or_default();
        let url = status.target_url.filter(|url| !url.is_empty());
        Check { name: status.context, state, description, url }
    }
}

impl GivenReview {
    fn word(self) -> Option<(String, Option<Verdict>, Option<String>)> {
        let verdict = match self.state.as_str() {
            _ if self.dismissed => None,
            "APPROVED" => Some(Verdict::Approved),
            "REQUEST_CHANGES" => Some(Verdict::ChangesRequested),
            _ => return None,
        };
        Some((self.user?.login, verdict, self.commit_id))
    }
}
