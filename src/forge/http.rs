//! The HTTP client of all forges: retries, redirects, and the meaning of answers.
//!
//! Reads and repeatable writes are retried after a lost connection, a timeout, a 5xx status or a
//! rate limit, a bounded number of times. A write that must not happen twice is retried only if the
//! first attempt cannot have arrived; otherwise its caller checks ([`super::exactly_once`]).

use super::access::{Clock, ForgeAccess, LogSink, RequestLimits};
use super::json::{refusal_message, tidy_text};
use super::place::{ForgeKind, ForgeRepository};
use super::retry::{RetrySafety, RetryState, pause_until, rate_limit, retry_after};
use super::token::Token;
use super::transport::{HttpResponse, Transport, TransportError};
use super::url::UrlParts;
use super::{ForgeError, Result};
use base64::prelude::{BASE64_STANDARD, Engine};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::time::Duration;
use ureq::http::{HeaderMap, HeaderName, HeaderValue, Method, header};

/// Maximum number of redirects for one request.
const MAX_REDIRECTS: u32 = 5;

const API_VERSION: HeaderName = HeaderName::from_static("x-github-api-version");

/// A request: a path below the API's base URL, or a whole URL returned by the forge.
pub(super) struct ForgeRequest<'a> {
    pub method: Method,
    pub path: &'a str,
    pub body: Option<Value>,
    pub repeat: RetrySafety,
    /// Headers of this request beside those of the client.
    pub headers: HeaderMap,
}

impl<'a> ForgeRequest<'a> {
    pub(super) fn new(
        method: Method,
        path: &'a str,
        body: Option<Value>,
        repeat: RetrySafety,
    ) -> Self {
        ForgeRequest { method, path, body, repeat, headers: HeaderMap::new() }
    }
}

/// The client for one repository.
pub(super) struct HttpClient {
    transport: Transport,
    base: String,
    pub host: String,
    headers: HeaderMap,
    /// Texts to remove from all messages: the token, plain and as sent.
    secrets: Vec<String>,
    pub limits: RequestLimits,
    pub clock: Clock,
    log: Option<LogSink>,
}

/// Result of one attempt.
enum AttemptResult {
    Done(HttpResponse),
    Follow(String),
    Again { asked: Option<Duration>, error: ForgeError },
    Failed(ForgeError),
}

impl HttpClient {
    pub(super) fn new(place: &ForgeRepository, access: &ForgeAccess) -> Result<Self> {
        let authorization =
            access.token.as_ref().map(|token| authorization_header(place.kind, token));
        let mut secrets: Vec<String> =
            access.token.iter().map(|token| token.secret().to_owned()).collect();
        secrets.extend(
            authorization
                .iter()
                .filter_map(|value| value.split_once(' '))
                .map(|(_, sent)| sent.to_owned()),
        );
        secrets.retain(|secret| !secret.is_empty());
        Ok(HttpClient {
            transport: Transport::new(access)?,
            base: place.api.clone(),
            host: place.host.clone(),
            headers: default_headers(authorization.as_deref())?,
            secrets,
            limits: access.limits,
            clock: access.clock.clone(),
            log: access.log.clone(),
        })
    }

    /// A client for another service than a forge. `secrets` are removed from all messages.
    pub(super) fn for_service(
        (base, host): (&str, &str),
        authorization: Option<&str>,
        secrets: Vec<String>,
        access: &ForgeAccess,
    ) -> Result<Self> {
        let mut headers = default_headers(authorization)?;
        headers.remove(API_VERSION);
        Ok(HttpClient {
            transport: Transport::new(access)?,
            base: base.to_owned(),
            host: host.to_owned(),
            headers,
            secrets,
            limits: access.limits,
            clock: access.clock.clone(),
            log: access.log.clone(),
        })
    }

    /// Reads a value.
    pub(super) fn get_json<T: DeserializeOwned>(&self, path: &str) -> Result<T> {
        self.request_json(&ForgeRequest::new(Method::GET, path, None, RetrySafety::Safe))
    }

