//! The routes, and what holds for each of them: methods, hosts, tokens, limits and headers.

use super::access::AccessRules;
use super::answer::WebAnswer;
use super::api::{API, SCHEMAS, WebEndpoint, openapi};
use super::feeds::{FEEDS, GRAFANA, MEASUREMENTS};
use super::grafana::{MAX_QUESTION, parse_question};
use super::mirror_thread::{ServedMirror, ServedState};
use super::pages::PAGES;
use super::problem::ProblemJson;
use super::request::AnswerRequest;
use crate::ops::error::Failure;
use crate::ops::notice::{Level, NoticeSink};
use crate::ui::{OPENMETRICS, ServerMeasurements, render_server_measurements};
use axum::Router;
use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{
    ACCEPT, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ALLOW, CONTENT_SECURITY_POLICY,
    HeaderName, HeaderValue, REFERRER_POLICY, RETRY_AFTER, VARY, WWW_AUTHENTICATE,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, Method, Response, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::routing::get;
use http_body_util::{BodyExt, Limited};
use percent_encoding::percent_decode_str;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const METHODS: &str = "GET, HEAD, OPTIONS";

/// The longest path and query.
const MAX_TARGET: usize = 8 << 10;
/// The number of requests that are answered at a time; more are turned away at once.
const MAX_REQUESTS: usize = 512;
/// How long a request waits for its answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// What every request needs.
pub struct WebState {
    pub mirror: Arc<ServedMirror>,
    pub access: AccessRules,
    /// The answers that are computed at a time. A computation keeps its place when its reader goes.
    computing: Arc<Semaphore>,
    open: Semaphore,
    log: Arc<dyn NoticeSink>,
    /// The requests so far, by route and status.
    counts: Mutex<BTreeMap<(String, u16), u64>>,
    /// Numbers requests; the first number is another one in each process.
    requests: AtomicU64,
}

impl WebState {
    /// The state for a mirror. `threads` answers are computed at a time.
    pub fn new(
        mirror: Arc<ServedMirror>,
        access: AccessRules,
        threads: usize,
        log: Arc<dyn NoticeSink>,
        first_request: u64,
    ) -> Self {
        WebState {
            mirror,
            access,
            computing: Arc::new(Semaphore::new(threads)),
            open: Semaphore::new(MAX_REQUESTS),
            log,
            counts: Mutex::default(),
            requests: AtomicU64::new(first_request),
        }
    }

    /// Counts a response. Routes are few, and a path that is none has no name of its own.
    fn count(&self, route: Option<String>, status: StatusCode) {
        let key = (route.unwrap_or_else(|| "other".to_owned()), status.as_u16());
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry(key).or_default() += 1;
    }

    fn counts(&self) -> Vec<((String, u16), u64)> {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.iter().map(|(key, count)| (key.clone(), *count)).collect()
    }

    /// Tells the operator something.
    pub fn note(&self, level: Level, text: &str) {
        self.log.notice(level, text);
    }
}

/// The routes of the server.
pub fn router(state: Arc<WebState>) -> Router {
    let mut router = Router::new();
    for endpoint in API.iter().chain(&PAGES).chain(&FEEDS) {
        router = router.route(&endpoint.route(), answer_route(endpoint));
    }
    router = router.route(GRAFANA.path, answer_route(&GRAFANA).post(answer_posted_question));
    router = router.route(MEASUREMENTS.path, get(answer_measurements));
    let description = fixed("application/json", crate::ui::to_json(&openapi()) + "\n");
    router = router.route("/api/openapi.json", fixed_route(description));
    for (name, text) in SCHEMAS {
        let schema = fixed("application/schema+json", text.to_owned());
        router = router.route(&format!("/api/{name}"), fixed_route(schema));
    }
    router
        .route("/healthz", fixed_route(fixed("text/plain; charset=utf-8", "ok\n".to_owned())))
        .route("/readyz", get(answer_ready))
        .fallback(|headers: HeaderMap| async move { not_found().to_answer().to_response(&headers) })
        .layer(from_fn_with_state(Arc::clone(&state), guard_request))
        .with_state(state)
}

type WebRoute = axum::routing::MethodRouter<Arc<WebState>>;

fn fixed(content_type: &'static str, text: String) -> WebAnswer {
    WebAnswer::new(StatusCode::OK, content_type, text)
}

fn fixed_route(answer: WebAnswer) -> WebRoute {
    let answer = Arc::new(answer);
    get(move |headers: HeaderMap| {
        let answer = Arc::clone(&answer);
        async move { answer.to_response(&headers) }
    })
}

fn answer_route(endpoint: &'static WebEndpoint) -> WebRoute {
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
        web.note(Level::Caution, &format!("{}: {failure}", endpoint.path));
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
    let place = Arc::clone(&web.computing).acquire_owned().await;
    let place = place.map_err(|error| closed().with_cause(&error))?;
    let computed = tokio::task::spawn_blocking(move || {
        let answer = request.compute(&served.state);
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
        requests: web.counts(),
        refreshes: (report.count - report.failed, report.failed),
        refreshed: report.succeeded.map(|time| time.as_second()),
        answers: web.mirror.current().map_or((0, 0), |served| served.answers.size()),
    };
    let text = of_repository.text().to_owned() + &render_server_measurements(&own);
    fixed(OPENMETRICS, text).to_response(headers)
}

/// Checks a request before anything is computed, and completes its response.
async fn guard_request(
    State(web): State<Arc<WebState>>,
    request: Request,
    next: Next,
) -> Response<Body> {
    let started = Instant::now();
    let id = request_id(&web, request.headers());
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let (method, uri) = (request.method().clone(), request.uri().clone());
    let (headers, origin) = (request.headers().clone(), allowed_origin(&web, request.headers()));
    let mut response = match refusal(&web, &request) {
        Some(response) => response,
        None => match web.open.try_acquire() {
            Err(_) => busy("the server answers as many requests as it can", &headers),
            Ok(_open) => match tokio::time::timeout(PATIENCE, next.run(request)).await {
                Ok(response) => response,
                Err(_) => busy("the answer takes longer than a minute", &headers),
            },
        },
    };
    complete_headers(response.headers_mut(), origin, &id);
    if response.status() == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("2"));
    }
    web.count(route, response.status());
    let (status, took) = (response.status().as_u16(), started.elapsed().as_millis());
    let line = format!("{id} {method} {} {status} {took} ms", uri.path());
    web.note(Level::Detail, &line);
    response
}

