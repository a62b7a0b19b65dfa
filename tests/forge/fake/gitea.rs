//! The dialect of Gitea and Forgejo, by Forgejo's description.

use super::server::{Answer, Request};
use super::{ME, Pull, World, field, linked, sha, texts};
use serde_json::{Value, json};

/// How pull requests can be sorted.
const SORTS: [&str; 6] =
    ["oldest", "recentupdate", "leastupdate", "mostcomment", "leastcomment", "priority"];

pub fn answer(world: &mut World, request: &Request, parts: &[&str], base: &str) -> Answer {
    let ["repos", "o", "r", rest @ ..] = parts else { return Answer::missing() };
    match (request.method.as_str(), rest) {
        ("GET", ["pulls"]) if request.value("sort").is_some_and(|sort| !SORTS.contains(&sort)) => {
            Answer::refused(422, "sort is not one of the known ones")
        }
        ("GET", ["pulls"]) => {
            let items = world
                .listed(request.value("state").unwrap_or("open"))
                .iter()
                .map(|pull| show(pull, world))
                .collect();
            linked(world, request, base, "limit", items)
        }
        ("POST", ["pulls"]) => create(world, request),
        ("GET", ["branches", name]) => {
            let rule = world.behind_of.as_ref().map(|_| *name);
            Answer::json(200, json!({ "name": name, "effective_branch_protection_name": rule }))
        }
        ("GET", ["branch_protections", name]) => {
            Answer::json(200, json!({ "rule_name": name, "block_on_outdated_branch": true }))
        }
        ("GET", ["commits", commit, "statuses"]) => {
            let show = |(name, state, about, url): &(String, String, String, String)| json!({ "context": name, "status": state, "description": about, "target_url": url });
            let items = world.statuses_of(commit).iter().map(show).collect();
            linked(world, request, base, "limit", items)
        }
        ("POST", ["statuses", commit]) => {
            let text = |name: &str| field(request, name).unwrap_or_default();
            world.set_status(
                commit,
                (text("context"), text("state"), text("description"), text("target_url")),
            );
            Answer::json(201, json!({ "status": text("state"), "context": text("context") }))
        }
        ("GET", ["labels"]) => {
            let items = world.labels.iter().enumerate().map(label).collect();
            linked(world, request, base, "limit", items)
        }
        ("POST", ["labels"]) => {
            let name = field(request, "name").unwrap_or_default();
            world.labels.push(name.clone());
            Answer::json(201, label((world.labels.len() - 1, &name)))
        }
        ("GET", ["issues"]) => {
            let show = |(number, title, labels): &(u64, String, Vec<String>)| {
                let labels: Vec<Value> = labels.iter().enumerate().map(label).collect();
                json!({ "number": number, "title": title, "labels": labels, "html_url": "https://g/1", "pull_request": null })
            };
            // A label that does not exist is no filter.
            let wanted = request.value("labels").filter(|label| {
                world.issues.iter().any(|issue| issue.2.iter().any(|given| given == label))
            });
            let fits = |issue: &&(u64, String, Vec<String>)| {
                wanted.is_none_or(|label| issue.2.iter().any(|given| given == label))
            };
            let items = world
                .issues
                .iter()
                .filter(fits)
                .filter(|issue| !issue.1.starts_with("PR"))
                .map(show)
                .collect();
            linked(world, request, base, "limit", items)
        }
        (method, ["issues", number, "labels", which @ ..]) => {
            labels(world, request, method, number, which)
        }
        (method, ["pulls", number, rest @ ..]) => {
            let Ok(number) = number.parse() else { return Answer::missing() };
            of_one(world, request, method, number, rest)
        }
        _ => Answer::missing(),
    }
}

fn create(world: &mut World, request: &Request) -> Answer {
    let text = |name: &str| field(request, name).unwrap_or_default();
    let pull = Pull {
        title: text("title"),
        body: text("body"),
        head: text("head"),
        base: text("base"),
        ..Pull::default()
    };
    match world.add(pull) {
        Some(pull) => Answer::json(201, show(&pull, world)),
        None => Answer::refused(
            409,
            "pull request already exists for these targets [id: 1, issue_id: 1]",
        ),
    }
}

