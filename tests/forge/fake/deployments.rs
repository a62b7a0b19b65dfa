//! Deployments in the dialects of GitHub and GitLab.

use super::server::{Answer, Request};
use super::{World, field, linked};
use serde_json::{Value, json};

/// A deployment with its statuses, oldest first: state, description, page.
#[derive(Debug, Clone, Default)]
pub struct Deployment {
    pub id: u64,
    pub environment: String,
    pub commit: String,
    pub body: Value,
    pub statuses: Vec<(String, String, String)>,
}

impl World {
    pub fn deployment(&mut self, environment: &str, commit: &str, body: Value) -> &mut Deployment {
        self.made_deployments += 1;
        self.deployments.push(Deployment {
            id: 900 + self.made_deployments,
            environment: environment.into(),
            commit: commit.into(),
            body,
            statuses: Vec::new(),
        });
        self.deployments.last_mut().expect("it was pushed")
    }
}

/// States of GitHub, by its description.
const STATES: [&str; 7] =
    ["error", "failure", "inactive", "in_progress", "queued", "pending", "success"];

/// The answer of GitHub, if the request is about deployments.
pub fn github(world: &mut World, request: &Request, parts: &[&str], base: &str) -> Option<Answer> {
    let ["repos", "o", "r", "deployments", rest @ ..] = parts else { return None };
    let text = |name: &str| field(request, name).unwrap_or_default();
    Some(match (request.method.as_str(), rest) {
        ("GET", []) => {
            let wanted = |one: &&Deployment| {
                request.value("sha").is_none_or(|sha| sha == one.commit)
                    && request
                        .value("environment")
                        .is_none_or(|name| name.eq_ignore_ascii_case(&one.environment))
            };
            let items = world.deployments.iter().rev().filter(wanted).map(hub).collect();
            linked(world, request, base, "per_page", items)
        }
        ("POST", []) => {
            let contexts = &request.body["required_contexts"];
            if text("ref").is_empty() || *contexts != json!([]) {
                return Some(Answer::refused(409, "Conflict: Commit status checks failed"));
            }
            if text("description").chars().count() > 140 {
                return Some(Answer::refused(422, "description is too long"));
            }
            let made = world.deployment(&text("environment"), &text("ref"), request.body.clone());
            Answer::json(201, hub(made))
        }
        (method, [id, rest @ ..]) => {
            let id: u64 = id.parse().ok()?;
            let Some(at) = world.deployments.iter().position(|one| one.id == id) else {
                return Some(Answer::missing());
            };
            match (method, rest) {
                ("GET", ["statuses"]) => {
                    let statuses = world.deployments[at].statuses.iter().rev();
                    let items = statuses
                        .map(|one| json!({ "state": one.0, "description": one.1 }))
                        .collect();
                    linked(world, request, base, "per_page", items)
                }
                ("POST", ["statuses"]) => {
                    if !STATES.contains(&text("state").as_str()) {
                        return Some(Answer::refused(422, "state is not one of the known ones"));
                    }
                    let status = (text("state"), text("description"), text("log_url"));
                    world.deployments[at].statuses.push(status);
                    Answer::json(201, json!({ "state": text("state") }))
                }
                ("DELETE", []) => {
                    let state = world.deployments[at].statuses.last();
                    if state.is_none_or(|state| state.0 != "inactive") {
                        let why = "We cannot delete an active deployment";
                        return Some(Answer::refused(422, why));
                    }
                    world.deployments.remove(at);
                    Answer::status(204)
                }
                _ => Answer::missing(),
            }
        }
        _ => Answer::missing(),
    })
}

/// GitHub's answer by GraphQL: the newest ones with their states.
pub fn graphql(world: &World, request: &Request) -> Value {
    let start = request.body["variables"]["after"].as_str().and_then(|at| at.parse().ok());
    let (start, size): (usize, usize) = (start.unwrap_or(0), 100);
    let state = |one: &Deployment| {
        let newest = one.statuses.last()?;
        Some(json!({ "state": newest.0.to_uppercase(), "description": newest.1 }))
    };
    let node = |one: &Deployment| {
        json!({ "databaseId": one.id, "environment": one.environment, "commitOid": one.commit,
            "latestStatus": state(one) })
    };
    let all = world.deployments.iter().rev();
    let nodes: Vec<Value> = all.skip(start).take(size).map(node).collect();
    let more = world.deployments.len() > start + size;
    let info = json!({ "hasNextPage": more, "endCursor": (start + size).to_string() });
    json!({ "data": { "repository": { "deployments": { "pageInfo": info, "nodes": nodes } } } })
}

fn hub(one: &Deployment) -> Value {
    json!({ "id": one.id, "sha": one.commit, "ref": one.commit, "environment": one.environment,
        "task": "deploy", "payload": one.body["payload"], "description": one.body["description"] })
}

/// The answer of GitLab, if the request is about deployments.
pub fn gitlab(world: &mut World, request: &Request, parts: &[&str], base: &str) -> Option<Answer> {
    let ["projects", "group%2Fsub%2Fr", "deployments", rest @ ..] = parts else { return None };
    let text = |name: &str| field(request, name).unwrap_or_default();
    Some(match (request.method.as_str(), rest) {
        ("GET", []) => {
            let wanted = |one: &&Deployment| {
                request.value("environment").is_none_or(|name| name == one.environment)
            };
            let items = world.deployments.iter().rev().filter(wanted).map(lab).collect();
            linked(world, request, base, "per_page", items)
        }
        ("POST", []) => {
            let needed = ["environment", "sha", "ref", "status"];
            if let Some(name) = needed.into_iter().find(|name| text(name).is_empty()) {
                return Some(Answer::refused(400, &format!("{name} is missing")));
            }
            let made = world.deployment(&text("environment"), &text("sha"), request.body.clone());
            made.statuses.push((text("status"), String::new(), String::new()));
            Answer::json(201, lab(made))
        }
        ("PUT", [id]) => {
            let id: u64 = id.parse().ok()?;
            let Some(one) = world.deployments.iter_mut().find(|one| one.id == id) else {
                return Some(Answer::missing());
            };
            one.statuses.push((text("status"), String::new(), String::new()));
            Answer::json(200, lab(one))
        }
        _ => Answer::missing(),
    })
}

fn lab(one: &Deployment) -> Value {
    let status = one.statuses.last().map(|status| status.0.as_str());
    json!({ "id": one.id, "iid": one.id - 900, "sha": one.commit, "ref": one.body["ref"],
        "status": status, "environment": { "id": 3, "name": one.environment } })
}
