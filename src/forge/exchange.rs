//! Requests to servers that are no forge, by the policy of the forges: time limits, retries after a
//! lost answer, a 5xx status or a rate limit, and redirects without credentials. Its types name no
//! HTTP library.

use super::access::{Clock, ForgeAccess, RequestLimits};
use super::retry::{RetryState, pause_until, rate_limit, retry_after};
use super::transport::{HttpResponse, Transport, TransportError};
use super::url::UrlParts;
use super::{Result, paging};
use std::time::Duration;
use ureq::http::{HeaderMap, HeaderName, HeaderValue, Method, header};

/// Maximum number of redirects for one request.
const MAX_REDIRECTS: u32 = 5;

/// A request that may be repeated: a read, or a write whose second time changes nothing.
#[derive(Debug, Clone, Copy)]
pub struct ExchangeRequest<'a> {
    pub method: &'a str,
    pub url: &'a str,
    pub headers: &'a [(&'static str, &'a str)],
    /// Sent to the origin of `url` only, and not to the target of a redirect elsewhere.
    pub authorization: Option<&'a str>,
    pub body: &'a [u8],
    /// Longer answers are refused, in bytes.
    pub longest: u64,
}

/// An answer of any status.
#[derive(Debug, Clone)]
pub struct ExchangeAnswer {
    pub status: u16,
    pub body: Vec<u8>,
    headers: HeaderMap,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExchangeError {
    /// The server cannot be reached.
    Unreachable(String),
    /// The certificate of the server is not trusted.
    Untrusted(String),
    /// The server did not answer in time.
    Timeout(Duration),
    /// The connection broke.
    Broken(String),
    /// The answer is longer than allowed.
    TooLarge,
    /// The rate limit is exceeded, until this time in seconds since 1970.
    RateLimited(Option<i64>),
    /// A redirect that is not followed: to an insecure place, or one too many.
    BadRedirect(String),
    /// A header or method cannot be sent.
    Unsendable,
}

impl ExchangeAnswer {
    /// The first value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// All values of a header.
    pub fn header_values(&self, name: &str) -> Vec<&str> {
        self.headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).collect()
    }

    /// The target of the link to the next page.
    pub fn next_page(&self) -> Option<String> {
        paging::next_link(&self.headers)
    }
}

/// Sends requests to servers that are no forge.
pub struct HttpExchange {
    transport: Transport,
    limits: RequestLimits,
    clock: Clock,
}

/// Result of one attempt.
enum ExchangeStep {
    Done(ExchangeAnswer),
    Follow(String),
    Again { asked: Option<Duration>, last: std::result::Result<ExchangeAnswer, ExchangeError> },
    Failed(ExchangeError),
}

impl HttpExchange {
    /// Opens the connections. Nothing is sent yet, and the token of the access is not used.
    ///
    /// # Errors
    /// [`super::ForgeError::Settings`] for an unusable proxy or certificate.
    pub fn new(access: &ForgeAccess) -> Result<Self> {
        let (limits, clock) = (access.limits, access.clock.clone());
        Ok(HttpExchange { transport: Transport::new(access)?, limits, clock })
    }

    /// Sends a request with retries and redirects.
    ///
    /// # Errors
    /// When no answer comes. An answer of any status is no error, but for a rate limit that lasts
    /// longer than the limits allow to wait.
    pub fn send(
        &self,
        request: &ExchangeRequest<'_>,
    ) -> std::result::Result<ExchangeAnswer, ExchangeError> {
        let mut effort = RetryState::default();
        let mut url = request.url.to_owned();
        let mut redirects = 0;
        loop {
            effort.attempts += 1;
            match self.attempt(request, &url) {
                ExchangeStep::Done(answer) => return Ok(answer),
                ExchangeStep::Failed(error) => return Err(error),
                ExchangeStep::Follow(to) => {
                    redirects += 1;
                    effort.attempts -= 1;
                    if redirects > MAX_REDIRECTS {
                        return Err(ExchangeError::BadRedirect("there are too many".into()));
                    }
                    url = redirect_target(&url, &to)?;
                }
                ExchangeStep::Again { asked, last } => {
                    match effort.next_pause(&self.limits, asked, (self.clock.chance)()) {
                        None => return last,
                        Some(pause) => {
                            (self.clock.sleep)(pause);
                            effort.waited += pause;
                        }
                    }
                }
            }
        }
    }

    fn attempt(&self, request: &ExchangeRequest<'_>, url: &str) -> ExchangeStep {
        let Some((method, headers)) = prepare(request, url) else {
            return ExchangeStep::Failed(ExchangeError::Unsendable);
        };
        match self.transport.send_for(&method, url, &headers, request.body, request.longest) {
            Ok(raw) => self.judge(&method, raw),
            Err(lost) => self.without_answer(lost),
        }
    }

