//! What a forge's automation says of the pull request that it runs for: a file that GitHub, Gitea and
//! Forgejo write, or a number in the environment.

use crate::guard::{Contributor, IdentitySource};
use crate::ops::error::Failure;
use crate::ops::session::Session;
use serde_json::Value;
use std::path::Path;

/// The variables in which automations name the number of the merge request they run for: GitLab CI,
/// Bitbucket Pipelines, Azure Pipelines, Woodpecker, Drone.
const NUMBERS: [&str; 5] = [
    "CI_MERGE_REQUEST_IID",
    "BITBUCKET_PR_ID",
    "SYSTEM_PULLREQUEST_PULLREQUESTID",
    "CI_COMMIT_PULL_REQUEST",
    "DRONE_PULL_REQUEST",
];

/// A pull request, as an event tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PullRequestEvent {
    pub number: Option<u64>,
    /// The commit that was its newest.
    pub head: Option<String>,
    /// Who opened it, and who did what the event is about.
    pub persons: Vec<Contributor>,
}

/// Reads an event's file.
///
/// # Errors
/// When it is not there, or is no JSON.
pub fn read_event(path: &Path) -> Result<Option<PullRequestEvent>, Failure> {
    let shown = path.display();
    let failed = || Failure::usage(format!("cannot read the event `{shown}`"));
    let text = std::fs::read_to_string(path).map_err(|error| failed().with_cause(&error))?;
    let value: Value = serde_json::from_str(&text).map_err(|error| failed().with_cause(&error))?;
    Ok(parse_event(&value))
}

/// `None` for an event that is about no pull request.
fn parse_event(value: &Value) -> Option<PullRequestEvent> {
    let proposal = value.get("pull_request").filter(|value| value.is_object())?;
    let login = |value: &Value| {
        value["login"].as_str().filter(|login| !login.is_empty()).map(str::to_owned)
    };
    // An author whom the event does not name is one whom nobody permits.
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
        // Somebody else may have pushed to the branch of a person who is permitted.
        persons: [author].into_iter().chain(sender).collect(),
    })
}

/// The number that the environment names.
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
        assert_eq!(
            parse_event(&json!({ "ref": "refs/heads/main", "pusher": { "name": "x" } })),
            None
        );
    }
}
