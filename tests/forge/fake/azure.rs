//! The dialect of Azure DevOps, by its description of git 7.1 and of work items.

use super::server::{Answer, Request};
use super::{ME, Pull, World, field, sha};
use serde_json::{Value, json};

pub fn answer(world: &mut World, request: &Request, parts: &[&str]) -> Answer {
    match parts {
        ["_apis", "connectionData"] => {
            return Answer::json(200, json!({ "authenticatedUser": { "id": id(ME) } }));
        }
        ["_apis", "identities"] => {
            let name = request.value("filterValue").unwrap_or_default();
            let found: Vec<Value> = ["alice", "carol"]
                .iter()
                .filter(|known| **known == name)
                .map(|name| json!({ "id": id(name) }))
                .collect();
            return Answer::json(200, json!({ "count": found.len(), "value": found }));
        }
        _ => {}
    }
    if request.value("api-version").is_none() {
        return Answer::refused(400, "No api-version was supplied");
    }
    match (request.method.as_str(), parts) {
        ("POST", ["p", "_apis", "wit", "wiql"]) => {
            let query = field(request, "query").unwrap_or_default();
            let fits = |issue: &&(u64, String, Vec<String>)| {
                issue.2.iter().any(|label| {
                    query.contains(&format!("CONTAINS '{}'", &label[..3]))
                        || query.contains(&format!("'{label}'"))
                })
            };
            let ids: Vec<Value> = world
                .issues
                .iter()
                .filter(fits)
                .filter(|issue| !issue.1.starts_with("PR"))
                .map(|issue| json!({ "id": issue.0 }))
                .collect();
            Answer::json(200, json!({ "queryType": "flat", "workItems": ids }))
        }
        ("GET", ["p", "_apis", "wit", "workitems"]) => {
            let ids: Vec<&str> = request.value("ids").unwrap_or_default().split(',').collect();
            let show = |(number, title, labels): &(u64, String, Vec<String>)| json!({ "id": number, "fields": { "System.Title": title, "System.Tags": labels.join("; ") } });
            let found: Vec<Value> = world
                .issues
                .iter()
                .filter(|issue| ids.contains(&issue.0.to_string().as_str()))
                .map(show)
                .collect();
            Answer::json(200, json!({ "count": found.len(), "value": found }))
        }
        (method, ["p", "_apis", "git", "repositories", "r", rest @ ..]) => {
            git(world, request, method, rest)
        }
        _ => Answer::missing(),
    }
}

fn git(world: &mut World, request: &Request, method: &str, rest: &[&str]) -> Answer {
    match (method, rest) {
        ("GET", ["pullrequests"]) => {
            let head = request.value("searchCriteria.sourceRefName");
            let wanted =
                |pull: &&Pull| head.is_none_or(|head| head == format!("refs/heads/{}", pull.head));
            let is_all = request.value("searchCriteria.status") == Some("all");
            let state = if is_all { "all" } else { "open" };
            let (top, skip) =
                (request.number("$top").unwrap_or(100), request.number("$skip").unwrap_or(0));
            let all: Vec<Value> =
                world.listed(state).iter().filter(wanted).map(short).skip(skip).take(top).collect();
            Answer::json(200, json!({ "count": all.len(), "value": all }))
        }
        ("POST", ["pullrequests"]) => create(world, request),
        ("GET", ["commits", commit, "statuses"]) => {
            let show = |(name, state, about, url): &(String, String, String, String)| {
                let (genre, name) = name.split_once('\n').unwrap_or(("", name));
                json!({ "state": state, "description": about, "targetUrl": url, "context": { "name": name, "genre": genre } })
            };
            let all: Vec<Value> = world.statuses_of(commit).iter().map(show).collect();
            Answer::json(200, json!({ "count": all.len(), "value": all }))
        }
        ("POST", ["commits", commit, "statuses"]) => {
            let text = |name: &str| field(request, name).unwrap_or_default();
            let context = &request.body["context"];
            let part = |name: &str| context[name].as_str().unwrap_or_default();
            let name = format!("{}\n{}", part("genre"), part("name"));
            world.set_status(commit, (name, text("state"), text("description"), text("targetUrl")));
            Answer::json(201, request.body.clone())
        }
        (method, ["pullrequests" | "pullRequests", number, rest @ ..]) => {
            match number.parse().ok().and_then(|number| world.pull(number)) {
                Some(pull) => of_one(pull, request, method, rest),
                None => Answer::missing(),
            }
        }
        _ => Answer::missing(),
    }
}