/// The response to a request that is not passed on.
fn refusal(web: &WebState, request: &Request) -> Option<Response<Body>> {
    let headers = request.headers();
    let problem = |status, detail: &str, hints: &[&str]| {
        Some(ProblemJson::new(status, detail, hints).to_answer().to_response(headers))
    };
    if !web.access.is_own_host(headers) {
        let hint = "start the server with --host NAME for each name that it is called by";
        return problem(StatusCode::MISDIRECTED_REQUEST, "this server has another name", &[hint]);
    }
    if request.method() == Method::OPTIONS {
        return Some(preflight());
    }
    let may_post = request.uri().path() == GRAFANA.path && request.method() == Method::POST;
    if ![Method::GET, Method::HEAD].contains(request.method()) && !may_post {
        let mut response = problem(StatusCode::METHOD_NOT_ALLOWED, "this server only reads", &[])?;
        response.headers_mut().insert(ALLOW, HeaderValue::from_static(METHODS));
        return Some(response);
    }
    let target = request.uri().path_and_query().map_or(0, |target| target.as_str().len());
    if target > MAX_TARGET {
        return problem(StatusCode::URI_TOO_LONG, "the path and query are too long", &[]);
    }
    let is_probe = ["/healthz", "/readyz"].contains(&request.uri().path());
    if !is_probe && !web.access.has_token(headers) {
        let hint = "send `Authorization: Bearer TOKEN`, or the token as a password";
        let mut response = problem(StatusCode::UNAUTHORIZED, "a token is needed", &[hint])?;
        let challenge = HeaderValue::from_static("Basic realm=\"towpath\", charset=\"UTF-8\"");
        response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        return Some(response);
    }
    None
}

fn busy(detail: &str, headers: &HeaderMap) -> Response<Body> {
    let status = StatusCode::SERVICE_UNAVAILABLE;
    ProblemJson::new(status, detail, &["try again later"]).to_answer().to_response(headers)
}

/// The answer to a question for the methods, as browsers ask before they read another origin.
fn preflight() -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    headers.insert(ALLOW, HeaderValue::from_static(METHODS));
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, HEAD"));
    let allowed = HeaderValue::from_static("authorization, if-none-match, x-request-id");
    headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, allowed);
    response
}

fn allowed_origin(web: &WebState, headers: &HeaderMap) -> Option<HeaderValue> {
    HeaderValue::from_str(web.access.allowed_origin(headers)?).ok()
}

/// The headers that every response has.
fn complete_headers(headers: &mut HeaderMap, origin: Option<HeaderValue>, id: &str) {
    // A page brings its own policy; nothing else is shown by a browser.
    let policy = "default-src 'none'; frame-ancestors 'none'; sandbox";
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(policy));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    if let Some(origin) = origin {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        let exposed = "etag, link, towpath-notice, towpath-revision, x-request-id";
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(exposed));
        headers.append(VARY, HeaderValue::from_static("Origin"));
    }
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID, id);
    }
}

/// The id of the client, if it is a plain word, or a new one.
fn request_id(web: &WebState, headers: &HeaderMap) -> String {
    let stated = headers.get(REQUEST_ID).and_then(|value| value.to_str().ok());
    let is_word = |id: &&str| {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        (1..=64).contains(&id.len()) && id.bytes().all(is_plain)
    };
    stated
        .filter(is_word)
        .map(str::to_owned)
        .unwrap_or_else(|| format!("{:016x}", web.requests.fetch_add(1, Ordering::Relaxed)))
}
