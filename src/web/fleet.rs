//! Several repositories in one server: each below a path of its own, and a page of all of them.

use super::answer::WebAnswer;
use super::router::{complete_router, first_page, repository_router};
use super::server_state::{WebServer, WebState};
use crate::ui;
use crate::ui::pages::site::{FleetEntry, render_fleet_page};
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Response, StatusCode};
use axum::routing::get;
use serde::Serialize;
use std::sync::Arc;

/// A repository of a server of several.
#[derive(Clone)]
pub struct FleetMember {
    /// Its name, which is the first part of its paths.
    pub name: String,
    pub state: Arc<WebState>,
}

/// `towpath.fleet/1`: the repositories of a server.
#[derive(Serialize)]
struct FleetJson<'a> {
    schema: &'static str,
    repositories: &'a [FleetEntry],
}

/// The routes of a server of several repositories.
pub fn fleet_router(members: Vec<FleetMember>, server: Arc<WebServer>) -> Router {
    let mut router = Router::new()
        .route("/", get(answer_page))
        .route("/api/v1/repositories", get(answer_json))
        .route("/readyz", get(answer_ready))
        .with_state(Arc::new(members.clone()));
    for member in members {
        let prefix = format!("/{}", member.name);
        // `nest` serves `/name`, and pages link to `/name/`.
        let page = first_page(&format!("{prefix}/"), Arc::clone(&member.state));
        router = router.merge(page).nest(&prefix, repository_router(member.state));
    }
    complete_router(router, server)
}

type FleetState = State<Arc<Vec<FleetMember>>>;

async fn answer_page(State(members): FleetState, headers: HeaderMap) -> Response<Body> {
    let page = render_fleet_page(&entries(&members));
    WebAnswer::new(StatusCode::OK, "text/html; charset=utf-8", page).to_response(&headers)
}

async fn answer_json(State(members): FleetState, headers: HeaderMap) -> Response<Body> {
    repositories_response(StatusCode::OK, &members, &headers)
}

/// 200 once every repository is read.
async fn answer_ready(State(members): FleetState, headers: HeaderMap) -> Response<Body> {
    let is_ready = members.iter().all(|member| member.state.mirror.current().is_some());
    let status = if is_ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    repositories_response(status, &members, &headers)
}

fn repositories_response(
    status: StatusCode,
    members: &[FleetMember],
    headers: &HeaderMap,
) -> Response<Body> {
    let repositories = &entries(members);
    let text = ui::to_json(&FleetJson { schema: "towpath.fleet/1", repositories });
    WebAnswer::new(status, "application/json", text + "\n").to_response(headers)
}

fn entries(members: &[FleetMember]) -> Vec<FleetEntry> {
    members.iter().map(entry).collect()
}

fn entry(member: &FleetMember) -> FleetEntry {
    let mirror = &member.state.mirror;
    let (served, report) = (mirror.current(), mirror.report());
    let state = served.as_ref().map(|served| &served.state);
    FleetEntry {
        name: member.name.clone(),
        path: format!("/{}/", member.name),
        repository: state.map(|state| state.repository.clone()),
        branch: state.and_then(|state| state.branch.clone()),
        revision: state.and_then(|state| state.revision.clone()),
        time: state.and_then(|state| state.time).map(|time| time.to_string()),
        refreshed: report.succeeded.map(|time| time.to_string()),
        failure: report.failure,
    }
}
