//! Bitbucket Cloud. It has neither labels nor a way to merge by itself, and its issues have no
//! labels. People are their account ids: nicknames are not unique and can be changed by anyone.

use super::access::Access;
use super::http::Http;
use super::json::{list, text};
use super::place::{Kind, Place};
use super::retry::Repeat;
use super::settle;
use super::types::{askable, newest};
use super::url::{escape, query};
use super::{
    Change, Check, CheckState, Draft, Feature, Forge, ForgeError, Issue, Merge, MergeMethod, NewProposal, Proposal,
    Result, Review, State, Verdict,
};
use serde::Deserialize;
use serde_json::{Value, json};
use ureq::http::Method;

/// Longer keys of a status are refused.
const MAX_KEY: usize = 40;

pub(super) struct Bitbucket {
    http: Http,
    /// `/repositories/WORKSPACE/NAME`.
    repo: String,
    /// The page of the repository: a status has to link somewhere.
    page: String,
}

#[derive(Deserialize)]
struct Pull {
    id: u64,
    title: String,
    #[serde(default, deserialize_with = "text")]
    description: String,
    state: String,
    #[serde(default)]
    draft: bool,
    author: Option<Account>,
    source: Side,
    destination: Side,
    #[serde(default, deserialize_with = "list")]
    reviewers: Vec<Account>,
    #[serde(default, deserialize_with = "list")]
    participants: Vec<Participant>,
    merge_commit: Option<Commit>,
    links: Option<Links>,
}

#[derive(Deserialize)]
struct Account {
    account_id: Option<String>,
    #[serde(default, deserialize_with = "text")]
    uuid: String,
}

#[derive(Deserialize)]
struct Side {
    branch: Branch,
    commit: Option<Commit>,
    repository: Option<Repository>,
}

#[derive(Deserialize)]
struct Branch {
    name: String,
}

#[derive(Deserialize)]
struct Commit {
    hash: String,
}

#[derive(Deserialize, PartialEq)]
struct Repository {
    full_name: String,
}

#[derive(Deserialize)]
struct Links {
    html: Option<Link>,
}

#[derive(Deserialize)]
struct Link {
    href: String,
}

#[derive(Deserialize)]
struct Participant {
    user: Account,
    #[serde(default)]
    approved: bool,
    state: Option<String>,
}

#[derive(Deserialize)]
struct Status {
    key: String,
    name: Option<String>,
    state: String,
    description: Option<String>,
    url: Option<String>,
}

impl Bitbucket {
    pub(super) fn new(place: &Place, access: &Access) -> Result<Self> {
        let name = format!("{}/{}", escape(&place.owner), escape(&place.name));
        let page = format!("https://{}/{name}", place.host);
        Ok(Bitbucket { http: Http::new(place, access)?, repo: format!("/repositories/{name}"), page })
    }

    fn path(&self, number: u64) -> String {
        format!("{}/pullrequests/{number}", self.repo)
    }

    fn open(&self, which: &[(&str, &str)]) -> Result<Vec<Proposal>> {
        let values = [which, &[("sort", "-created_on"), ("pagelen", "50")]].concat();
        let all: Vec<Pull> = self.http.chained(&query(&format!("{}/pullrequests", self.repo), &values))?;
        Ok(all.into_iter().map(Proposal::from).collect())
    }

    fn pull(&self, number: u64) -> Result<Pull> {
        self.http.get(&self.path(number))
    }
}

impl Forge for Bitbucket {
    fn kind(&self) -> Kind {
        Kind::Bitbucket
    }

