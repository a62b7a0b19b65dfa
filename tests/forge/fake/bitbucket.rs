//! The dialect of Bitbucket Cloud, by its description.

use super::server::{Answer, Request};
use super::{ME, Pull, World, field, page_of, sha};
use serde_json::{Value, json};

pub fn answer(world: &mut World, request: &Request, parts: &[&str], base: &str) -> Answer {
    let ["repositories", "o", "r", rest @ ..] = parts else { return Answer::missing() };
    match (request.method.as_str(), rest) {
        ("GET", ["pullrequests"]) => {
            let wanted = |pull: &&Pull| match request.value("q") {
                Some(query) => {
                    query.ends_with(&format!(r#"="OPEN" AND source.branch.name="{}""#, pull.head))
                }
                None => request.value("state") == Some("OPEN"),
            };
            let is_closed = request.value("q").is_some_and(|query| query.starts_with("state!="));
            let state = if is_closed { "closed" } else { "open" };
            let items =
                world.listed(state).iter().filter(wanted).map(|pull| show(pull, false)).collect();
            chained(world, request, base, items)
        }
        ("POST", ["pullrequests"]) => create(world, request),
        ("GET", ["commit", commit, "statuses"]) => {
            let show = |(key, state, about, url): &(String, String, String, String)| {
                let (key, name) = key.split_once('\n').unwrap_or((key, key));
                json!({ "key": key, "name": name, "state": state, "description": about, "url": url })
            };
            let items = world.statuses_of(commit).iter().map(show).collect();
            chained(world, request, base, items)
        }
        ("POST", ["commit", commit, "statuses", "build"]) => {
            let text = |name: &str| field(request, name).unwrap_or_default();
            if text("url").is_empty() || text("key").is_empty() || text("key").len() > 40 {
                return bad(
                    "Bad request: url and key are required, and a key has at most 40 characters",
                );
            }
            let key = format!("{}\n{}", text("key"), text("name"));
            world
                .statuses
                .entry((*commit).to_owned())
                .or_default()
                .retain(|status| status.0 != key);
            world.set_status(commit, (key, text("state"), text("description"), text("url")));
            Answer::json(201, json!({ "key": text("key"), "state": text("state") }))
        }
        (method, ["pullrequests", number, rest @ ..]) => {
            match number.parse().ok().and_then(|number| world.pull(number)) {
                Some(pull) => of_one(pull, request, method, rest),
                None => Answer::missing(),
            }
        }
        _ => Answer::missing(),
    }
}

fn bad(why: &str) -> Answer {
    Answer::json(400, json!({ "type": "error", "error": { "message": why } }))
}

fn chained(world: &World, request: &Request, base: &str, items: Vec<Value>) -> Answer {
    let asked = request.number("pagelen").unwrap_or(10);
    if asked > 100 {
        return bad("Invalid pagelen");
    }
    let page = request.number("page").unwrap_or(1);
    let (values, more) = page_of(items, asked.min(world.page_size), page);
    let mut body = json!({ "pagelen": asked, "page": page, "values": values });
    if more {
        let root = base.trim_end_matches("/2.0");
        let query: Vec<&str> =
            request.raw_query().filter(|pair| !pair.starts_with("page=")).collect();
        let path = request.target.split('?').next().unwrap_or_default();
        body["next"] = format!("{root}{path}?{}&page={}", query.join("&"), page + 1).into();
    }
    Answer::json(200, body)
}

fn create(world: &mut World, request: &Request) -> Answer {
    let branch =
        |side: &str| request.body[side]["branch"]["name"].as_str().unwrap_or_default().to_owned();
    let text = |name: &str| field(request, name).unwrap_or_default();
    let draft = request.body["draft"].as_bool().unwrap_or(false);
    let (head, base) = (branch("source"), branch("destination"));
    let pull = Pull {
        title: text("title"),
        body: text("description"),
        head,
        base,
        draft,
        ..Pull::default()
    };
    match world.add(pull) {
        Some(pull) => Answer::json(201, show(&pull, true)),
        None => bad("There is already an open pull request: it already exists"),
    }
}

fn of_one(pull: &mut Pull, request: &Request, method: &str, rest: &[&str]) -> Answer {
    match (method, rest) {
        ("GET", []) => {}
        ("PUT", []) => {
            // What is missing is emptied.
            pull.title = field(request, "title").unwrap_or_default();
            pull.body = field(request, "description").unwrap_or_default();
            pull.draft = request.body["draft"].as_bool().unwrap_or(false);
            let people = request.body["reviewers"].as_array().cloned().unwrap_or_default();
            let id = |person: &Value| {
                let id = person["account_id"].as_str().map(str::to_owned);
                id.or_else(|| Some(person["uuid"].as_str()?.trim_matches(['{', '}']).to_owned()))
            };
            pull.reviewers = people.iter().filter_map(id).collect();
        }
        ("POST", ["decline"]) if pull.state != "open" => {
            return bad("This pull request is already closed.");
        }
        ("POST", ["decline"]) => pull.state = "closed".into(),
        ("POST", ["merge"]) if pull.blocked.is_some() => {
            return bad(pull.blocked.as_deref().unwrap_or_default());
        }
        ("POST", ["merge"]) if pull.state != "open" => {
            return bad("This pull request is already closed.");
        }
        ("POST", ["merge"]) => pull.state = "merged".into(),
        _ => return Answer::missing(),
    }
    Answer::json(200, show(pull, true))
}

/// Lists leave reviewers and participants out.
fn show(pull: &Pull, whole: bool) -> Value {
    let side = |branch: &str, commit: &str, repo: &str| json!({ "branch": { "name": branch }, "commit": { "hash": &commit[..12] }, "repository": { "full_name": repo } });
    let state = match pull.state.as_str() {
        "open" => "OPEN",
        "merged" => "MERGED",
        _ => "DECLINED",
    };
    let mut out = json!({
        "type": "pullrequest", "id": pull.number, "title": pull.title, "description": pull.body, "state": state,
        "draft": pull.draft, "author": person(ME),
        "source": side(&pull.head, &pull.sha(), if pull.fork { "someone/r" } else { "o/r" }), "destination": side(&pull.base, &sha(&pull.base), "o/r"),
        "links": { "html": { "href": format!("https://bitbucket.org/o/r/pull-requests/{}", pull.number) } },
        "merge_commit": (pull.state == "merged").then(|| json!({ "hash": &sha("merge")[..12] })),
    });
    if whole {
        out["reviewers"] = pull.reviewers.iter().map(|name| person(name)).collect();
        let participant = |(name, state): &(String, String)| {
            let state = match state.as_str() {
                "APPROVED" => Some("approved"),
                "CHANGES_REQUESTED" => Some("changes_requested"),
                _ => None,
            };
            json!({ "user": person(name), "approved": state == Some("approved"), "state": state, "role": "REVIEWER" })
        };
        let mut standing: Vec<&(String, String)> = Vec::new();
        for review in pull.reviews.iter().filter(|(_, state)| state != "COMMENTED") {
            standing.retain(|seen| seen.0 != review.0);
            standing.push(review);
        }
        out["participants"] = standing.into_iter().map(participant).collect();
    }
    out
}

fn person(name: &str) -> Value {
    json!({ "type": "user", "account_id": name, "uuid": format!("{{{name}}}"), "nickname": "anything" })
}
