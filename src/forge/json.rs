//! JSON types shared by forges, and parsing of their error messages.

use super::comments::ProposalComment;
use super::types::{Issue, Proposal, ProposalState, askable_reviewers};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

/// Longer messages of a forge are truncated, in characters.
const MAX_MESSAGE: usize = 300;

/// Extracts the message of an error answer from the common shapes: `message`, `error`, `errors`,
/// GitLab's lists and objects, or else the text itself.
pub(super) fn refusal_message(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let Ok(value) = serde_json::from_str::<Value>(&text) else {
        let page = text.trim_start().starts_with('<');
        return if page || text.trim().is_empty() {
            "no reason given".into()
        } else {
            text.into_owned()
        };
    };
    let mut said = Vec::new();
    collect_messages(&value, &mut said);
    said.dedup();
    if said.is_empty() { "no reason given".into() } else { said.join("; ") }
}

fn collect_messages(value: &Value, out: &mut Vec<String>) {
    match value {
        Value::String(text) => out.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| collect_messages(item, out)),
        Value::Object(fields) => {
            if let Some(text) = field_error(fields) {
                out.push(text);
                return;
            }
            let told = ["message", "error_description", "error", "errors", "detail", "fields"];
            let mut known = told.iter().filter_map(|key| fields.get(*key)).peekable();
            if known.peek().is_some() {
                known.for_each(|value| collect_messages(value, out));
            } else {
                for (name, value) in fields {
                    let mut said = Vec::new();
                    if value.is_array() {
                        collect_messages(value, &mut said);
                    }
                    // GitLab's `base` stands for the whole, not for a field.
                    let named = |text: String| match name.as_str() {
                        "base" => text,
                        name => format!("{name} {text}"),
                    };
                    out.extend(said.into_iter().map(named));
                }
            }
        }
        _ => {}
    }
}

/// Returns the text of GitHub's error about a field, which mostly has no message:
/// `{"resource": "PullRequest", "field": "head", "code": "invalid"}`.
fn field_error(fields: &serde_json::Map<String, Value>) -> Option<String> {
    let text = |key: &str| fields.get(key).and_then(Value::as_str);
    let (field, code) = (text("field")?, text("code")?);
    if let Some(message) = text("message") {
        return Some(message.to_owned());
    }
    Some(match code {
        "missing" => format!("{field} does not exist"),
        "missing_field" => format!("{field} is missing"),
        "already_exists" => format!("{field} already exists"),
        "custom" | "unprocessable" => format!("{field} cannot be used"),
        code => format!("{field} is {}", code.replace('_', " ")),
    })
}

/// Returns the text on one line, without control characters, truncated.
pub(super) fn tidy_text(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let words: Vec<&str> = plain.split_whitespace().collect();
    let mut line = words.join(" ");
    if let Some((cut, _)) = line.char_indices().nth(MAX_MESSAGE) {
        line.truncate(cut);
        line.push('…');
    }
    line
}

/// Deserialises a text that may be missing or null.
pub(super) fn text<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    Ok(Option::<String>::deserialize(from)?.unwrap_or_default())
}

/// Deserialises a list that may be missing or null.
pub(super) fn list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    from: D,
) -> Result<Vec<T>, D::Error> {
    Ok(Option::<Vec<T>>::deserialize(from)?.unwrap_or_default())
}

/// A pull request of GitHub and Gitea. Only used fields are listed, so that old servers and new
/// fields cause no errors.
#[derive(Debug, Deserialize)]
pub(super) struct HubPullRequest {
    pub number: u64,
    #[serde(default, deserialize_with = "text")]
    pub node_id: String,
    #[serde(default, deserialize_with = "text")]
    pub html_url: String,
    pub title: String,
    #[serde(default, deserialize_with = "text")]
    pub body: String,
    state: String,
    pub draft: Option<bool>,
    pub user: Option<HubUser>,
    pub head: HubBranch,
    pub base: HubBranch,
    #[serde(default, deserialize_with = "list")]
    labels: Vec<HubLabel>,
    #[serde(default, deserialize_with = "list")]
    requested_reviewers: Vec<HubUser>,
    #[serde(default, deserialize_with = "list")]
    assignees: Vec<HubUser>,
    #[serde(default, deserialize_with = "list")]
    requested_teams: Vec<HubTeam>,
    /// GitHub's state of the merge, in answers about one pull request.
    mergeable_state: Option<String>,
    pub auto_merge: Option<Value>,
    mergeable: Option<bool>,
    merged_at: Option<String>,
    closed_at: Option<String>,
    merged: Option<bool>,
    merge_commit_sha: Option<String>,
}

