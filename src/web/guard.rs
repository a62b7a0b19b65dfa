//! What holds for every request: methods, hosts, tokens, limits and headers.

use super::feeds::GRAFANA;
use super::problem::ProblemJson;
use super::server_state::WebServer;
use super::webhook::WEBHOOKS;
use crate::ops::notice::Level;
use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ALLOW, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue,
    REFERRER_POLICY, RETRY_AFTER, VARY, WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, Method, Response, StatusCode};
use axum::middleware::Next;
use std::sync::Arc;
use std::time::{Duration, Instant};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const METHODS: &str = "GET, HEAD, OPTIONS";

/// The longest path and query.
const MAX_TARGET: usize = 8 << 10;
/// How long a request waits for its answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// Checks a request before anything is computed, and completes its response.
pub async fn guard_request(
    State(web): State<Arc<WebServer>>,
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
fn refusal(web: &WebServer, request: &Request) -> Option<Response<Body>> {
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
    let path = request.uri().path();
    let is_webhook = path.contains(WEBHOOKS);
    let may_post = (path.ends_with(GRAFANA.path) || is_webhook) && request.method() == Method::POST;
    if ![Method::GET, Method::HEAD].contains(request.method()) && !may_post {
        let mut response = problem(StatusCode::METHOD_NOT_ALLOWED, "this server only reads", &[])?;
        response.headers_mut().insert(ALLOW, HeaderValue::from_static(METHODS));
        return Some(response);
    }
    let target = request.uri().path_and_query().map_or(0, |target| target.as_str().len());
    if target > MAX_TARGET {
        return problem(StatusCode::URI_TOO_LONG, "the path and query are too long", &[]);
    }
    // A webhook shows its own secret, and its answer tells nothing.
    let is_open = ["/healthz", "/readyz"].contains(&path) || (is_webhook && may_post);
    if !is_open && !web.access.has_token(headers) {
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

fn allowed_origin(web: &WebServer, headers: &HeaderMap) -> Option<HeaderValue> {
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
fn request_id(web: &WebServer, headers: &HeaderMap) -> String {
    let stated = headers.get(REQUEST_ID).and_then(|value| value.to_str().ok());
    let is_word = |id: &&str| {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        (1..=64).contains(&id.len()) && id.bytes().all(is_plain)
    };
    stated
        .filter(is_word)
        .map(str::to_owned)
        .unwrap_or_else(|| format!("{:016x}", web.next_request()))
}
