//! Comments on pull requests, in the dialects of all forges.

use super::server::{Answer, Request};
use super::{ME, World, field, page_of};
use serde_json::{Value, json};
use towpath::forge::ForgeKind;

/// A comment: its number, its pull request, who wrote it, and what.
#[derive(Debug, Clone)]
pub struct Comment {
    pub id: u64,
    pub pull: u64,
    pub author: String,
    pub body: String,
}

impl World {
    pub fn comment(&mut self, pull: u64, author: &str, body: &str) -> Comment {
        let id = 501 + self.comments.len() as u64;
        let comment = Comment { id, pull, author: author.into(), body: body.into() };
        self.comments.push(comment.clone());
        comment
    }
}

/// What the account of the token is asked for.
pub fn own_account(kind: ForgeKind, world: &World, parts: &[&str]) -> Option<Answer> {
    if parts != ["user"] {
        return None;
    }
    if world.is_app {
        return Some(Answer::refused(403, "Resource not accessible by integration"));
    }
    Some(Answer::json(
        200,
        match kind {
            ForgeKind::GitLab => json!({ "id": 1, "username": ME }),
            ForgeKind::Bitbucket => json!({ "uuid": format!("{{{ME}}}"), "type": "user" }),
            _ => json!({ "id": 1, "login": ME }),
        },
    ))
}

/// The answer, if the request is about comments.
pub fn answer(
    kind: ForgeKind,
    world: &mut World,
    request: &Request,
    parts: &[&str],
) -> Option<Answer> {
    let rest = match (kind, parts) {
        (ForgeKind::GitHub | ForgeKind::Gitea, ["repos", "o", "r", "issues", rest @ ..])
        | (ForgeKind::GitLab, ["projects", "group%2Fsub%2Fr", "merge_requests", rest @ ..])
        | (ForgeKind::Bitbucket, ["repositories", "o", "r", "pullrequests", rest @ ..])
        | (
            ForgeKind::Azure,
            ["p", "_apis", "git", "repositories", "r", "pullRequests", rest @ ..],
        ) => rest,
        _ => return None,
    };
    let body = || match kind {
        ForgeKind::Bitbucket => request.body["content"]["raw"].as_str().map(str::to_owned),
        ForgeKind::Azure if request.method == "POST" => {
            request.body["comments"][0]["content"].as_str().map(str::to_owned)
        }
        ForgeKind::Azure => field(request, "content"),
        _ => field(request, "body"),
    };
    match (request.method.as_str(), rest) {
        ("GET", [number, "comments" | "notes" | "threads"]) => {
            Some(list(kind, world, request, number.parse().ok()?))
        }
        ("POST", [number, "comments" | "notes" | "threads"]) => {
            let number = number.parse().ok()?;
            let comment = world.comment(number, ME, &body().unwrap_or_default());
            Some(Answer::json(201, show(kind, &comment)))
        }
        ("PATCH" | "PUT", ["comments", id] | [_, "comments" | "notes", id])
        | ("PATCH", [_, "threads", _, "comments", id]) => {
            let id: u64 = id.parse().ok()?;
            let id = if kind == ForgeKind::Azure { world.azure_thread(parts)? } else { id };
            let comment = world.comments.iter_mut().find(|comment| comment.id == id)?;
            if comment.author != ME {
                return Some(Answer::refused(403, "You cannot edit this comment"));
            }
            comment.body = body().unwrap_or_default();
            Some(Answer::json(200, show(kind, comment)))
        }
        _ => None,
    }
}

impl World {
    /// The comment that begins a thread of Azure.
    fn azure_thread(&self, parts: &[&str]) -> Option<u64> {
        parts.get(8)?.parse().ok()
    }
}

fn list(kind: ForgeKind, world: &World, request: &Request, number: u64) -> Answer {
    let meant = world.comments.iter().filter(|comment| comment.pull == number);
    let items: Vec<Value> = meant.map(|comment| show(kind, comment)).collect();
    match kind {
        ForgeKind::Azure => Answer::json(200, json!({ "count": items.len(), "value": items })),
        ForgeKind::Bitbucket => {
            let (values, _) = page_of(items, 100, request.number("page").unwrap_or(1));
            Answer::json(200, json!({ "pagelen": 100, "page": 1, "values": values }))
        }
        _ => Answer::json(200, items.into()),
    }
}

fn show(kind: ForgeKind, comment: &Comment) -> Value {
    let Comment { id, author, body, .. } = comment;
    match kind {
        ForgeKind::GitLab => {
            let user = if author == ME { 1 } else { 11 };
            json!({ "id": id, "body": body, "author": { "id": user, "username": author },
                "system": false })
        }
        ForgeKind::Bitbucket => {
            let user = json!({ "uuid": format!("{{{author}}}"), "type": "user" });
            json!({ "id": id, "content": { "raw": body }, "user": user, "deleted": false })
        }
        ForgeKind::Azure => {
            let author = json!({ "id": super::azure::id(author) });
            let comment = json!({ "id": 1, "content": body, "author": author });
            json!({ "id": id, "comments": [comment], "isDeleted": false })
        }
        _ => {
            let kind = if author == ME { "Bot" } else { "User" };
            json!({ "id": id, "body": body, "user": { "login": author, "type": kind } })
        }
    }
}