/// One side of a pull request.
#[derive(Debug, Deserialize)]
pub(super) struct HubBranch {
    #[serde(rename = "ref")]
    pub branch: String,
    pub sha: Option<String>,
    repo: Option<HubRepository>,
}

#[derive(Debug, Deserialize, PartialEq)]
struct HubRepository {
    id: u64,
}

#[derive(Debug, Deserialize)]
pub(super) struct HubUser {
    pub login: String,
}

/// A comment of GitHub and Gitea.
#[derive(Debug, Deserialize)]
pub(super) struct HubComment {
    id: u64,
    #[serde(default, deserialize_with = "text")]
    body: String,
    user: Option<HubAuthor>,
}

#[derive(Debug, Deserialize)]
struct HubAuthor {
    login: String,
    #[serde(rename = "type")]
    kind: Option<String>,
}

impl HubComment {
    /// `login` is that of the token; a token without one belongs to an app, which writes as a bot.
    pub(super) fn into_comment(self, login: Option<&str>) -> ProposalComment {
        let is_own = self.user.is_some_and(|user| match login {
            Some(login) => user.login == login,
            None => user.kind.as_deref() == Some("Bot"),
        });
        ProposalComment { id: self.id.to_string(), body: self.body, is_own }
    }
}

/// A commit of GitHub and Gitea; without an author if no account has the address.
#[derive(Debug, Deserialize)]
pub(super) struct HubCommit {
    author: Option<HubCommitAuthor>,
}

/// Gitea answers with an empty object where it knows nobody.
#[derive(Debug, Deserialize)]
struct HubCommitAuthor {
    #[serde(default, deserialize_with = "text")]
    login: String,
}

impl HubCommit {
    /// The login of the author.
    pub(super) fn login(self) -> Option<String> {
        self.author.map(|author| author.login).filter(|login| !login.is_empty())
    }
}

#[derive(Debug, Deserialize)]
struct HubTeam {
    /// GitHub's name in addresses.
    slug: Option<String>,
    #[serde(default, deserialize_with = "text")]
    name: String,
}

#[derive(Debug, Deserialize)]
struct HubLabel {
    name: String,
}

/// An issue of GitHub and Gitea.
#[derive(Debug, Deserialize)]
pub(super) struct HubIssue {
    number: u64,
    title: String,
    #[serde(default, deserialize_with = "text")]
    html_url: String,
    #[serde(default, deserialize_with = "list")]
    labels: Vec<HubLabel>,
    /// Present if the item is a pull request; both are in the same list.
    pull_request: Option<Value>,
}

impl HubIssue {
    /// Returns the issue if it has this label and is not a pull request.
    pub(super) fn with_label(self, label: &str) -> Option<Issue> {
        let labelled = self.labels.iter().any(|given| given.name.eq_ignore_ascii_case(label));
        let is_pull = self.pull_request.is_some_and(|value| !value.is_null());
        (labelled && !is_pull).then_some(Issue {
            number: self.number,
            title: self.title,
            url: self.html_url,
        })
    }
}

impl HubPullRequest {
    /// True for a pull request from a fork. A deleted fork has no repository.
    fn is_from_fork(&self) -> bool {
        self.head.repo.is_none() || self.head.repo != self.base.repo
    }

    fn state(&self) -> ProposalState {
        match self.state.as_str() {
            _ if self.merged == Some(true) || self.merged_at.is_some() => ProposalState::Merged,
            "open" => ProposalState::Open,
            _ => ProposalState::Closed,
        }
    }
}

