//! Bitbucket Cloud. It has no labels and no auto-merge, and its issues have no labels. People are
//! identified by account id: nicknames are not unique and anyone can change theirs.

use super::access::ForgeAccess;
use super::exactly_once;
use super::http::HttpClient;
use super::place::{ForgeKind, ForgeRepository};
use super::retry::RetrySafety;
use super::text_limits::{truncate_bytes, truncate_text};
use super::types::{askable_reviewers, newest_checks};
use super::url::{escape, with_query};
use super::{
    CheckState, ClosedProposal, CommentLog, CommitCheck, CreatedProposal, DraftState, Forge,
    ForgeError, ForgeFeature, Issue, MergeMethod, NewProposal, Proposal, ProposalMerge,
    ProposalState, ProposalUpdate, Result, Review, ReviewVerdict,
};
use serde_json::{Value, json};
use ureq::http::Method;

mod comments;
mod wire;

use wire::{
    BitbucketCommitDetails, BitbucketParticipant, BitbucketPullRequest, BitbucketPullRequests,
    BitbucketStatus,
};

/// Bitbucket refuses longer status keys.
const MAX_KEY: usize = 40;

pub(super) struct BitbucketForge {
    http: HttpClient,
    /// `/repositories/WORKSPACE/NAME`.
    repo: String,
    /// The repository's page; a status requires a link.
    page: String,
}

impl BitbucketForge {
    pub(super) fn new(place: &ForgeRepository, access: &ForgeAccess) -> Result<Self> {
        let name = format!("{}/{}", escape(&place.owner), escape(&place.name));
        let page = format!("https://{}/{name}", place.host);
        Ok(BitbucketForge {
            http: HttpClient::new(place, access)?,
            repo: format!("/repositories/{name}"),
            page,
        })
    }

    fn pull_path(&self, number: u64) -> String {
        format!("{}/pullrequests/{number}", self.repo)
    }

    fn list_open(&self, which: &[(&str, &str)]) -> Result<Vec<Proposal>> {
        let values = [which, &[("sort", "-created_on"), ("pagelen", "50")]].concat();
        let all: Vec<BitbucketPullRequest> =
            self.http.list_by_next(&with_query(&format!("{}/pullrequests", self.repo), &values))?;
        Ok(all.into_iter().map(Proposal::from).collect())
    }

    fn get_pull(&self, number: u64) -> Result<BitbucketPullRequest> {
        self.http.get_json(&self.pull_path(number))
    }
}

impl Forge for BitbucketForge {
    fn kind(&self) -> ForgeKind {
        ForgeKind::Bitbucket
    }

