//! The routes of a repository.

use super::answer::WebAnswer;
use super::api::{API, SCHEMAS, WebEndpoint, openapi};
use super::events::answer_events;
use super::feeds::{CALENDAR, FEEDS, GRAFANA, MEASUREMENTS};
use super::grafana::{MAX_QUESTION, parse_question};
use super::guard::guard_request;
use super::mirror_thread::ServedState;
use super::pages::PAGES;
use super::problem::ProblemJson;
use super::request::AnswerRequest;
use super::server_state::{WebServer, WebState};
use super::webhook::WEBHOOKS;
use super::webhook_route::answer_webhook;
use crate::ops::error::Failure;
use crate::ops::notice::Level;
use crate::ui::{OPENMETRICS, ServerMeasurements, render_server_measurements};
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::ACCEPT;
use axum::http::{HeaderMap, Response, StatusCode};
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use http_body_util::{BodyExt, Limited};
use percent_encoding::percent_decode_str;
use std::sync::Arc;

/// The routes of a server for one repository.
pub fn router(state: Arc<WebState>) -> Router {
    let server = Arc::clone(&state.server);
    complete_router(repository_router(state), server)
}

/// Adds what every server has, and what holds for every request.
pub fn complete_router(router: Router, server: Arc<WebServer>) -> Router {
    router
        .route("/healthz", fixed_route(fixed("text/plain; charset=utf-8", "ok\n".to_owned())))
        .fallback(|headers: HeaderMap| async move { not_found().to_answer().to_response(&headers) })
        .layer(from_fn_with_state(server, guard_request))
}

/// The first page of a repository at another path than `/`.
pub fn first_page(path: &str, state: Arc<WebState>) -> Router {
    Router::new().route(path, answer_route(&PAGES[0])).with_state(state)
}

/// The routes of one repository.
pub fn repository_router(state: Arc<WebState>) -> Router {
    let mut router = Router::new();
    for endpoint in API.iter().chain(&PAGES).chain(&FEEDS).chain([&CALENDAR]) {
        router = router.route(&endpoint.route(), answer_route(endpoint));
    }
    router = router.route(GRAFANA.path, answer_route(&GRAFANA).post(answer_posted_question));
    router = router.route(MEASUREMENTS.path, get(answer_measurements));
    let prefix = state.mirror.links.served("").unwrap_or_default();
    let description = fixed("application/json", crate::ui::to_json(&openapi(&prefix)) + "\n");
    router = router.route("/api/openapi.json", fixed_route(description));
    for (name, text) in SCHEMAS {
        let schema = fixed("application/schema+json", text.to_owned());
        router = router.route(&format!("/api/{name}"), fixed_route(schema));
    }
    router
        .route("/readyz", get(answer_ready))
        .route("/events", get(answer_events))
        .route(&format!("{WEBHOOKS}{{forge}}"), post(answer_webhook))
        .with_state(state)
}

type WebRoute<S> = axum::routing::MethodRouter<S>;

fn fixed(content_type: &'static str, text: String) -> WebAnswer {
    WebAnswer::new(StatusCode::OK, content_type, text)
}

fn fixed_route<S: Clone + Send + Sync + 'static>(answer: WebAnswer) -> WebRoute<S> {
    let answer = Arc::new(answer);
    get(move |headers: HeaderMap| {
        let answer = Arc::clone(&answer);
        async move { answer.to_response(&headers) }
    })
}

fn answer_route(endpoint: &'static WebEndpoint) -> WebRoute<Arc<WebState>> {
    get(move |State(state): State<Arc<WebState>>, request: Request| async move {
        let (head, _) = request.into_parts();
        let query = head.uri.query().unwrap_or_default();
        let answer = answer(&state, endpoint, head.uri.path(), query, &head.headers).await;
        answer.to_response(&head.headers)
    })
}

/// The answer of an endpoint, from memory or computed now.
async fn answer(
    web: &Arc<WebState>,
    endpoint: &'static WebEndpoint,
    path: &str,
    query: &str,
    headers: &HeaderMap,
) -> Arc<WebAnswer> {
    let subject = match endpoint.subject {
        None => None,
        Some(_) => {
            let text = path.strip_prefix(endpoint.path).unwrap_or_default();
            match percent_decode_str(text.trim_start_matches('/')).decode_utf8() {
                Ok(text) if !text.is_empty() && !text.contains(char::is_control) => {
                    Some(text.into_owned())
                }
                _ => return Arc::new(endpoint.problem(&not_found())),
            }
        }
    };
    match AnswerRequest::new(endpoint, subject, query, accepts_csv(headers)) {
        Ok(request) => answer_request(web, &request).await,
        Err(failure) => Arc::new(endpoint.problem(&ProblemJson::bad_request(&failure))),
    }
}

