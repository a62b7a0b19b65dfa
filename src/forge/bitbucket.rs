//! Bitbucket Cloud. It has neither labels nor a way to merge by itself, and its issues have no
//! labels. People are their account ids: nicknames are not unique and can be changed by anyone.

use super::access::Access;
use super::http::Http;
use super::place::{Kind, Place};
use super::retry::Repeat;
use super::settle;
use super::types::{askable, newest};
use super::url::{escape, query};
use super::{
    Change, Check, CheckState, Draft, Feature, Forge, ForgeError, Issue, Merge, MergeMethod,
    NewProposal, Proposal, Result, Review, State, Verdict,
};
use serde_json::{Value, json};
use ureq::http::Method;

mod wire;

use wire::{Participant, Pull, Status};

/// Longer keys of a status are refused.
const MAX_KEY: usize = 40;

pub(super) struct Bitbucket {
    http: Http,
    /// `/repositories/WORKSPACE/NAME`.
    repo: String,
    /// The page of the repository: a status has to link somewhere.
    page: String,
}

impl Bitbucket {
    pub(super) fn new(place: &Place, access: &Access) -> Result<Self> {
        let name = format!("{}/{}", escape(&place.owner), escape(&place.name));
        let page = format!("https://{}/{name}", place.host);
        Ok(Bitbucket {
            http: Http::new(place, access)?,
            repo: format!("/repositories/{name}"),
            page,
        })
    }

    fn path(&self, number: u64) -> String {
        format!("{}/pullrequests/{number}", self.repo)
    }

    fn open(&self, which: &[(&str, &str)]) -> Result<Vec<Proposal>> {
        let values = [which, &[("sort", "-created_on"), ("pagelen", "50")]].concat();
        let all: Vec<Pull> =
            self.http.chained(&query(&format!("{}/pullrequests", self.repo), &values))?;
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
            "type": "pullrequest", "title": new.title, "description": new.body, "draft": new.draft.is_yes(),
            "source": { "branch": { "name": new.head } }, "destination": { "branch": { "name": new.base } },
        });
        settle::create(self, &self.http, new, || match self.find(&new.head)? {
            Some(there) => Ok(there),
            None => {
                let path = format!("{}/pullrequests", self.repo);
                self.http
                    .send::<Pull>(Method::POST, &path, body.clone(), Repeat::Once)
                    .map(Proposal::from)
            }
        })
    }

    /// What is not sent is emptied there, so all of it is sent.
    fn update(&self, number: u64, change: &Change) -> Result<Proposal> {
        let now = self.pull(number)?;
        let mut reviewers: Vec<Value> = now
            .reviewers
            .iter()
            .map(|account| json!({ "type": "user", "uuid": account.uuid }))
            .collect();
        let (draft, now) = (now.draft, Proposal::from(now));
        reviewers.extend(askable(&change.add_reviewers, &now).iter().map(|name| person(name)));
        let body = json!({
            "type": "pullrequest",
            "title": change.title.as_ref().unwrap_or(&now.title),
            "description": change.body.as_ref().unwrap_or(&now.body),
            "draft": change.draft.map_or(draft, Draft::is_yes),
            "destination": { "branch": { "name": now.base } },
            "reviewers": reviewers,
        });
        self.http
            .send::<Pull>(Method::PUT, &self.path(number), body, Repeat::Safe)
            .map(Proposal::from)
    }

    /// Declining what is declined is refused, so a failure is looked at.
    fn close(&self, number: u64) -> Result<Proposal> {
        let path = format!("{}/decline", self.path(number));
        let sent = self.http.tell(Method::POST, &path, None, Repeat::Once);
        let now = self.proposal(number)?;
        if now.state == State::Open { sent.map(|()| now) } else { Ok(now) }
    }

    fn merge(&self, number: u64, how: &Merge) -> Result<Proposal> {
        let strategy = match how.method {
            MergeMethod::Merge => "merge_commit",
            MergeMethod::Squash => "squash",
            MergeMethod::Rebase => "fast_forward",
        };
        let mut body =
            json!({ "type": "pullrequest_merge_parameters", "merge_strategy": strategy });
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
        Err(ForgeError::Unsupported {
            forge: Kind::Bitbucket.as_str(),
            feature: Feature::AutoMerge,
        })
    }

    fn checks(&self, commit: &str) -> Result<Vec<Check>> {
        let path = format!("{}/commit/{}/statuses", self.repo, escape(commit));
        let all: Vec<Status> =
            self.http.chained(&query(&path, &[("pagelen", "100"), ("sort", "-updated_on")]))?;
        Ok(newest(all.into_iter().map(Check::from).collect()))
    }

    fn set_check(&self, commit: &str, check: &Check) -> Result<()> {
        let state = match check.state {
            CheckState::Pending => "INPROGRESS",
            CheckState::Passed | CheckState::Neutral => "SUCCESSFUL",
            CheckState::Failed => "FAILED",
        };
        let body = json!({
            "type": "build", "key": key(&check.name), "name": check.name, "state": state, "description": check.description,
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

/// A person as Bitbucket wants one named: `{uuid}` or an account id.
fn person(name: &str) -> Value {
    let field = if name.starts_with('{') { "uuid" } else { "account_id" };
    json!({ "type": "user", field: name })
}

/// A key that stands for a name of any length: its start, and a sum of the whole (FNV-1a).
fn key(name: &str) -> String {
    if name.len() <= MAX_KEY {
        return name.to_owned();
    }
    let sum = name
        .bytes()
        .fold(0x811c_9dc5_u32, |sum, byte| (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    let start: String = name.chars().filter(char::is_ascii).take(MAX_KEY - 9).collect();
    format!("{start}-{sum:08x}")
}