    fn judge(&self, method: &Method, raw: HttpResponse) -> ExchangeStep {
        let HttpResponse { status, headers, body } = raw;
        let reads = matches!(*method, Method::GET | Method::HEAD);
        if matches!(status, 301 | 302 | 303 | 307 | 308) && (reads || matches!(status, 307 | 308)) {
            let to = headers.get(header::LOCATION).and_then(|to| to.to_str().ok());
            return ExchangeStep::Follow(to.unwrap_or_default().to_owned());
        }
        let now = (self.clock.now)();
        let text = String::from_utf8_lossy(body.get(..4096).unwrap_or(&body)).into_owned();
        let limit = rate_limit(status, &headers, &text, now);
        let asked = retry_after(&headers, now).map(|until| pause_until(until, now));
        let answer = ExchangeAnswer { status, body, headers };
        match (limit, status) {
            (Some(until), _) => ExchangeStep::Again {
                asked: until.map(|until| pause_until(until, now)),
                last: Err(ExchangeError::RateLimited(until)),
            },
            (None, 500 | 502 | 503 | 504) => ExchangeStep::Again { asked, last: Ok(answer) },
            (None, _) => ExchangeStep::Done(answer),
        }
    }

    fn without_answer(&self, lost: TransportError) -> ExchangeStep {
        let again = |error| ExchangeStep::Again { asked: None, last: Err(error) };
        match lost {
            TransportError::Unsent(why) => again(ExchangeError::Unreachable(why)),
            TransportError::Broken(why) => again(ExchangeError::Broken(why)),
            TransportError::Timeout => {
                ExchangeStep::Failed(ExchangeError::Timeout(self.limits.timeout))
            }
            TransportError::Untrusted(why) => ExchangeStep::Failed(ExchangeError::Untrusted(why)),
            TransportError::TooLarge => ExchangeStep::Failed(ExchangeError::TooLarge),
        }
    }
}

fn prepare(request: &ExchangeRequest<'_>, url: &str) -> Option<(Method, HeaderMap)> {
    let method = Method::from_bytes(request.method.as_bytes()).ok()?;
    let mut headers = HeaderMap::new();
    for (name, value) in request.headers {
        headers.append(HeaderName::from_static(name), HeaderValue::from_str(value).ok()?);
    }
    let is_there = UrlParts::of(url)?.origin() == UrlParts::of(request.url)?.origin();
    if let Some(text) = request.authorization.filter(|_| is_there) {
        let mut value = HeaderValue::from_str(text).ok()?;
        value.set_sensitive(true);
        headers.insert(header::AUTHORIZATION, value);
    }
    Some((method, headers))
}

/// The target of a redirect, which must not leave TLS.
fn redirect_target(from: &str, to: &str) -> std::result::Result<String, ExchangeError> {
    let bad = |why: &str| ExchangeError::BadRedirect(why.to_owned());
    let parts = UrlParts::of(from).ok_or_else(|| bad("it leads nowhere"))?;
    if to.starts_with('/') && !to.starts_with("//") {
        let (scheme, host, port) = parts.origin();
        return Ok(format!("{scheme}://{host}:{port}{to}"));
    }
    let target = to.contains("://").then(|| UrlParts::of(to)).flatten();
    match target.as_ref().map(|target| target.scheme.as_str()) {
        Some("https") => Ok(to.to_owned()),
        Some("http") if parts.scheme == "http" => Ok(to.to_owned()),
        Some("http") => Err(bad("it leads from https to plain http")),
        _ => Err(bad("it leads nowhere")),
    }
}

/// The origin of a URL in its shortest form; `None` for a text that is no http URL.
pub fn http_origin(url: &str) -> Option<String> {
    let parts = UrlParts::of(url)?;
    let (scheme, host, port) = parts.origin();
    matches!(scheme, "http" | "https").then(|| format!("{scheme}://{host}:{port}"))
}

/// The host of a URL without its port.
pub fn http_host(url: &str) -> Option<String> {
    UrlParts::of(url).map(|parts| parts.host)
}

/// Escapes a path segment or a query value of a URL.
pub fn escape_url(text: &str) -> String {
    super::url::escape(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_stays_in_tls_and_keeps_its_origin() {
        let to =
            |from: &str, to: &str| redirect_target(from, to).unwrap_or_else(|e| format!("{e:?}"));
        assert_eq!(to("https://r.io/v2/x", "/v2/y"), "https://r.io:443/v2/y");
        assert_eq!(to("http://127.0.0.1:5000/v2/x", "/y"), "http://127.0.0.1:5000/y");
        assert_eq!(to("https://r.io/v2/x", "https://cdn.io/b"), "https://cdn.io/b");
        for (from, target) in [
            ("https://r.io/v2/x", "http://r.io/v2/x"),
            ("https://r.io/v2/x", "file:///etc/passwd"),
            ("https://r.io/v2/x", "//evil.io/x"),
            ("https://r.io/v2/x", ""),
        ] {
            assert!(redirect_target(from, target).is_err(), "{target}");
        }
    }

    #[test]
    fn credentials_go_to_the_origin_alone() {
        let request = ExchangeRequest {
            method: "GET",
            url: "https://r.io/v2/",
            headers: &[("accept", "x/y")],
            authorization: Some("Basic abc"),
            body: &[],
            longest: 1,
        };
        let sent = |url: &str| {
            let (_, headers) = prepare(&request, url).expect("it can be sent");
            headers.contains_key(header::AUTHORIZATION)
        };
        assert!(sent("https://r.io/v2/x") && sent("https://r.io:443/v2/x"));
        assert!(!sent("https://cdn.io/x") && !sent("http://r.io/x") && !sent("https://r.io:444/"));
    }
}