impl From<HubPullRequest> for Proposal {
    fn from(pull: HubPullRequest) -> Self {
        let (from_fork, state) = (pull.is_from_fork(), pull.state());
        let people = pull.requested_reviewers.into_iter().map(|user| user.login);
        let team = |team: HubTeam| format!("/{}", team.slug.unwrap_or(team.name));
        let teams = pull.requested_teams.into_iter().map(team);
        Proposal {
            number: pull.number,
            url: pull.html_url,
            title: pull.title,
            body: pull.body,
            state,
            draft: pull.draft.unwrap_or(false),
            author: pull.user.map(|user| user.login).unwrap_or_default(),
            head: pull.head.branch,
            head_commit: pull.head.sha,
            from_fork,
            base: pull.base.branch,
            labels: pull.labels.into_iter().map(|label| label.name).collect(),
            reviewers: people.chain(teams).collect(),
            assignees: pull.assignees.into_iter().map(|user| user.login).collect(),
            auto_merge: pull.auto_merge.is_some_and(|value| !value.is_null()),
            queued: false,
            is_behind: pull.mergeable_state.as_deref() == Some("behind"),
            is_checking: pull.mergeable.is_none(),
            mergeable: pull.mergeable,
            // Before the merge GitHub returns a trial commit here.
            merge_commit: pull.merge_commit_sha.filter(|_| state == ProposalState::Merged),
        }
    }
}

/// Returns the newest of these pull requests of a branch to a base that was closed without being
/// merged, and when that was. Lists are newest first.
pub(super) fn newest_closed(
    pulls: Vec<HubPullRequest>,
    head: &str,
    base: &str,
) -> Option<(Proposal, Option<String>)> {
    let all = pulls.into_iter().map(|mut pull| {
        let at = pull.closed_at.take();
        (Proposal::from(pull), at)
    });
    all.filter(|(one, _)| one.head == head && one.base == base && !one.from_fork)
        .find(|(one, _)| one.state != ProposalState::Open)
        .filter(|(one, _)| one.state == ProposalState::Closed)
}

/// Returns the review request for GitHub and Gitea; `organisation/team` is a team. `None` if nobody
/// is to be asked.
pub(super) fn reviewers_json(proposal: &Proposal, names: &[String]) -> Option<Value> {
    let names = askable_reviewers(names, proposal);
    let (teams, people): (Vec<&String>, Vec<&String>) =
        names.iter().partition(|name| name.contains('/'));
    let teams: Vec<&str> = teams.iter().filter_map(|team| team.rsplit('/').next()).collect();
    (!names.is_empty()).then(|| json!({ "reviewers": people, "team_reviewers": teams }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_refusals() {
        let cases = [
            (
                r#"{"message":"Validation Failed","errors":[{"message":"no commits"}]}"#,
                "Validation Failed; no commits",
            ),
            (
                r#"{"message":["Another open merge request already exists: !5"]}"#,
                "Another open merge request already exists: !5",
            ),
            (
                r#"{"message":{"base":["is bad"],"title":["is too long"]}}"#,
                "is bad; title is too long",
            ),
            (
                r#"{"message":"Validation Failed","errors":[{"resource":"PullRequest","field":"head","code":"invalid"}]}"#,
                "Validation Failed; head is invalid",
            ),
            (r#"{"errors":[{"field":"base","code":"missing_field"}]}"#, "base is missing"),
            (
                r#"{"errors":[{"field":"title","code":"custom","message":"title is too long"}]}"#,
                "title is too long",
            ),
            (
                r#"{"type":"error","error":{"message":"Bad request","fields":{"title":["too long"]}}}"#,
                "Bad request; title too long",
            ),
            (
                r#"{"type":"error","error":{"message":"There are no changes","detail":"x"}}"#,
                "There are no changes; x",
            ),
            (r#"{"$id":"1","message":"TF401179: exists","typeKey":"k"}"#, "TF401179: exists"),
            ("<html>login</html>", "no reason given"),
            ("", "no reason given"),
            ("plain words", "plain words"),
            ("[1]", "no reason given"),
        ];
        for (body, expected) in cases {
            assert_eq!(refusal_message(body.as_bytes()), expected, "{body}");
        }
    }

    #[test]
    fn texts_of_others_are_tamed() {
        assert_eq!(tidy_text("a\u{1b}[31m\n  b"), "a [31m b");
        assert_eq!(tidy_text(&"ä".repeat(400)).chars().count(), MAX_MESSAGE + 1);
    }
}