fn labels(
    world: &mut World,
    request: &Request,
    method: &str,
    number: &str,
    which: &[&str],
) -> Answer {
    let known = world.labels.clone();
    let Some(pull) = number.parse().ok().and_then(|number| world.pull(number)) else {
        return Answer::missing();
    };
    let name = |id: u64| known.get(id as usize - 1).cloned();
    match (method, which) {
        ("POST", []) => {
            let ids =
                request.body["labels"].as_array().into_iter().flatten().filter_map(Value::as_u64);
            let new: Vec<String> =
                ids.filter_map(name).filter(|label| !pull.labels.contains(label)).collect();
            pull.labels.extend(new);
        }
        ("DELETE", [id]) => {
            let gone = id.parse().ok().and_then(name);
            pull.labels.retain(|label| Some(label) != gone.as_ref());
            return Answer::status(204);
        }
        _ => {}
    }
    let given = pull.labels.clone();
    Answer::json(
        200,
        known.iter().enumerate().filter(|(_, name)| given.contains(name)).map(label).collect(),
    )
}

fn of_one(
    world: &mut World,
    request: &Request,
    method: &str,
    number: u64,
    rest: &[&str],
) -> Answer {
    let Some(pull) = world.pull(number) else { return Answer::missing() };
    match (method, rest) {
        ("GET", []) => {}
        ("PATCH", []) => {
            pull.title = field(request, "title").unwrap_or(pull.title.clone());
            pull.body = field(request, "body").unwrap_or(pull.body.clone());
            if field(request, "state").as_deref() == Some("closed") && pull.state == "open" {
                pull.state = "closed".into();
            }
        }
        ("POST", ["requested_reviewers"]) => {
            pull.reviewers.extend(texts(&request.body["reviewers"]));
            return Answer::json(201, json!([]));
        }
        ("GET", ["reviews"]) => {
            let word = |state: &str| {
                if state == "CHANGES_REQUESTED" {
                    "REQUEST_CHANGES".to_owned()
                } else {
                    state.to_owned()
                }
            };
            let show = |(author, state): &(String, String)| {
                let dismissed = state == "DISMISSED";
                let state = if dismissed { "APPROVED".to_owned() } else { word(state) };
                json!({ "user": { "login": author }, "state": state, "dismissed": dismissed, "commit_id": pull.sha() })
            };
            return Answer::json(200, pull.reviews.iter().map(show).collect());
        }
        ("POST", ["merge"]) => return merge(pull, request),
        _ => return Answer::missing(),
    }
    let pull = pull.clone();
    Answer::json(if method == "PATCH" { 201 } else { 200 }, show(&pull, world))
}

fn merge(pull: &mut Pull, request: &Request) -> Answer {
    let when_green = request.body["merge_when_checks_succeed"].as_bool() == Some(true);
    match field(request, "head_commit_id") {
        Some(expected) if expected != pull.sha() => Answer::refused(409, "head out of date"),
        _ if when_green && pull.auto => Answer::refused(409, "The auto merge is already scheduled"),
        _ if when_green => {
            pull.auto = true;
            Answer::status(201)
        }
        _ if pull.behind => Answer::refused(
            405,
            "not allowed to merge [reason: The head branch is behind the base branch]",
        ),
        _ if pull.blocked.is_some() => {
            Answer::refused(405, pull.blocked.as_deref().unwrap_or_default())
        }
        _ if pull.state != "open" => Answer::refused(405, "The PR is already merged"),
        _ => {
            pull.state = "merged".into();
            Answer::status(200)
        }
    }
}

fn show(pull: &Pull, world: &World) -> Value {
    let repo = |fork: bool| json!({ "id": if fork { 8 } else { 7 } });
    let labels: Vec<Value> = world
        .labels
        .iter()
        .enumerate()
        .filter(|(_, name)| pull.labels.contains(name))
        .map(label)
        .collect();
    let people: Vec<Value> = pull.reviewers.iter().map(|name| json!({ "login": name })).collect();
    json!({
        "id": 1000 + pull.number, "number": pull.number, "title": pull.title, "body": pull.body,
        "html_url": format!("https://forgejo.example/o/r/pulls/{}", pull.number),
        "state": if pull.state == "open" { "open" } else { "closed" },
        "draft": pull.title.starts_with("WIP:"), "user": { "login": ME },
        "head": { "ref": pull.head, "sha": pull.sha(), "repo": repo(pull.fork) },
        "base": { "ref": pull.base, "sha": sha(&pull.base), "repo": repo(false) },
        "labels": labels, "requested_reviewers": people,
        "assignees": pull.assignees.iter().map(|name| json!({ "login": name })).collect::<Vec<_>>(), "mergeable": pull.blocked.is_none(),
        "merged": pull.state == "merged", "merge_commit_sha": (pull.state == "merged").then(|| sha("merge")),
    })
}

fn label((id, name): (usize, &String)) -> Value {
    json!({ "id": id + 1, "name": name, "color": "70c24a" })
}
