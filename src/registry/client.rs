//! The client: one request with its sign-in, and the meaning of answers.

use super::cache::RegistryCache;
use super::challenge::AuthChallenge;
use super::credentials::RegistryCredential;
use super::error::RegistryError;
use super::hosts::{RegistryEndpoint, RegistryHosts, is_loopback};
use super::place::ImageRepository;
use crate::forge::{
    ExchangeAnswer, ExchangeError, ExchangeRequest, HttpExchange, escape_url, http_host,
    http_origin,
};
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// The longest answer of a token server, in bytes.
const MAX_TOKEN: u64 = 256 * 1024;

/// Opens the connections for URLs of a scheme.
pub type OpenExchange = Box<dyn Fn(&str) -> Result<HttpExchange, String> + Send + Sync>;

/// Finds the credential for a repository.
pub type CredentialLookup =
    Box<dyn Fn(&ImageRepository) -> Option<RegistryCredential> + Send + Sync>;

/// Opens connections and finds credentials.
pub struct RegistryConnector {
    pub connect: OpenExchange,
    pub credential: CredentialLookup,
}

/// The client for all registries of an operation. It may be shared between threads.
pub struct RegistryClient {
    pub(super) hosts: RegistryHosts,
    pub(super) cache: RegistryCache,
    connector: RegistryConnector,
    exchanges: Mutex<HashMap<bool, Arc<HttpExchange>>>,
    /// `Authorization` headers by origin, repository and action.
    sign_ins: Mutex<HashMap<String, String>>,
    requests: AtomicUsize,
}

/// A request to a registry.
#[derive(Clone, Copy)]
pub(super) struct RegistryRequest<'a> {
    pub method: &'a str,
    /// Below `/v2/NAME`, or a whole URL of the same origin.
    pub path: &'a str,
    pub accept: &'a str,
    pub content_type: Option<&'a str>,
    pub body: &'a [u8],
    pub longest: u64,
    /// What is wanted, for messages.
    pub asked: &'a str,
}

impl<'a> RegistryRequest<'a> {
    pub fn get(path: &'a str, accept: &'a str, longest: u64, asked: &'a str) -> Self {
        RegistryRequest {
            method: "GET",
            path,
            accept,
            content_type: None,
            body: &[],
            longest,
            asked,
        }
    }

    /// The same without a body in the answer.
    pub fn head(path: &'a str, accept: &'a str, longest: u64, asked: &'a str) -> Self {
        RegistryRequest { method: "HEAD", ..RegistryRequest::get(path, accept, longest, asked) }
    }

    fn action(&self) -> &'static str {
        if matches!(self.method, "GET" | "HEAD") { "pull" } else { "pull,push" }
    }
}

/// The answer of a token server.
#[derive(Deserialize)]
struct TokenAnswer {
    token: Option<String>,
    access_token: Option<String>,
}

impl RegistryClient {
    /// Creates a client. Nothing is sent yet.
    pub fn new(hosts: RegistryHosts, connector: RegistryConnector, cache: RegistryCache) -> Self {
        RegistryClient {
            hosts,
            cache,
            connector,
            exchanges: Mutex::default(),
            sign_ins: Mutex::default(),
            requests: AtomicUsize::new(0),
        }
    }

    /// The number of requests so far, those to token servers included.
    pub fn request_count(&self) -> usize {
        self.requests.load(Ordering::Relaxed)
    }

    /// Returns where an image is asked.
    pub fn endpoint(&self, place: &ImageRepository) -> RegistryEndpoint {
        self.hosts.endpoint(place)
    }

    /// The digest of a tag, if it was read after `oldest`, in seconds since 1970.
    pub fn known_digest(&self, place: &ImageRepository, tag: &str, oldest: i64) -> Option<String> {
        self.cache.digest_of_tag(place, tag, oldest)
    }

    /// Keeps the digests of tags that were read now.
    pub fn keep_digests(&self, place: &ImageRepository, found: &[(String, String)], now: i64) {
        self.cache.store_digests(place, found, now);
    }

    /// Sends a request, and signs in if the registry wants that. Any status but 401 is returned.
    pub(super) fn send(
        &self,
        place: &ImageRepository,
        request: &RegistryRequest<'_>,
    ) -> Result<ExchangeAnswer, RegistryError> {
        let endpoint = self.hosts.endpoint(place);
        let url = request_url(&endpoint, request)?;
        let key = format!("{} {} {}", endpoint.origin, endpoint.path, request.action());
        let known = self.sign_ins.lock().ok().and_then(|known| known.get(&key).cloned());
        let answer = self.exchange(&url, request, known.as_deref(), &endpoint)?;
        if answer.status != 401 {
            return Ok(answer);
        }
        let challenge = AuthChallenge::find(&answer.header_values("www-authenticate"));
        let sign_in = self.sign_in(&endpoint, challenge, request)?;
        if let Ok(mut known) = self.sign_ins.lock() {
            known.insert(key, sign_in.clone());
        }
        let answer = self.exchange(&url, request, Some(&sign_in), &endpoint)?;
        match answer.status {
            401 => Err(self.unauthorised(&endpoint, request, "it rejected the credential")),
            _ => Ok(answer),
        }
    }