    fn missing_features(&self) -> &'static [ForgeFeature] {
        &[
            ForgeFeature::Labels,
            ForgeFeature::AutoMerge,
            ForgeFeature::Issues,
            ForgeFeature::Assignees,
        ]
    }

    fn open_proposals(&self) -> Result<Vec<Proposal>> {
        self.list_open(&[("state", "OPEN")])
    }

    fn find_proposals(&self, head: &str) -> Result<Vec<Proposal>> {
        let quoted = head.replace('\\', "\\\\").replace('"', "\\\"");
        let wanted = format!(r#"state="OPEN" AND source.branch.name="{quoted}""#);
        let found = self.list_open(&[("q", &wanted)])?;
        let is_its = |proposal: &Proposal| proposal.head == head && !proposal.from_fork;
        // Lists omit the reviewers.
        let found = found.into_iter().filter(is_its);
        found.map(|proposal| self.get_proposal(proposal.number)).collect()
    }

    fn find_closed(&self, head: &str, base: &str) -> Result<Option<ClosedProposal>> {
        let quoted = head.replace('\\', "\\\\").replace('"', "\\\"");
        let wanted = format!(r#"state!="OPEN" AND source.branch.name="{quoted}""#);
        let values = [("q", wanted.as_str()), ("sort", "-created_on"), ("pagelen", "20")];
        let path = with_query(&format!("{}/pullrequests", self.repo), &values);
        let page: BitbucketPullRequests = self.http.get_json(&path)?;
        let all = page.values.into_iter().map(|mut one| {
            let by = one.closed_by.take().map(|account| account.display_name);
            let at = one.updated_on.take();
            ClosedProposal { at, by, proposal: one.into() }
        });
        let is_its = |one: &ClosedProposal| {
            let one = &one.proposal;
            one.head == head && one.base == base && !one.from_fork
        };
        let newest = all.filter(is_its).find(|one| one.proposal.state != ProposalState::Open);
        Ok(newest.filter(|one| one.proposal.state == ProposalState::Closed))
    }

    fn get_proposal(&self, number: u64) -> Result<Proposal> {
        exactly_once::numbered(self, number, self.get_pull(number).map(Proposal::from))
    }

    /// Bitbucket does not document its answer to a duplicate, so existing proposals are searched
    /// first.
    fn create_proposal(&self, new: &NewProposal) -> Result<CreatedProposal> {
        if let Some(proposal) = self.find_proposal(&new.head, &new.base)? {
            return Ok(CreatedProposal { proposal, is_new: false });
        }
        let limits = self.kind().text_limits();
        let body = json!({
            "type": "pullrequest", "draft": new.draft.is_yes(),
            "title": truncate_text(&new.title, limits.title),
            "description": truncate_bytes(&new.body, limits.body),
            "source": { "branch": { "name": new.head } }, "destination": { "branch": { "name": new.base } },
        });
        exactly_once::create_once(self, &self.http, new, || {
            match self.find_proposal(&new.head, &new.base)? {
                Some(there) => Ok(there),
                None => {
                    let path = format!("{}/pullrequests", self.repo);
                    self.http
                        .send_json::<BitbucketPullRequest>(
                            Method::POST,
                            &path,
                            body.clone(),
                            RetrySafety::Once,
                        )
                        .map(Proposal::from)
                }
            }
        })
    }

    /// Sends all fields: Bitbucket clears those that are missing.
    fn update_proposal(&self, number: u64, change: &ProposalUpdate) -> Result<Proposal> {
        let now = self.get_pull(number)?;
        let mut reviewers: Vec<Value> = now
            .reviewers
            .iter()
            .map(|account| json!({ "type": "user", "uuid": account.uuid }))
            .collect();
        // Settings name people by account id or by `{uuid}`.
        let uuids: Vec<String> = now.reviewers.iter().map(|account| account.uuid.clone()).collect();
        let (draft, now) = (now.draft, Proposal::from(now));
        let mut new = askable_reviewers(&change.add_reviewers, &now);
        new.retain(|name| !uuids.contains(name));
        let is_same = change.title.is_none() && change.body.is_none() && change.draft.is_none();
        if is_same && new.is_empty() {
            return Ok(now);
        }
        reviewers.extend(new.iter().map(|name| person_json(name)));
        let limits = self.kind().text_limits();
        let body = json!({
            "type": "pullrequest",
            "title": truncate_text(change.title.as_ref().unwrap_or(&now.title), limits.title),
            "description": truncate_bytes(change.body.as_ref().unwrap_or(&now.body), limits.body),
            "draft": change.draft.map_or(draft, DraftState::is_yes),
            "destination": { "branch": { "name": now.base } },
            "reviewers": reviewers,
        });
        self.http
            .send_json::<BitbucketPullRequest>(
                Method::PUT,
                &self.pull_path(number),
                body,
                RetrySafety::Safe,
            )
            .map(Proposal::from)
    }

    /// Declining a declined proposal fails, so the state is checked afterwards.
    fn close_proposal(&self, number: u64) -> Result<Proposal> {
        let path = format!("{}/decline", self.pull_path(number));
        let sent = self.http.send_only(Method::POST, &path, None, RetrySafety::Once);
        let now = self.get_proposal(number)?;
        if now.state == ProposalState::Open { sent.map(|()| now) } else { Ok(now) }
    }

    fn merge_proposal(&self, number: u64, how: &ProposalMerge) -> Result<Proposal> {
        let strategy = match how.method {
            MergeMethod::Merge => "merge_commit",
            MergeMethod::Squash => "squash",
            MergeMethod::Rebase => "fast_forward",
        };
        let mut body =
            json!({ "type": "pullrequest_merge_parameters", "merge_strategy": strategy });
        if let Some(text) = how.commit_message() {
            body["message"] = text.into();
        }
        let path = format!("{}/merge", self.pull_path(number));
        exactly_once::merge_once(self, &self.http, number, || {
            exactly_once::same_head(&self.get_proposal(number)?, &how.expect)?;
            self.http.send_only(Method::POST, &path, Some(body.clone()), RetrySafety::Once)
        })
    }

    fn auto_merge(&self, _: u64, _: &ProposalMerge) -> Result<()> {
        Err(ForgeError::Unsupported {
            forge: ForgeKind::Bitbucket.as_str(),
            feature: ForgeFeature::AutoMerge,
        })
    }

    fn list_checks(&self, commit: &str) -> Result<Vec<CommitCheck>> {
        let path = format!("{}/commit/{}/statuses", self.repo, escape(commit));
        let all: Vec<BitbucketStatus> = self
            .http
            .list_by_next(&with_query(&path, &[("pagelen", "100"), ("sort", "-updated_on")]))?;
        Ok(newest_checks(all.into_iter().map(CommitCheck::from).collect()))
    }

    fn set_check(&self, commit: &str, check: &CommitCheck) -> Result<()> {
        let state = match check.state {
            CheckState::Pending => "INPROGRESS",
            CheckState::Passed | CheckState::Neutral => "SUCCESSFUL",
            CheckState::Failed => "FAILED",
        };
        let body = json!({
            "type": "build", "key": status_key(&check.name), "name": check.name, "state": state,
            "description": truncate_text(&check.description, self.kind().text_limits().description),
            "url": check.url.as_ref().unwrap_or(&self.page),
        });
        let path = format!("{}/commit/{}/statuses/build", self.repo, escape(commit));
        self.http.send_only(Method::POST, &path, Some(body), RetrySafety::Safe)
    }

    fn list_reviews(&self, number: u64) -> Result<Vec<Review>> {
        let participants = self.get_pull(number)?.participants;
        Ok(participants.into_iter().filter_map(BitbucketParticipant::into_review).collect())
    }

    fn open_issues(&self, _: &str) -> Result<Vec<Issue>> {
        Err(ForgeError::Unsupported {
            forge: ForgeKind::Bitbucket.as_str(),
            feature: ForgeFeature::Issues,
        })
    }

    fn commit_author(&self, commit: &str) -> Result<Option<String>> {
        let path = format!("{}/commit/{}", self.repo, escape(commit));
        match self.http.get_json::<BitbucketCommitDetails>(&path) {
            Err(ForgeError::NotFound { .. }) => Ok(None),
            found => Ok(found?.account_id()),
        }
    }

    fn comments(&self) -> Option<&dyn CommentLog> {
        Some(self)
    }
}

/// Returns a person as Bitbucket expects it: by `{uuid}` or account id.
fn person_json(name: &str) -> Value {
    let field = if name.starts_with('{') { "uuid" } else { "account_id" };
    json!({ "type": "user", field: name })
}

/// Returns a status key for a name of any length: long names are cut and get a hash (FNV-1a).
fn status_key(name: &str) -> String {
    if name.len() <= MAX_KEY {
        return name.to_owned();
    }
    let sum = name
        .bytes()
        .fold(0x811c_9dc5_u32, |sum, byte| (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    let start: String = name.chars().filter(char::is_ascii).take(MAX_KEY - 9).collect();
    format!("{start}-{sum:08x}")
}
