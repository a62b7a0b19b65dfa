//! Authors of commits, assigned people, and releases, in the dialects of all forges.

use super::server::{Answer, Request};
use super::{World, texts};
use serde_json::json;
use towpath::forge::ForgeKind;

/// The answer, if the request is about people.
pub fn answer(
    kind: ForgeKind,
    world: &mut World,
    request: &Request,
    parts: &[&str],
) -> Option<Answer> {
    let author = |commit: &str| world.authors.get(commit).cloned();
    let release = |tag: &str| world.releases.get(tag).cloned();
    match (kind, request.method.as_str(), parts) {
        (
            ForgeKind::GitHub | ForgeKind::Gitea,
            "GET",
            ["repos", "o", _, "releases", "tags", tag],
        ) => {
            let url = format!("https://git.example.com/o/r/releases/{tag}");
            Some(release(tag).map_or_else(Answer::missing, |notes| {
                Answer::json(200, json!({ "html_url": url, "body": notes }))
            }))
        }
        (ForgeKind::GitLab, "GET", ["projects", "group%2Fsub%2Fr", "releases", tag]) => {
            let url = format!("https://git.example.com/group/sub/r/-/releases/{tag}");
            Some(release(tag).map_or_else(Answer::missing, |notes| {
                Answer::json(200, json!({ "description": notes, "_links": { "self": url } }))
            }))
        }
        (ForgeKind::GitHub, "GET", ["repos", "o", "r", "commits", commit])
        | (ForgeKind::Gitea, "GET", ["repos", "o", "r", "git", "commits", commit]) => {
            let login = author(commit).map(|login| json!({ "login": login }));
            Some(Answer::json(200, json!({ "sha": commit, "author": login })))
        }
        (
            ForgeKind::GitLab,
            "GET",
            ["projects", "group%2Fsub%2Fr", "repository", "commits", commit],
        ) => {
            let email = author(commit).map(|login| format!("{login}@example.com"));
            Some(Answer::json(200, json!({ "id": commit, "author_email": email })))
        }
        (ForgeKind::GitLab, "GET", ["users"]) => {
            let email = request.value("search")?;
            let login = email.strip_suffix("@example.com").unwrap_or_default();
            let found =
                super::gitlab::id_of(login).map(|id| json!({ "id": id, "username": login }));
            Some(Answer::json(200, found.into_iter().collect()))
        }
        (ForgeKind::GitLab, "GET", ["users", id]) => {
            let login = super::gitlab::name_of(id.parse().ok()?)?;
            let email = format!("{login}@example.com");
            Some(Answer::json(200, json!({ "username": login, "public_email": email })))
        }
        (ForgeKind::Bitbucket, "GET", ["repositories", "o", "r", "commit", commit]) => {
            let user = author(commit).map(|login| json!({ "account_id": login }));
            Some(Answer::json(200, json!({ "hash": commit, "author": { "user": user } })))
        }
        (
            ForgeKind::Azure,
            "GET",
            ["p", "_apis", "git", "repositories", "r", "commits", commit],
        ) => {
            let email = author(commit);
            Some(Answer::json(200, json!({ "commitId": commit, "author": { "email": email } })))
        }
        (ForgeKind::GitHub, "POST", ["repos", "o", "r", "issues", number, "assignees"]) => {
            let new = texts(&request.body["assignees"]);
            let pull = world.pull(number.parse().ok()?)?;
            pull.assignees.extend(new);
            Some(Answer::json(201, json!({ "number": pull.number })))
        }
        (ForgeKind::Gitea, "PATCH", ["repos", "o", "r", "pulls", number])
            if request.body["assignees"].is_array() =>
        {
            let all = texts(&request.body["assignees"]);
            world.pull(number.parse().ok()?)?.assignees = all;
            None
        }
        _ => None,
    }
}
