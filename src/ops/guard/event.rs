//! The pull request that a forge's automation runs for: from the event file of GitHub, Gitea and
//! Forgejo, or from a number in the environment.

use crate::guard::{Contributor, IdentitySource};
use crate::ops::error::Failure;
use crate::ops::session::Session;
use serde_json::Value;
use std::path::Path;

/// The variables with the number of the pull request in GitLab CI, Bitbucket Pipelines, Azure
/// Pipelines, Woodpecker and Drone.
const NUMBERS: [&str; 5] = [
    "CI_MERGE_REQUEST_IID",
    "BITBUCKET_PR_ID",
    "SYSTEM_PULLREQUEST_PULLREQUESTID",
    "CI_COMMIT_PULL_REQUEST",
    "DRONE_PULL_REQUEST",
];

/// The pull request in an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PullRequestEvent {
    pub number: Option<u64>,
    /// Its newest commit at the time of the event.
    pub head: Option<String>,
    /// The person who opened it, and the person who triggered the event. The event of a merge queue
    /// names neither.
    pub persons: Vec<Contributor>,
    pub kind: ForgeEventKind,
}

/// What happened to a pull request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ForgeEventKind {
    /// It was opened, or changed.
    Proposal,
    /// The merge queue of the forge has made a commit of it and of those before it.
    MergeGroup,
}

/// Reads an event file.
///
/// # Errors
/// When the file does not exist or is not JSON.
pub fn read_event(path: &Path) -> Result<Option<PullRequestEvent>, Failure> {
    let shown = path.display();
    let failed = || Failure::usage(format!("cannot read the event `{shown}`"));
    let text = std::fs::read_to_string(path).map_err(|error| failed().with_cause(&error))?;
    let value: Value = serde_json::from_str(&text).map_err(|error| failed().with_cause(&error))?;
    Ok(parse_event(&value))
}

/// Parses an event; `None` if it is not about a pull request.
fn parse_event(value: &Value) -> Option<PullRequestEvent> {
    if let Some(group) = value.get("merge_group").filter(|value| value.is_object()) {
        return parse_merge_group(group);
    }
    let proposal = value.get("pull_request").filter(|value| value.is_object())?;
    let login = |value: &Value| {
        value["login"].as_str().filter(|login| !login.is_empty()).map(str::to_owned)
    };
    // An event without an author yields an empty name, which no permission names.
    let author = Contributor {
        name: login(&proposal["user"]).unwrap_or_default(),
        proof: IdentitySource::Event,
    };
    let sender =
        login(&value["sender"]).map(|name| Contributor { name, proof: IdentitySource::Sender });
    let sender = sender.filter(|sender| author.name != sender.name);
    Some(PullRequestEvent {
        number: proposal["number"].as_u64(),
        head: proposal["head"]["sha"].as_str().map(str::to_owned),
        // Somebody else may have pushed to the branch of a permitted person.
        persons: [author].into_iter().chain(sender).collect(),
        kind: ForgeEventKind::Proposal,
    })
}

/// Parses the event of a merge queue, whose branch names the pull request:
/// `refs/heads/gh-readonly-queue/main/pr-7-COMMIT`.
fn parse_merge_group(group: &Value) -> Option<PullRequestEvent> {
    let branch = group["head_ref"].as_str()?.rsplit('/').next()?;
    let (number, _) = branch.strip_prefix("pr-")?.split_once('-')?;
    Some(PullRequestEvent {
        number: Some(number.parse().ok()?),
        head: group["head_sha"].as_str().map(str::to_owned),
        persons: Vec::new(),
        kind: ForgeEventKind::MergeGroup,
    })
}

/// The number of the pull request in the environment.
pub fn number(session: &Session) -> Option<u64> {
    NUMBERS.iter().find_map(|name| session.variable(name)?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn author_and_sender_are_both_there() {
        let event = |author: &str, sender: &str| {
            let head = json!({ "sha": "abc" });
            let proposal = json!({ "number": 7, "user": { "login": author }, "head": head });
            parse_event(&json!({ "pull_request": proposal, "sender": { "login": sender } }))
                .expect("a pull request")
        };
        let names = |event: &PullRequestEvent| {
            event.persons.iter().map(|one| one.name.clone()).collect::<Vec<_>>()
        };
        let both = event("deploy-bot", "mallory");
        assert_eq!((both.number, both.head.as_deref()), (Some(7), Some("abc")));
        assert_eq!(names(&both), ["deploy-bot", "mallory"]);
        assert_eq!(names(&event("alice", "alice")), ["alice"]);
        let group = |branch: &str| {
            let group = json!({ "head_ref": branch, "head_sha": "def" });
            parse_event(&json!({ "merge_group": group, "sender": { "login": "alice" } }))
        };
        let queued = group("refs/heads/gh-readonly-queue/main/pr-7-0a1b").expect("it is queued");
        assert_eq!((queued.number, queued.head.as_deref()), (Some(7), Some("def")));
        assert_eq!((queued.kind, names(&queued).len()), (ForgeEventKind::MergeGroup, 0));
        assert_eq!(group("refs/heads/main"), None);
        assert_eq!(
            parse_event(&json!({ "ref": "refs/heads/main", "pusher": { "name": "x" } })),
            None
        );
    }
}