    /// Sends a request and takes a successful answer only.
    pub(super) fn send_well(
        &self,
        place: &ImageRepository,
        request: &RegistryRequest<'_>,
    ) -> Result<ExchangeAnswer, RegistryError> {
        let answer = self.send(place, request)?;
        if (200..300).contains(&answer.status) {
            return Ok(answer);
        }
        let host = self.hosts.endpoint(place).place.host;
        let asked = request.asked.to_owned();
        Err(match answer.status {
            403 => RegistryError::Denied { host, asked },
            404 => RegistryError::NotFound { host, asked },
            status @ 500.. => RegistryError::Server { host, asked, status },
            status => {
                let why = refusal_text(&answer.body);
                RegistryError::Refused { host, asked, status, why }
            }
        })
    }

    fn exchange(
        &self,
        url: &str,
        request: &RegistryRequest<'_>,
        authorization: Option<&str>,
        endpoint: &RegistryEndpoint,
    ) -> Result<ExchangeAnswer, RegistryError> {
        let mut headers = vec![("accept", request.accept)];
        headers.extend(request.content_type.map(|kind| ("content-type", kind)));
        let sent = ExchangeRequest {
            method: request.method,
            url,
            headers: &headers,
            authorization,
            body: request.body,
            longest: request.longest,
        };
        self.send_counted(url, &sent).map_err(|error| {
            let host = &endpoint.place.host;
            RegistryError::from_exchange(error, host, request.asked, request.longest)
        })
    }

    fn send_counted(
        &self,
        url: &str,
        request: &ExchangeRequest<'_>,
    ) -> Result<ExchangeAnswer, ExchangeError> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.exchange_for(url)?.send(request)
    }

    fn exchange_for(&self, url: &str) -> Result<Arc<HttpExchange>, ExchangeError> {
        let is_secure = url.starts_with("https:");
        let mut known = match self.exchanges.lock() {
            Ok(known) => known,
            Err(poisoned) => poisoned.into_inner(),
        };
        if let Some(exchange) = known.get(&is_secure) {
            return Ok(Arc::clone(exchange));
        }
        let opened = (self.connector.connect)(url).map_err(ExchangeError::Unreachable)?;
        let opened = Arc::new(opened);
        known.insert(is_secure, Arc::clone(&opened));
        Ok(opened)
    }

    /// Answers a challenge; returns the value of the `Authorization` header.
    fn sign_in(
        &self,
        endpoint: &RegistryEndpoint,
        challenge: Option<AuthChallenge>,
        request: &RegistryRequest<'_>,
    ) -> Result<String, RegistryError> {
        let credential = (self.connector.credential)(&endpoint.place);
        if credential.is_some() && !endpoint.takes_credentials {
            return Err(RegistryError::PlainHttp { host: endpoint.place.host.clone() });
        }
        match (challenge, credential) {
            (Some(AuthChallenge::Bearer { realm, service, scope }), credential) => {
                let scope = scope.unwrap_or_else(|| {
                    format!("repository:{}:{}", endpoint.path, request.action())
                });
                let asked = TokenRequest { realm, service, scope, credential };
                self.fetch_token(endpoint, &asked, request)
            }
            (Some(AuthChallenge::Basic), Some(credential)) => Ok(credential.basic()),
            (Some(AuthChallenge::Basic), None) => {
                Err(self.unauthorised(endpoint, request, "there is no credential for it"))
            }
            (None, _) => {
                let why = "it names no way to sign in that towpath knows";
                Err(self.unauthorised(endpoint, request, why))
            }
        }
    }

    fn fetch_token(
        &self,
        endpoint: &RegistryEndpoint,
        asked: &TokenRequest,
        request: &RegistryRequest<'_>,
    ) -> Result<String, RegistryError> {
        let host = &endpoint.place.host;
        let unreadable = |why: &str| RegistryError::Unreadable {
            host: host.clone(),
            asked: format!("a token for {}", request.asked),
            why: why.to_owned(),
        };
        let is_plain = asked.realm.starts_with("http:");
        let is_local = http_host(&asked.realm).is_some_and(|realm| is_loopback(&realm));
        let is_safe = !is_plain || (is_local && endpoint.origin.starts_with("http:"));
        if http_origin(&asked.realm).is_none()
            || (!is_safe && !self.hosts.trusted_plain.contains(host))
        {
            return Err(unreadable("its token server is not reached by https"));
        }
        let (url, method, body) = asked.to_parts();
        let basic = asked.credential.as_ref().filter(|one| one.refresh_token().is_none());
        let basic = basic.map(RegistryCredential::basic);
        let mut headers = vec![("accept", "application/json")];
        if method == "POST" {
            headers.push(("content-type", "application/x-www-form-urlencoded"));
        }
        let sent = ExchangeRequest {
            method,
            url: &url,
            headers: &headers,
            authorization: basic.as_deref(),
            body: body.as_bytes(),
            longest: MAX_TOKEN,
        };
        let what = format!("a token for {}", request.asked);
        let answer = self
            .send_counted(&url, &sent)
            .map_err(|error| RegistryError::from_exchange(error, host, &what, MAX_TOKEN))?;
        if matches!(answer.status, 400 | 401 | 403) {
            let why = match asked.credential {
                Some(_) => "its token server rejected the credential",
                None => "there is no credential for it",
            };
            return Err(self.unauthorised(endpoint, request, why));
        }
        if answer.status != 200 {
            return Err(RegistryError::Server {
                host: host.clone(),
                asked: what,
                status: answer.status,
            });
        }
        // The error of the parser could show a piece of the token.
        let parsed: Option<TokenAnswer> = serde_json::from_slice(&answer.body).ok();
        let token = parsed.and_then(|parsed| parsed.token.or(parsed.access_token));
        match token.filter(|token| !token.is_empty()) {
            Some(token) => Ok(format!("Bearer {token}")),
            None => Err(unreadable("it holds no token")),
        }
    }

    fn unauthorised(
        &self,
        endpoint: &RegistryEndpoint,
        request: &RegistryRequest<'_>,
        why: &str,
    ) -> RegistryError {
        let (host, asked) = (endpoint.place.host.clone(), request.asked.to_owned());
        RegistryError::Unauthorised { host, asked, why: why.to_owned() }
    }
}

