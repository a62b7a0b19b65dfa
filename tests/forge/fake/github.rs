//! GitHub's dialect, by its OpenAPI description.

use super::server::{Answer, Request};
use super::{ME, Pull, World, field, linked, sha, texts};
use serde_json::{Value, json};

pub fn answer(world: &mut World, request: &Request, parts: &[&str], base: &str) -> Answer {
    let ["repos", "o", "r", rest @ ..] = parts else { return Answer::missing() };
    match (request.method.as_str(), rest) {
        ("GET", ["pulls"]) => {
            let head = request
                .value("head")
                .map(|head| head.strip_prefix("o:").unwrap_or("nobody").to_owned());
            let wanted = |pull: &Pull| head.as_ref().is_none_or(|head| *head == pull.head);
            let items = world
                .listed(request.value("state").unwrap_or("open"))
                .iter()
                .filter(|pull| wanted(pull))
                .map(|pull| show(pull, base))
                .collect();
            linked(world, request, base, "per_page", items)
        }
        ("POST", ["pulls"]) => create(world, request, base),
        ("GET", ["commits", commit, "statuses"]) => {
            let show = |(name, state, about, url): &(String, String, String, String)| json!({ "context": name, "state": state, "description": about, "target_url": url });
            let items = world
                .statuses_of(commit)
                .iter()
                .filter(|status| !status.0.starts_with("run:"))
                .map(show)
                .collect();
            linked(world, request, base, "per_page", items)
        }
        ("GET", ["commits", commit, "check-runs"]) => {
            let of = world.statuses_of(commit);
            let runs: Vec<Value> =
                of.iter().filter(|status| status.0.starts_with("run:")).map(run).collect();
            Answer::json(200, json!({ "total_count": runs.len(), "check_runs": runs }))
        }
        ("POST", ["statuses", commit]) => {
            let text = |name: &str| field(request, name).unwrap_or_default();
            if text("description").chars().count() > 140 {
                return Answer::refused(422, "description is too long (maximum is 140 characters)");
            }
            world.set_status(
                commit,
                (text("context"), text("state"), text("description"), text("target_url")),
            );
            Answer::json(201, json!({ "state": text("state"), "context": text("context") }))
        }
        ("GET", ["issues"]) => {
            let label = request.value("labels").unwrap_or_default();
            let wanted =
                world.issues.iter().filter(|issue| issue.2.iter().any(|given| given == label));
            let items =
                wanted.map(|(number, title, labels)| issue(*number, title, labels, base)).collect();
            linked(world, request, base, "per_page", items)
        }
        (method, ["issues", number, "labels", label @ ..]) => {
            let Some(pull) = number.parse().ok().and_then(|number| world.pull(number)) else {
                return Answer::missing();
            };
            match (method, label) {
                ("POST", []) => {
                    let new = texts(&request.body["labels"]);
                    pull.labels.extend(
                        new.into_iter()
                            .filter(|label| !pull.labels.contains(label))
                            .collect::<Vec<_>>(),
                    );
                }
                ("DELETE", [label]) if pull.labels.iter().any(|given| given == label) => {
                    pull.labels.retain(|given| given != label);
                }
                _ => return Answer::missing(),
            }
            Answer::json(200, named(&pull.labels))
        }
        (method, ["pulls", number, rest @ ..]) => {
            let queue = world.has_queue;
            match number.parse().ok().and_then(|number| world.pull(number)) {
                Some(_) if rest == ["merge"] && queue => {
                    Answer::refused(405, "Changes must be made through the merge queue")
                }
                Some(pull) => of_one(pull, request, method, rest, base),
                None => Answer::missing(),
            }
        }
        _ => Answer::missing(),
    }
}

fn create(world: &mut World, request: &Request, base: &str) -> Answer {
    let text = |name: &str| field(request, name).unwrap_or_default();
    let draft = request.body["draft"].as_bool().unwrap_or(false);
    let pull = Pull {
        title: text("title"),
        body: text("body"),
        head: text("head"),
        base: text("base"),
        draft,
        ..Pull::default()
    };
    let why = format!("A pull request already exists for o:{}.", pull.head);
    match world.add(pull) {
        Some(pull) => Answer::json(201, show(&pull, base)),
        None => Answer::json(
            422,
            json!({ "message": "Validation Failed", "errors": [{ "resource": "PullRequest", "code": "custom", "message": why }] }),
        ),
    }
}