fn create(world: &mut World, request: &Request) -> Answer {
    let text = |name: &str| field(request, name).unwrap_or_default();
    let branch =
        |name: &str| text(name).strip_prefix("refs/heads/").unwrap_or("not a reference").to_owned();
    if text("description").chars().count() > 4000 {
        return Answer::refused(400, "A maximum of 4000 characters is allowed");
    }
    let draft = request.body["isDraft"].as_bool().unwrap_or(false);
    let (head, base) = (branch("sourceRefName"), branch("targetRefName"));
    let pull = Pull {
        title: text("title"),
        body: text("description"),
        head,
        base,
        draft,
        ..Pull::default()
    };
    match world.add(pull) {
        Some(pull) => Answer::json(201, show(&pull)),
        None => {
            let why =
                "TF401179: An active pull request for the source and target branch already exists.";
            Answer::json(
                409,
                json!({ "$id": "1", "message": why, "typeKey": "GitPullRequestExistsException" }),
            )
        }
    }
}

fn of_one(pull: &mut Pull, request: &Request, method: &str, rest: &[&str]) -> Answer {
    match (method, rest) {
        ("GET", []) => {}
        ("PATCH", []) => return patch(pull, request),
        ("POST", ["labels"]) => {
            let name = field(request, "name").unwrap_or_default();
            if !pull.labels.contains(&name) {
                pull.labels.push(name.clone());
            }
            return Answer::json(200, json!({ "name": name }));
        }
        ("DELETE", ["labels", name]) => {
            pull.labels.retain(|label| label != name);
            return Answer::status(200);
        }
        ("PUT", ["reviewers", who]) => {
            let Some(name) = ["alice", "carol"].into_iter().find(|name| id(name) == *who) else {
                return Answer::missing();
            };
            pull.reviewers.push(name.into());
            return Answer::json(200, json!({ "id": who, "vote": 0 }));
        }
        _ => return Answer::missing(),
    }
    Answer::json(200, show(pull))
}

fn patch(pull: &mut Pull, request: &Request) -> Answer {
    pull.title = field(request, "title").unwrap_or(pull.title.clone());
    pull.body = field(request, "description").unwrap_or(pull.body.clone());
    pull.draft = request.body["isDraft"].as_bool().unwrap_or(pull.draft);
    pull.auto |= request.body["autoCompleteSetBy"]["id"].as_str() == Some(&id(ME));
    match field(request, "status").as_deref() {
        Some("abandoned") if pull.state == "open" => pull.state = "closed".into(),
        Some("completed")
            if request.body["lastMergeSourceCommit"]["commitId"].as_str() != Some(&pull.sha()) =>
        {
            return Answer::refused(409, "TF401192: The source branch has been modified");
        }
        Some("completed") if pull.blocked.is_none() => pull.state = "merged".into(),
        _ => {}
    }
    Answer::json(200, show(pull))
}

/// As it is in lists: the description cut short.
fn short(pull: &Pull) -> Value {
    let mut out = show(pull);
    out["description"] = pull.body.chars().take(400).collect::<String>().into();
    out
}

fn show(pull: &Pull) -> Value {
    let vote = |name: &str| {
        let last = pull
            .reviews
            .iter()
            .rev()
            .find(|(author, state)| author == name && state != "COMMENTED");
        last.map_or(0, |(_, state)| match state.as_str() {
            "APPROVED" => 10,
            "CHANGES_REQUESTED" => -10,
            _ => 0,
        })
    };
    let mut people = pull.reviewers.clone();
    people.extend(pull.reviews.iter().map(|(name, _)| name.clone()));
    people.sort();
    people.dedup();
    let reviewers: Vec<Value> = people
        .iter()
        .map(|name| json!({ "id": id(name), "uniqueName": name, "vote": vote(name) }))
        .collect();
    let mut out = json!({
        "pullRequestId": pull.number, "title": pull.title, "description": pull.body, "isDraft": pull.draft,
        "status": match pull.state.as_str() { "open" => "active", "merged" => "completed", _ => "abandoned" },
        "createdBy": { "id": id(ME), "uniqueName": ME },
        "sourceRefName": format!("refs/heads/{}", pull.head), "targetRefName": format!("refs/heads/{}", pull.base),
        "lastMergeSourceCommit": { "commitId": pull.sha() }, "lastMergeCommit": { "commitId": sha("merge") },
        "labels": pull.labels.iter().map(|name| json!({ "name": name })).collect::<Vec<_>>(), "reviewers": reviewers,
        "mergeStatus": if pull.blocked.is_some() { "conflicts" } else { "succeeded" },
    });
    if pull.fork {
        out["forkSource"] = json!({ "name": format!("refs/heads/{}", pull.head) });
    }
    if pull.auto {
        out["autoCompleteSetBy"] = json!({ "id": id(ME), "uniqueName": ME });
    }
    out
}

pub fn id(name: &str) -> String {
    format!(
        "{:0>8}-0000-0000-0000-000000000000",
        name.bytes().fold(0_u32, |sum, byte| sum * 31 % 9973 + u32::from(byte))
    )
}