/// A request to a token server.
struct TokenRequest {
    realm: String,
    service: Option<String>,
    scope: String,
    credential: Option<RegistryCredential>,
}

impl TokenRequest {
    /// URL, method and body. A refresh token goes into the body, so that no URL holds it.
    fn to_parts(&self) -> (String, &'static str, String) {
        let service = self.service.as_deref().unwrap_or_default();
        let query = format!("service={}&scope={}", escape_url(service), escape_url(&self.scope));
        let refresh = self.credential.as_ref().and_then(RegistryCredential::refresh_token);
        match refresh {
            Some(token) => {
                let token = escape_url(token);
                let body = format!(
                    "grant_type=refresh_token&client_id=towpath&{query}&refresh_token={token}"
                );
                (self.realm.clone(), "POST", body)
            }
            None => {
                let mark = if self.realm.contains('?') { '&' } else { '?' };
                (format!("{}{mark}{query}", self.realm), "GET", String::new())
            }
        }
    }
}

fn request_url(
    endpoint: &RegistryEndpoint,
    request: &RegistryRequest<'_>,
) -> Result<String, RegistryError> {
    let path = request.path;
    if path.starts_with("/v2/") {
        return Ok(format!("{}{path}", endpoint.origin));
    }
    if !path.contains("://") {
        return Ok(format!("{}/v2/{}/{path}", endpoint.origin, endpoint.path));
    }
    if http_origin(path) == http_origin(&endpoint.origin) {
        return Ok(path.to_owned());
    }
    Err(RegistryError::Unreadable {
        host: endpoint.place.host.clone(),
        asked: request.asked.to_owned(),
        why: "it points to another host".into(),
    })
}

/// The message of a refusal: `{"errors": [{"code": …, "message": …}]}`, on one line.
fn refusal_text(body: &[u8]) -> String {
    #[derive(Deserialize)]
    struct RefusalBody {
        errors: Vec<RefusalEntry>,
    }
    #[derive(Deserialize)]
    struct RefusalEntry {
        #[serde(default)]
        code: String,
        #[serde(default)]
        message: String,
    }
    let parsed: Option<RefusalBody> = serde_json::from_slice(body).ok();
    let first = parsed.and_then(|body| body.errors.into_iter().next());
    let text = first.map(|first| format!("{} {}", first.code, first.message)).unwrap_or_default();
    let plain: String =
        text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect();
    let words: Vec<&str> = plain.split_whitespace().collect();
    if words.is_empty() { "no reason given".to_owned() } else { words.join(" ") }
}