fn of_one(pull: &mut Pull, request: &Request, method: &str, rest: &[&str], base: &str) -> Answer {
    match (method, rest) {
        ("GET", []) => Answer::json(200, show(pull, base)),
        ("PATCH", []) => {
            if field(request, "state").as_deref() == Some("closed") {
                if pull.state == "merged" {
                    return Answer::refused(422, "Validation Failed");
                }
                pull.state = "closed".into();
            }
            pull.title = field(request, "title").unwrap_or(pull.title.clone());
            pull.body = field(request, "body").unwrap_or(pull.body.clone());
            Answer::json(200, show(pull, base))
        }
        ("POST", ["requested_reviewers"]) => {
            let new = texts(&request.body["reviewers"]);
            if new.iter().any(|name| name == ME) {
                return Answer::refused(
                    422,
                    "Review cannot be requested from pull request author.",
                );
            }
            pull.reviewers.extend(new);
            Answer::json(201, show(pull, base))
        }
        ("GET", ["reviews"]) => {
            let show = |(author, state): &(String, String)| json!({ "user": { "login": author }, "state": state, "commit_id": pull.sha() });
            Answer::json(200, pull.reviews.iter().map(show).collect())
        }
        ("PUT", ["merge"]) => match field(request, "sha") {
            Some(expected) if expected != pull.sha() => {
                Answer::refused(409, "Head branch was modified. Review and try the merge again.")
            }
            _ if pull.behind => {
                Answer::refused(405, "Head branch is out of date. Update the branch and try again.")
            }
            _ if pull.blocked.is_some() => {
                Answer::refused(405, pull.blocked.as_deref().unwrap_or_default())
            }
            _ if pull.state != "open" => Answer::refused(405, "Pull Request is not mergeable"),
            _ => {
                pull.state = "merged".into();
                Answer::json(
                    200,
                    json!({ "merged": true, "sha": sha("merge"), "message": "Pull Request successfully merged" }),
                )
            }
        },
        _ => Answer::missing(),
    }
}

pub fn graphql(world: &mut World, request: &Request) -> Answer {
    let (query, input) =
        (field(request, "query").unwrap_or_default(), request.body["variables"]["input"].clone());
    let id = input["pullRequestId"].as_str().and_then(|id| id.strip_prefix("PR_")?.parse().ok());
    let error = |why: &str| {
        Answer::json(
            200,
            json!({ "data": null, "errors": [{ "type": "UNPROCESSABLE", "message": why }] }),
        )
    };
    if query.contains("deployments(") {
        return Answer::json(200, super::deployments::graphql(world, request));
    }
    if query.starts_with("query") {
        let node = json!({ "isMergeQueueEnabled": world.has_queue, "isInMergeQueue": false });
        return Answer::json(200, json!({ "data": { "node": node } }));
    }
    let Some(pull) = id.and_then(|id| world.pull(id)) else {
        return error("Could not resolve to a node");
    };
    if query.contains("enablePullRequestAutoMerge") {
        if input["expectedHeadOid"].as_str() != Some(&pull.sha()) {
            return error("Head branch was modified");
        }
        pull.auto = true;
    } else if query.contains("enqueuePullRequest") {
        if pull.auto {
            return error("Pull request is already in the queue");
        }
        pull.auto = true;
    } else {
        pull.draft = query.contains("convertPullRequestToDraft");
    }
    Answer::json(200, json!({ "data": { "any": { "clientMutationId": null } } }))
}

fn show(pull: &Pull, base: &str) -> Value {
    let repo = |fork: bool| json!({ "id": if fork { 8 } else { 7 }, "full_name": if fork { "someone/r" } else { "o/r" } });
    json!({
        "id": 1000 + pull.number, "number": pull.number, "node_id": format!("PR_{}", pull.number),
        "url": format!("{base}/repos/o/r/pulls/{}", pull.number),
        "html_url": format!("https://github.example/o/r/pull/{}", pull.number),
        "title": pull.title, "body": pull.body, "state": if pull.state == "open" { "open" } else { "closed" },
        "draft": pull.draft, "user": { "login": ME }, "labels": named(&pull.labels),
        "head": { "ref": pull.head, "sha": pull.sha(), "repo": repo(pull.fork) },
        "base": { "ref": pull.base, "sha": sha(&pull.base), "repo": repo(false) },
        "requested_reviewers": pull.reviewers.iter().map(|name| json!({ "login": name })).collect::<Vec<_>>(),
        "assignees": pull.assignees.iter().map(|name| json!({ "login": name })).collect::<Vec<_>>(),
        "mergeable": if pull.checking > 0 { Value::Null } else { true.into() },
        "mergeable_state": if pull.behind { "behind" } else { "clean" },
        "auto_merge": pull.auto.then(|| json!({ "merge_method": "squash" })),
        "merged_at": (pull.state == "merged").then_some("2026-01-01T00:00:00Z"), "merge_commit_sha": sha("merge"),
    })
}

fn named(labels: &[String]) -> Value {
    labels.iter().enumerate().map(|(id, name)| json!({ "id": id, "name": name })).collect()
}

fn issue(number: u64, title: &str, labels: &[String], base: &str) -> Value {
    let pull = title
        .starts_with("PR")
        .then(|| json!({ "url": format!("{base}/repos/o/r/pulls/{number}") }));
    let mut issue = json!({ "number": number, "title": title, "labels": named(labels), "html_url": format!("https://github.example/o/r/issues/{number}") });
    if let Some(pull) = pull {
        issue["pull_request"] = pull;
    }
    issue
}

fn run((name, conclusion, _, _): &(String, String, String, String)) -> Value {
    let (status, conclusion) = match conclusion.as_str() {
        "in_progress" => ("in_progress", Value::Null),
        other => ("completed", other.into()),
    };
    json!({ "name": name.trim_start_matches("run:"), "status": status, "conclusion": conclusion, "html_url": null, "output": { "title": null } })
}