    /// Sends a value and parses the answer.
    pub(super) fn send_json<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Value,
        repeat: RetrySafety,
    ) -> Result<T> {
        self.request_json(&ForgeRequest::new(method, path, Some(body), repeat))
    }

    /// Sends a request and ignores the answer's body.
    pub(super) fn send_only(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
        repeat: RetrySafety,
    ) -> Result<()> {
        self.request_response(&ForgeRequest::new(method, path, body, repeat)).map(|_| ())
    }

    fn request_json<T: DeserializeOwned>(&self, call: &ForgeRequest<'_>) -> Result<T> {
        let raw = self.request_response(call)?;
        self.parse_json(call, &raw)
    }

    /// Parses the JSON of an answer.
    pub(super) fn parse_json<T: DeserializeOwned>(
        &self,
        call: &ForgeRequest<'_>,
        raw: &HttpResponse,
    ) -> Result<T> {
        let unreadable = |why: String| ForgeError::Unreadable {
            host: self.host.clone(),
            asked: self.describe_request(call),
            why: self.clean_text(&why),
        };
        serde_json::from_slice(&raw.body).map_err(|error| unreadable(error.to_string()))
    }

    /// Sends a request with retries and redirects; returns a successful answer.
    pub(super) fn request_response(&self, call: &ForgeRequest<'_>) -> Result<HttpResponse> {
        let mut effort = RetryState::default();
        let mut url = self.full_url(call)?;
        let mut redirects = 0;
        loop {
            effort.attempts += 1;
            match self.attempt_request(call, &url) {
                AttemptResult::Done(raw) => return Ok(raw),
                AttemptResult::Failed(error) => return Err(error),
                AttemptResult::Follow(to) => {
                    redirects += 1;
                    effort.attempts -= 1;
                    if redirects > MAX_REDIRECTS || !self.is_ours(&to) {
                        return Err(ForgeError::Moved {
                            asked: self.describe_request(call),
                            to: self.clean_text(&to),
                        });
                    }
                    url = to;
                }
                AttemptResult::Again { asked, error } => {
                    match effort.next_pause(&self.limits, asked, (self.clock.chance)()) {
                        None => return Err(error),
                        Some(pause) => {
                            self.log_line(&format!("waiting {} ms: {error}", pause.as_millis()));
                            (self.clock.sleep)(pause);
                            effort.waited += pause;
                        }
                    }
                }
            }
        }
    }

    /// Sends the request once and interprets the answer.
    fn attempt_request(&self, call: &ForgeRequest<'_>, url: &str) -> AttemptResult {
        let body = call.body.as_ref().map(Value::to_string).unwrap_or_default();
        let mut headers = self.headers.clone();
        headers.extend(call.headers.clone());
        if !body.is_empty() {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        match self.transport.send(&call.method, url, &headers, body.as_bytes()) {
            Ok(raw) => {
                self.log_line(&format!("{} {url}: {}", call.method, raw.status));
                self.judge_response(call, url, raw)
            }
            Err(lost) => {
                self.log_line(&format!("{} {url}: {lost:?}", call.method));
                self.without_answer(call, lost)
            }
        }
    }

    fn judge_response(
        &self,
        call: &ForgeRequest<'_>,
        url: &str,
        raw: HttpResponse,
    ) -> AttemptResult {
        match raw.status {
            // Azure answers 203 with its login page.
            203 => self.bad_answer(call, &HttpResponse { status: 401, ..raw }),
            200..=299 => AttemptResult::Done(raw),
            301 | 302 | 303 | 307 | 308 => self.follow_redirect(call, url, &raw),
            _ => self.bad_answer(call, &raw),
        }
    }

    /// Follows a redirect. A write follows only if its method is kept (307, 308).
    fn follow_redirect(
        &self,
        call: &ForgeRequest<'_>,
        url: &str,
        raw: &HttpResponse,
    ) -> AttemptResult {
        let to =
            raw.headers.get(header::LOCATION).and_then(|to| to.to_str().ok()).unwrap_or_default();
        let to =
            if to.starts_with('/') { format!("{}{to}", url_origin(url)) } else { to.to_owned() };
        if call.method == Method::GET || matches!(raw.status, 307 | 308) {
            return AttemptResult::Follow(to);
        }
        AttemptResult::Failed(ForgeError::Moved {
            asked: self.describe_request(call),
            to: self.clean_text(&to),
        })
    }

    fn bad_answer(&self, call: &ForgeRequest<'_>, raw: &HttpResponse) -> AttemptResult {
        let now = (self.clock.now)();
        let text = String::from_utf8_lossy(&raw.body);
        if let Some(until) = rate_limit(raw.status, &raw.headers, &text, now) {
            let asked = until.map(|until| pause_until(until, now));
            return AttemptResult::Again {
                asked,
                error: ForgeError::RateLimited { host: self.host.clone(), until },
            };
        }
        let error = self.refusal_error(call, raw);
        let again = matches!(raw.status, 500 | 502 | 503 | 504) && call.repeat == RetrySafety::Safe;
        let asked = retry_after(&raw.headers, now).map(|until| pause_until(until, now));
        if again { AttemptResult::Again { asked, error } } else { AttemptResult::Failed(error) }
    }

    fn refusal_error(&self, call: &ForgeRequest<'_>, raw: &HttpResponse) -> ForgeError {
        let (host, asked) = (self.host.clone(), self.describe_request(call));
        let why = self.clean_text(&refusal_message(&raw.body));
        let sign_on = self.sign_on(&raw.headers);
        ForgeError::from_status(raw.status, host, asked, why, sign_on)
    }

    fn without_answer(&self, call: &ForgeRequest<'_>, lost: TransportError) -> AttemptResult {
        let (host, asked) = (self.host.clone(), self.describe_request(call));
        let error = match &lost {
            TransportError::Unsent(why) => {
                ForgeError::Unreachable { host, why: self.clean_text(why) }
            }
            TransportError::Untrusted(why) => {
                ForgeError::Certificate { host, why: self.clean_text(why) }
            }
            TransportError::Timeout => ForgeError::Timeout { host, asked },
            TransportError::Broken(why) => {
                ForgeError::Broken { host, asked, why: self.clean_text(why) }
            }
            TransportError::TooLarge => {
                ForgeError::Broken { host, asked, why: "the answer is too large".into() }
            }
        };
        match lost {
            TransportError::Untrusted(_) | TransportError::TooLarge => AttemptResult::Failed(error),
            TransportError::Unsent(_) => AttemptResult::Again { asked: None, error },
            TransportError::Timeout | TransportError::Broken(_)
                if call.repeat == RetrySafety::Safe =>
            {
                AttemptResult::Again { asked: None, error }
            }
            TransportError::Timeout | TransportError::Broken(_) => AttemptResult::Failed(error),
        }
    }

    /// Returns the page in GitHub's header `X-GitHub-SSO: required; url=…`.
    fn sign_on(&self, headers: &HeaderMap) -> Option<String> {
        let text = headers.get("x-github-sso")?.to_str().ok()?;
        text.split_once("url=").map(|(_, page)| self.clean_text(page))
    }

    fn full_url(&self, call: &ForgeRequest<'_>) -> Result<String> {
        if !call.path.contains("://") {
            return Ok(format!("{}{}", self.base, call.path));
        }
        if self.is_ours(call.path) {
            return Ok(call.path.to_owned());
        }
        let why = "it points to another host".to_owned();
        Err(ForgeError::Unreadable {
            host: self.host.clone(),
            asked: self.describe_request(call),
            why,
        })
    }

    /// True if the token may be sent to this URL.
    fn is_ours(&self, url: &str) -> bool {
        match (UrlParts::of(url), UrlParts::of(&self.base)) {
            (Some(url), Some(base)) => {
                // Azure looks up people on another host.
                let people = base.host == "dev.azure.com" && url.host == "vssps.dev.azure.com";
                url.origin() == base.origin()
                    || (people && url.scheme == "https" && url.port.is_none())
            }
            _ => false,
        }
    }

    /// Returns method and URL of a request, for messages.
    pub(super) fn describe_request(&self, call: &ForgeRequest<'_>) -> String {
        let url = if call.path.contains("://") {
            call.path.to_owned()
        } else {
            format!("{}{}", self.base, call.path)
        };
        self.clean_text(&format!("{} {url}", call.method))
    }

    /// Returns a foreign text as one line without secrets.
    pub(super) fn clean_text(&self, text: &str) -> String {
        let secretless =
            self.secrets.iter().fold(text.to_owned(), |text, secret| text.replace(secret, "***"));
        tidy_text(&secretless)
    }

    fn log_line(&self, text: &str) {
        if let Some(log) = &self.log {
            log(&self.clean_text(text));
        }
    }
}