    fn lacks(&self) -> &'static [Feature] {
        &[Feature::Labels, Feature::AutoMerge, Feature::Issues]
    }

    fn open_proposals(&self) -> Result<Vec<Proposal>> {
        self.open(&[("state", "OPEN")])
    }

    fn find(&self, head: &str) -> Result<Option<Proposal>> {
        let quoted = head.replace('\\', "\\\\").replace('"', "\\\"");
        let wanted = format!(r#"state="OPEN" AND source.branch.name="{quoted}""#);
        let found = self.open(&[("q", &wanted)])?;
        let found = found.into_iter().find(|proposal| proposal.head == head && !proposal.from_fork);
        // Lists leave out the reviewers.
        found.map(|proposal| self.proposal(proposal.number)).transpose()
    }

    fn proposal(&self, number: u64) -> Result<Proposal> {
        self.pull(number).map(Proposal::from)
    }

    /// Bitbucket does not say what it does with a second one, so there is always a look before.
    fn create(&self, new: &NewProposal) -> Result<Proposal> {
        let body = json!({
            "title": new.title, "description": new.body, "draft": new.draft.is_yes(),
            "source": { "branch": { "name": new.head } }, "destination": { "branch": { "name": new.base } },
        });
        settle::create(self, &self.http, new, || match self.find(&new.head)? {
            Some(there) => Ok(there),
            None => {
                let path = format!("{}/pullrequests", self.repo);
                self.http.send::<Pull>(Method::POST, &path, body.clone(), Repeat::Once).map(Proposal::from)
            }
        })
    }

    /// What is not sent is emptied there, so all of it is sent.
    fn update(&self, number: u64, change: &Change) -> Result<Proposal> {
        let now = self.pull(number)?;
        let mut reviewers: Vec<Value> = now.reviewers.iter().map(|account| json!({ "uuid": account.uuid })).collect();
        let (draft, now) = (now.draft, Proposal::from(now));
        reviewers.extend(askable(&change.add_reviewers, &now).iter().map(|name| person(name)));
        let body = json!({
            "title": change.title.as_ref().unwrap_or(&now.title),
            "description": change.body.as_ref().unwrap_or(&now.body),
            "draft": change.draft.map_or(draft, Draft::is_yes),
            "destination": { "branch": { "name": now.base } },
            "reviewers": reviewers,
        });
        self.http.send::<Pull>(Method::PUT, &self.path(number), body, Repeat::Safe).map(Proposal::from)
    }

    /// Declining what is declined is refused, so a failure is looked at.
    fn close(&self, number: u64) -> Result<Proposal> {
        let path = format!("{}/decline", self.path(number));
        let sent = self.http.send::<Pull>(Method::POST, &path, json!({}), Repeat::Once);
        match sent {
            Ok(pull) => Ok(pull.into()),
            Err(error) => match self.proposal(number)? {
                closed if closed.state != State::Open => Ok(closed),
                _ => Err(error),
            },
        }
    }

    fn merge(&self, number: u64, how: &Merge) -> Result<Proposal> {
        let strategy = match how.method {
            MergeMethod::Merge => "merge_commit",
            MergeMethod::Squash => "squash",
            MergeMethod::Rebase => "fast_forward",
        };
        let mut body = json!({ "type": "pullrequest_merge_parameters", "merge_strategy": strategy });
        if let Some(text) = how.text() {
            body["message"] = text.into();
        }
        let path = format!("{}/merge", self.path(number));
        settle::merge(self, number, || {
            settle::same_head(&self.proposal(number)?, &how.expect)?;
            self.http.tell(Method::POST, &path, Some(body), Repeat::Once)
        })
    }

    fn auto_merge(&self, _: u64, _: &Merge) -> Result<()> {
        Err(ForgeError::Unsupported { forge: Kind::Bitbucket.as_str(), feature: Feature::AutoMerge })
    }

    fn checks(&self, commit: &str) -> Result<Vec<Check>> {
        let path = format!("{}/commit/{}/statuses", self.repo, escape(commit));
        let all: Vec<Status> = self.http.chained(&query(&path, &[("pagelen", "100"), ("sort", "-updated_on")]))?;
        Ok(newest(all.into_iter().map(Check::from).collect()))
    }

    fn set_check(&self, commit: &str, check: &Check) -> Result<()> {
        let state = match check.state {
            CheckState::Pending => "INPROGRESS",
            CheckState::Passed | CheckState::Neutral => "SUCCESSFUL",
            CheckState::Failed => "FAILED",
        };
        let body = json!({
            "key": key(&check.name), "name": check.name, "state": state, "description": check.description,
            "url": check.url.as_ref().unwrap_or(&self.page),
        });
        let path = format!("{}/commit/{}/statuses/build", self.repo, escape(commit));
        self.http.tell(Method::POST, &path, Some(body), Repeat::Safe)
    }

    fn reviews(&self, number: u64) -> Result<Vec<Review>> {
        let participants = self.pull(number)?.participants;
        Ok(participants.into_iter().filter_map(Participant::review).collect())
    }

    fn open_issues(&self, _: &str) -> Result<Vec<Issue>> {
        Err(ForgeError::Unsupported { forge: Kind::Bitbucket.as_str(), feature: Feature::Issues })
    }
}

impl From<Pull> for Proposal {
    fn from(pull: Pull) -> Self {
        Proposal {
            number: pull.id,
            url: pull.links.and_then(|links| links.html).map(|link| link.href).unwrap_or_default(),
            title: pull.title,
            body: pull.description,
            state: match pull.state.as_str() {
                "OPEN" => State::Open,
                "MERGED" => State::Merged,
                _ => State::Closed,
            },
            draft: pull.draft,
            author: pull.author.map(Account::id).unwrap_or_default(),
            head: pull.source.branch.name,
            head_commit: pull.source.commit.map(|commit| commit.hash),
            from_fork: pull.source.repository.is_none() || pull.source.repository != pull.destination.repository,
            base: pull.destination.branch.name,
            labels: Vec::new(),
            reviewers: pull.reviewers.into_iter().map(Account::id).collect(),
            auto_merge: false,
            mergeable: None,
            merge_commit: pull.merge_commit.map(|commit| commit.hash),
        }
    }
}

impl Account {
    fn id(self) -> String {
        self.account_id.unwrap_or(self.uuid)
    }
}

impl Participant {
    fn review(self) -> Option<Review> {
        let verdict = match self.state.as_deref() {
            Some("changes_requested") => Verdict::ChangesRequested,
            _ if self.approved => Verdict::Approved,
            _ => return None,
        };
        Some(Review { author: self.user.id(), verdict, commit: None })
    }
}

impl From<Status> for Check {
    fn from(status: Status) -> Self {
        let state = match status.state.as_str() {
            "SUCCESSFUL" => CheckState::Passed,
            "INPROGRESS" => CheckState::Pending,
            _ => CheckState::Failed,
        };
        let name = status.name.filter(|name| !name.is_empty()).unwrap_or(status.key);
        Check { name, state, description: status.description.unwrap_or_default(), url: status.url }
    }
}

/// A person as Bitbucket wants one named: `{uuid}` or an account id.
fn person(name: &str) -> Value {
    let field = if name.starts_with('{') { "uuid" } else { "account_id" };
    json!({ field: name })
}

/// A key that stands for a name of any length: its start, and a sum of the whole (FNV-1a).
fn key(name: &str) -> String {
    if name.len() <= MAX_KEY {
        return name.to_owned();
    }
    let sum = name.bytes().fold(0x811c_9dc5_u32, |sum, byte| (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    let start: String = name.chars().filter(char::is_ascii).take(MAX_KEY - 9).collect();
    format!("{start}-{sum:08x}")
}
