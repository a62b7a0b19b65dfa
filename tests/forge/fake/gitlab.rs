//! GitLab's dialect, by its published API pages.

use super::server::{Answer, Request};
use super::{ME, Pull, World, field, linked, sha};
use serde_json::{Value, json};

/// User names and their numbers.
const PEOPLE: [(u64, &str); 3] = [(1, ME), (11, "alice"), (12, "carol")];

/// The number of a user.
pub fn id_of(name: &str) -> Option<u64> {
    PEOPLE.iter().find(|(_, known)| *known == name).map(|(id, _)| *id)
}

/// The user with a number.
pub fn name_of(id: u64) -> Option<&'static str> {
    PEOPLE.iter().find(|(known, _)| *known == id).map(|(_, name)| *name)
}

pub fn answer(world: &mut World, request: &Request, parts: &[&str], base: &str) -> Answer {
    if parts == ["users"] {
        let wanted = request.value("username").unwrap_or_default();
        let found = PEOPLE
            .iter()
            .filter(|(_, name)| *name == wanted)
            .map(|(id, name)| json!({ "id": id, "username": name }));
        return Answer::json(200, found.collect());
    }
    let ["projects", "group%2Fsub%2Fr", rest @ ..] = parts else { return Answer::missing() };
    match (request.method.as_str(), rest) {
        ("GET", []) => {
            Answer::json(200, json!({ "id": 7, "merge_trains_enabled": world.has_queue }))
        }
        ("POST", ["merge_trains", "merge_requests", number]) => {
            match number.parse().ok().and_then(|number| world.pull(number)) {
                Some(pull) if pull.auto => Answer::refused(409, "already in the merge train"),
                Some(pull) => {
                    pull.auto = true;
                    Answer::json(201, json!([]))
                }
                None => Answer::missing(),
            }
        }
        ("GET", ["merge_requests"]) => {
            let head = request.value("source_branch");
            let wanted = |pull: &&Pull| head.is_none_or(|head| head == pull.head);
            let state = if request.value("state") == Some("all") { "all" } else { "open" };
            let items = world.listed(state).iter().filter(wanted).map(show).collect();
            linked(world, request, base, "per_page", items)
        }
        ("POST", ["merge_requests"]) => create(world, request),
        ("GET", ["repository", "commits", commit, "statuses"]) => {
            let mut seen: Vec<String> = Vec::new();
            let mut items = Vec::new();
            for (name, state, about, url) in world.statuses_of(commit) {
                if !seen.contains(&name) {
                    items.push(json!({ "name": name, "status": state, "description": about, "target_url": url }));
                    seen.push(name);
                }
            }
            linked(world, request, base, "per_page", items)
        }
        ("POST", ["statuses", commit]) => {
            let text = |name: &str| field(request, name).unwrap_or_default();
            let now = world.statuses_of(commit).into_iter().find(|status| status.0 == text("name"));
            if now.is_some_and(|now| now.1 == text("state")) {
                let why = format!("Cannot transition status via :{0} from :{0}", text("state"));
                return Answer::refused(400, &why);
            }
            world.set_status(
                commit,
                (text("name"), text("state"), text("description"), text("target_url")),
            );
            Answer::json(201, json!({ "name": text("name"), "status": text("state") }))
        }
        ("GET", ["issues"]) => {
            let label = request.value("labels").unwrap_or_default();
            let wanted = world.issues.iter().filter(|issue| {
                issue.2.iter().any(|given| given == label) && !issue.1.starts_with("PR")
            });
            let items = wanted.map(|(number, title, labels)| json!({ "iid": number, "title": title, "labels": labels, "web_url": "https://g/1" }));
            let items = items.collect();
            linked(world, request, base, "per_page", items)
        }
        (method, ["merge_requests", number, rest @ ..]) => {
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
    let pull = Pull {
        title: text("title"),
        body: text("description"),
        head: text("source_branch"),
        base: text("target_branch"),
        ..Pull::default()
    };
    match world.add(pull) {
        Some(pull) => Answer::json(201, show(&pull)),
        None => Answer::json(
            409,
            json!({ "message": ["Another open merge request already exists for this source branch: !1"] }),
        ),
    }
}

fn of_one(pull: &mut Pull, request: &Request, method: &str, rest: &[&str]) -> Answer {
    match (method, rest) {
        ("GET", []) => {}
        ("PUT", []) => edit(pull, request),
        ("GET", ["approvals"]) => {
            let standing = last(&pull.reviews).into_iter().filter(|(_, state)| state == "APPROVED");
            let by: Vec<Value> = standing
                .map(|(name, _)| json!({ "user": { "id": 11, "username": name } }))
                .collect();
            return Answer::json(200, json!({ "approved_by": by }));
        }
        ("GET", ["reviewers"]) => {
            let word = |state: &str| {
                if state == "CHANGES_REQUESTED" { "requested_changes" } else { "approved" }
            };
            let of = last(&pull.reviews);
            let list =
                of.iter().map(|(name, state)| json!({ "user": { "id": 11, "username": name }, "state": word(state) }));
            return Answer::json(200, list.collect());
        }
        ("PUT", ["merge"]) => return merge(pull, request),
        _ => return Answer::missing(),
    }
    Answer::json(200, show(pull))
}

fn edit(pull: &mut Pull, request: &Request) {
    pull.title = field(request, "title").unwrap_or(pull.title.clone());
    pull.body = field(request, "description").unwrap_or(pull.body.clone());
    if field(request, "state_event").as_deref() == Some("close") && pull.state == "open" {
        pull.state = "closed".into();
    }
    for label in field(request, "add_labels")
        .unwrap_or_default()
        .split(',')
        .filter(|label| !label.is_empty())
    {
        if !pull.labels.iter().any(|given| given == label) {
            pull.labels.push(label.to_owned());
        }
    }
    let gone = field(request, "remove_labels").unwrap_or_default();
    pull.labels.retain(|label| !gone.split(',').any(|name| name == label));
    if let Some(ids) = request.body["reviewer_ids"].as_array() {
        let name = |id: &Value| {
            PEOPLE
                .iter()
                .find(|(known, _)| Some(*known) == id.as_u64())
                .map(|(_, name)| (*name).to_owned())
        };
        pull.reviewers = ids.iter().filter_map(name).collect();
    }
    if let Some(ids) = request.body["assignee_ids"].as_array() {
        let ids = ids.iter().filter_map(Value::as_u64);
        pull.assignees = ids.filter_map(name_of).map(str::to_owned).collect();
    }
}

fn merge(pull: &mut Pull, request: &Request) -> Answer {
    let later = request.body["auto_merge"].as_bool() == Some(true);
    match field(request, "sha") {
        Some(expected) if expected != pull.sha() => {
            Answer::refused(409, "SHA does not match HEAD of source branch")
        }
        _ if pull.state != "open" => Answer::refused(405, "405 Method Not Allowed"),
        _ if later => {
            pull.auto = true;
            Answer::json(200, show(pull))
        }
        _ if ["checking", "mergeable"].iter().all(|fine| detail(pull) != *fine) => {
            Answer::refused(405, "405 Method Not Allowed")
        }
        _ if pull.blocked.is_some() => {
            Answer::refused(422, pull.blocked.as_deref().unwrap_or_default())
        }
        _ => {
            pull.state = "merged".into();
            Answer::json(200, show(pull))
        }
    }
}

/// The last word of each; comments are none here.
fn last(reviews: &[(String, String)]) -> Vec<(String, String)> {
    let mut out: Vec<(String, String)> = Vec::new();
    for (name, state) in reviews.iter().filter(|(_, state)| state != "COMMENTED") {
        out.retain(|(seen, _)| seen != name);
        if state != "DISMISSED" {
            out.push((name.clone(), state.clone()));
        }
    }
    out
}

/// The detailed status: one of GitLab's words, where that is what blocks it.
fn detail(pull: &Pull) -> &str {
    match &pull.blocked {
        _ if pull.checking > 0 => "checking",
        _ if pull.behind => "need_rebase",
        Some(word) if word.contains('_') && !word.contains(' ') => word,
        _ => "mergeable",
    }
}

fn show(pull: &Pull) -> Value {
    let person = |name: &str| {
        PEOPLE
            .iter()
            .find(|(_, known)| *known == name)
            .map(|(id, name)| json!({ "id": id, "username": name }))
    };
    let reviewers: Vec<Value> = pull.reviewers.iter().filter_map(|name| person(name)).collect();
    json!({
        "id": 1000 + pull.number, "iid": pull.number, "title": pull.title, "description": pull.body,
        "web_url": format!("https://gitlab.example/group/sub/r/-/merge_requests/{}", pull.number),
        "state": if pull.state == "open" { "opened" } else { &pull.state },
        "draft": pull.title.starts_with("Draft:"), "author": person(ME), "sha": pull.sha(),
        "source_branch": pull.head, "target_branch": pull.base,
        "source_project_id": if pull.fork { 8 } else { 7 }, "target_project_id": 7,
        "labels": pull.labels, "reviewers": reviewers,
        "assignees": pull.assignees.iter().filter_map(|name| person(name)).collect::<Vec<_>>(), "merge_when_pipeline_succeeds": pull.auto,
        "detailed_merge_status": detail(pull),
        "merge_status": if pull.blocked.is_some() { "cannot_be_merged" } else { "can_be_merged" },
        "merge_commit_sha": (pull.state == "merged").then(|| sha("merge")),
    })
}