/// Returns scheme, host and port of a URL.
fn url_origin(url: &str) -> String {
    let end = url.find("://").and_then(|at| url[at + 3..].find('/').map(|slash| at + 3 + slash));
    url[..end.unwrap_or(url.len())].to_owned()
}

fn default_headers(authorization: Option<&str>) -> Result<HeaderMap> {
    let mut out = HeaderMap::new();
    out.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    out.insert(API_VERSION, HeaderValue::from_static("2022-11-28"));
    if let Some(text) = authorization {
        let odd = |_| ForgeError::Settings {
            what: "the token",
            why: "it contains characters that are not valid in a token".into(),
        };
        let mut value = HeaderValue::from_str(text).map_err(odd)?;
        value.set_sensitive(true);
        out.insert(header::AUTHORIZATION, value);
    }
    Ok(out)
}

/// Returns the value of the `Authorization` header, in each forge's format.
fn authorization_header(kind: ForgeKind, token: &Token) -> String {
    let secret = token.secret();
    let basic =
        |user: &str| format!("Basic {}", BASE64_STANDARD.encode(format!("{user}:{secret}")));
    match (kind, token.user()) {
        (ForgeKind::Gitea, _) => format!("token {secret}"),
        (ForgeKind::Bitbucket, Some(user)) if user != "x-token-auth" => basic(user),
        // A pipeline's token is a JWT; a personal access token is a password without a user name.
        (ForgeKind::Azure, _) if secret.starts_with("ey") && secret.matches('.').count() == 2 => {
            format!("Bearer {secret}")
        }
        (ForgeKind::Azure, _) => basic(""),
        _ => format!("Bearer {secret}"),
    }
}