async fn answer_request(web: &Arc<WebState>, request: &AnswerRequest) -> Arc<WebAnswer> {
    let endpoint = request.endpoint;
    let Some(served) = web.mirror.current() else {
        return Arc::new(endpoint.problem(&not_ready(web)));
    };
    let compute = compute(Arc::clone(web), Arc::clone(&served), request.clone());
    served.answers.get_or_compute(request, compute).await.unwrap_or_else(|failure| {
        web.server.note(Level::Caution, &format!("{}: {failure}", endpoint.path));
        Arc::new(endpoint.problem(&ProblemJson::from_failure(&failure)))
    })
}

/// Computes an answer on a thread that may block.
async fn compute(
    web: Arc<WebState>,
    served: Arc<ServedState>,
    request: AnswerRequest,
) -> Result<WebAnswer, Failure> {
    let closed = || Failure::failed("the server stops");
    let place = Arc::clone(&web.server.computing).acquire_owned().await;
    let place = place.map_err(|error| closed().with_cause(&error))?;
    let computed = tokio::task::spawn_blocking(move || {
        let answer = request.compute(&served.state, served.links);
        drop(place);
        answer
    });
    computed.await.unwrap_or_else(|error| {
        Err(Failure::failed("the answer could not be computed").with_cause(&error))
    })
}

fn accepts_csv(headers: &HeaderMap) -> bool {
    let accept = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let first = accept.split([',', ';']).next().unwrap_or_default();
    first.trim().eq_ignore_ascii_case("text/csv")
}

fn not_found() -> ProblemJson {
    let hint = "/api/openapi.json describes the API";
    ProblemJson::new(StatusCode::NOT_FOUND, "there is nothing at this path", &[hint])
}

fn not_ready(web: &WebState) -> ProblemJson {
    let detail = match web.mirror.report().failure {
        Some(failure) => format!("the repository could not be read: {failure}"),
        None => "the repository is not read yet".to_owned(),
    };
    let hint = "try again soon; /readyz tells when it is read";
    ProblemJson::new(StatusCode::SERVICE_UNAVAILABLE, detail, &[hint])
}

/// 200 once there is something to answer from, and how fresh that is.
async fn answer_ready(State(web): State<Arc<WebState>>, headers: HeaderMap) -> Response<Body> {
    let Some(served) = web.mirror.current() else {
        return not_ready(&web).to_answer().to_response(&headers);
    };
    let (state, report) = (&served.state, web.mirror.report());
    let text = crate::ui::to_json(&serde_json::json!({
        "ready": true,
        "branch": state.branch,
        "revision": state.revision,
        "refreshed": report.succeeded.map(|time| time.to_string()),
        "failure": report.failure,
    }));
    fixed("application/json", text + "\n").to_response(&headers)
}

/// The annotations for a question that Grafana posts.
async fn answer_posted_question(
    State(web): State<Arc<WebState>>,
    request: Request,
) -> Response<Body> {
    let (head, body) = request.into_parts();
    let answer = match Limited::new(body, MAX_QUESTION).collect().await {
        Ok(body) => match parse_question(&body.to_bytes()) {
            Ok(request) => answer_request(&web, &request).await,
            Err(problem) => Arc::new(problem.to_answer()),
        },
        Err(_) => {
            let detail = "the question is too long, or not complete";
            Arc::new(ProblemJson::new(StatusCode::PAYLOAD_TOO_LARGE, detail, &[]).to_answer())
        }
    };
    answer.to_response(&head.headers)
}

/// The measurements of the repository, then those of the server, which are other ones each time.
async fn answer_measurements(State(web): State<Arc<WebState>>, request: Request) -> Response<Body> {
    let (head, _) = request.into_parts();
    let (query, headers) = (head.uri.query().unwrap_or_default(), &head.headers);
    let of_repository = answer(&web, &MEASUREMENTS, MEASUREMENTS.path, query, headers).await;
    if of_repository.status != StatusCode::OK {
        return of_repository.to_response(headers);
    }
    let report = web.mirror.report();
    let own = ServerMeasurements {
        requests: web.server.counts(),
        refreshes: (report.count - report.failed, report.failed),
        refreshed: report.succeeded.map(|time| time.as_second()),
        answers: web.mirror.current().map_or((0, 0), |served| served.answers.size()),
    };
    let text = of_repository.text().to_owned() + &render_server_measurements(&own);
    fixed(OPENMETRICS, text).to_response(headers)
}
