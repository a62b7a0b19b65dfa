//! A client that lists objects of a cluster: page by page, with time limits, again where the server
//! asks for it, and without a word about credentials.

use super::access::ClusterAccess;
use crate::live::LiveError;
use bytes::Bytes;
use http::{Request, StatusCode};
use jiff::Timestamp;
use kube::client::{AuthError, Body};
use kube::{Client, Error};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeSet;
use std::error::Error as StdError;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Objects on a page.
const PAGE: usize = 250;
/// Pages of a list: a million objects.
const MAX_PAGES: usize = 2000;
/// The largest page.
const MAX_BYTES: usize = 64 << 20;
/// How often a list is begun anew because it has expired, and a request is sent again.
const MAX_RESTARTS: usize = 3;
const MAX_ATTEMPTS: usize = 4;
/// The longest pause that a server may ask for.
const MAX_PAUSE: Duration = Duration::from_secs(10);
/// With more namespaces than this, the whole cluster is asked first.
const FEW_NAMESPACES: usize = 3;

/// A connection to a cluster.
pub(super) struct ClusterClient {
    client: Client,
    /// The server and the context, for messages.
    name: String,
    timeout: Duration,
    dates: ServerDates,
}

/// The newest time that the server has told.
#[derive(Clone, Default)]
pub(super) struct ServerDates(Arc<Mutex<Option<Timestamp>>>);

impl ServerDates {
    pub fn newest(&self) -> Option<Timestamp> {
        self.0.lock().ok().and_then(|newest| *newest)
    }

    fn tell(&self, date: Option<Timestamp>) {
        if let Ok(mut newest) = self.0.lock() {
            *newest = (*newest).max(date);
        }
    }
}

/// Why a list could not be read.
#[derive(Debug)]
pub(super) enum ListFailure {
    /// The server has no such resource.
    Absent,
    Forbidden,
    Failed(LiveError),
}

/// A resource: `/apis/apps/v1` and `deployments`.
#[derive(Clone, Copy)]
pub(super) struct Resource {
    pub root: &'static str,
    pub name: &'static str,
}

#[derive(Deserialize)]
struct Page<T> {
    #[serde(default)]
    metadata: PageMetadata,
    #[serde(default = "Option::default")]
    items: Option<Vec<T>>,
}

#[derive(Default, Deserialize)]
struct PageMetadata {
    #[serde(rename = "continue", default)]
    next: Option<String>,
}

/// The body of a refusal.
#[derive(Default, Deserialize)]
struct Refusal {
    #[serde(default)]
    message: String,
}

impl ClusterClient {
    /// Connects to a context of the kubeconfig.
    pub async fn connect(access: &ClusterAccess, context: Option<&str>) -> Result<Self, LiveError> {
        // Both stacks of TLS in this program take the same provider.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut settings = access.settings(context).await?;
        settings.connect_timeout = Some(access.timeout);
        settings.read_timeout = Some(access.timeout);
        // This client decides itself what is asked again.
        settings.default_retry = false;
        let server = settings.cluster_url.host().unwrap_or_default().to_owned();
        let name = match context {
            Some(context) => format!("{context} ({server})"),
            None => server,
        };
        let client = Client::try_from(settings).map_err(|error| explain(&name, &error))?;
        Ok(ClusterClient { client, name, timeout: access.timeout, dates: ServerDates::default() })
    }

    /// The times that the server tells.
    pub fn dates(&self) -> ServerDates {
        self.dates.clone()
    }

    /// Lists a resource in some namespaces, or in all. What is forbidden in one of them is told by
    /// `forbidden`, which gets the namespace.
    ///
    /// # Errors
    /// When the server does not answer, or has no such resource.
    pub async fn list_in<T: DeserializeOwned>(
        &self,
        resource: Resource,
        namespaces: &BTreeSet<String>,
        forbidden: &mut dyn FnMut(Option<&str>),
    ) -> Result<Vec<T>, ListFailure> {
        let Resource { root, name } = resource;
        if namespaces.is_empty() || namespaces.len() > FEW_NAMESPACES {
            match self.list(&format!("{root}/{name}")).await {
                Err(ListFailure::Forbidden) if !namespaces.is_empty() => {}
                Err(ListFailure::Forbidden) => {
                    forbidden(None);
                    return Ok(Vec::new());
                }
                read => return read,
            }
        }
        let mut out = Vec::new();
        for namespace in namespaces {
            match self.list(&format!("{root}/namespaces/{namespace}/{name}")).await {
                Ok(items) => out.extend(items),
                Err(ListFailure::Forbidden) => forbidden(Some(namespace)),
                Err(failure) => return Err(failure),
            }
        }
        Ok(out)
    }

    /// The API groups of the server.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn groups<T: DeserializeOwned>(&self) -> Result<Vec<T>, ListFailure> {
        #[derive(Deserialize)]
        struct GroupPage<T> {
            groups: Vec<T>,
        }
        let (status, body) = self.get("/apis").await?;
        if status != StatusCode::OK {
            return Err(self.refusal(status, &body, "/apis"));
        }
        let page: Result<GroupPage<T>, _> = serde_json::from_slice(&body);
        page.map(|page| page.groups).map_err(|error| {
            let text = format!("{}: /apis has a form of its own: {error}", self.name);
            ListFailure::Failed(LiveError::new(text))
        })
    }

    /// Lists all objects at a path. A list that expires between two pages is begun anew.
    async fn list<T: DeserializeOwned>(&self, path: &str) -> Result<Vec<T>, ListFailure> {
        for _ in 0..MAX_RESTARTS {
            if let Some(items) = self.try_list(path).await? {
                return Ok(items);
            }
        }
        let error = format!("{}: the list of {path} expired {MAX_RESTARTS} times", self.name);
        Err(ListFailure::Failed(LiveError::new(error)))
    }

    /// Lists all objects at a path; `None` where the list has expired.
    async fn try_list<T: DeserializeOwned>(
        &self,
        path: &str,
    ) -> Result<Option<Vec<T>>, ListFailure> {
        let mut items = Vec::new();
        let mut next = String::new();
        for _ in 0..MAX_PAGES {
            let continued = match next.is_empty() {
                true => String::new(),
                false => format!("&continue={}", utf8_percent_encode(&next, NON_ALPHANUMERIC)),
            };
            let (status, body) = self.get(&format!("{path}?limit={PAGE}{continued}")).await?;
            match status {
                StatusCode::OK => {}
                StatusCode::GONE => return Ok(None),
                status => return Err(self.refusal(status, &body, path)),
            }
            let page: Page<T> = serde_json::from_slice(&body).map_err(|error| {
                let text = format!("{}: {path} has a form of its own: {error}", self.name);
                ListFailure::Failed(LiveError::new(text))
            })?;
            drop(body);
            items.extend(page.items.unwrap_or_default());
            match page.metadata.next.filter(|next| !next.is_empty()) {
                Some(token) => next = token,
                None => return Ok(Some(items)),
            }
        }
        let text = format!("{}: the list of {path} does not end", self.name);
        Err(ListFailure::Failed(LiveError::new(text)))
    }

    /// Sends a GET request, again where the server is too busy.
    async fn get(&self, path: &str) -> Result<(StatusCode, Bytes), ListFailure> {
        let mut attempt = 1;
        loop {
            let (status, pause, body) = self.get_once(path).await?;
            let is_busy = matches!(
                status,
                StatusCode::TOO_MANY_REQUESTS
                    | StatusCode::SERVICE_UNAVAILABLE
                    | StatusCode::GATEWAY_TIMEOUT
            );
            if !is_busy || attempt == MAX_ATTEMPTS {
                return Ok((status, body));
            }
            attempt += 1;
            tokio::time::sleep(pause.unwrap_or(Duration::from_millis(500)).min(MAX_PAUSE)).await;
        }
    }

    async fn get_once(
        &self,
        path: &str,
    ) -> Result<(StatusCode, Option<Duration>, Bytes), ListFailure> {
        let failed = |text: String| ListFailure::Failed(LiveError::new(text));
        let request = Request::get(path).header("accept", "application/json").body(Body::empty());
        let request = request.map_err(|error| failed(format!("`{path}` is no path: {error}")))?;
        let exchange = async {
            let answer = self.client.send(request).await;
            let answer =
                answer.map_err(|error| ListFailure::Failed(explain(&self.name, &error)))?;
            let (head, body) = answer.into_parts();
            let text = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok());
            self.dates.tell(text("date").and_then(parse_date));
            let pause = text("retry-after").and_then(|text| text.parse().ok());
            let size = text("content-length").and_then(|text| text.parse::<usize>().ok());
            if size.is_some_and(|size| size > MAX_BYTES) {
                return Err(failed(format!("{}: the answer is too large", self.name)));
            }
            let limited = http_body_util::Limited::new(body, MAX_BYTES);
            let read = http_body_util::BodyExt::collect(limited).await;
            let body = read.map_err(|error| {
                failed(format!("{}: the answer cannot be read: {error}", self.name))
            })?;
            Ok((head.status, pause.map(Duration::from_secs), body.to_bytes()))
        };
        match tokio::time::timeout(self.timeout, exchange).await {
            Ok(answer) => answer,
            Err(_) => {
                let seconds = self.timeout.as_secs();
                let text = format!("{} does not answer within {seconds} s", self.name);
                Err(ListFailure::Failed(
                    LiveError::new(text).hint("TOWPATH_LIVE_TIMEOUT sets the limit"),
                ))
            }
        }
    }

    fn refusal(&self, status: StatusCode, body: &[u8], path: &str) -> ListFailure {
        let name = &self.name;
        match status {
            StatusCode::NOT_FOUND => ListFailure::Absent,
            StatusCode::FORBIDDEN => ListFailure::Forbidden,
            StatusCode::UNAUTHORIZED => ListFailure::Failed(
                LiveError::new(format!("{name} does not accept the credentials"))
                    .hint("`kubectl get namespaces` with the same context tells more"),
            ),
            status => {
                let refusal: Refusal = serde_json::from_slice(body).unwrap_or_default();
                let message: String = refusal.message.chars().take(200).collect();
                let text = format!("{name} answers {path} with {}: {message}", status.as_u16());
                ListFailure::Failed(LiveError::new(text.trim_end_matches([':', ' '])))
            }
        }
    }
}

/// `Tue, 01 Dec 2026 00:00:00 GMT`.
fn parse_date(text: &str) -> Option<Timestamp> {
    jiff::fmt::rfc2822::parse(text).ok().map(|zoned| zoned.timestamp())
}

/// The reason of a failed connection. Errors about credentials contain what programs print, and
/// those about proxies a URL with a password, so only their kind is told.
fn explain(name: &str, error: &Error) -> LiveError {
    let mut chain: Vec<&(dyn StdError + 'static)> = vec![error];
    let mut next = error.source();
    while let Some(source) = next {
        chain.push(source);
        next = source.source();
    }
    let auth = match error {
        Error::Auth(error) => Some(error),
        _ => chain.iter().find_map(|one| one.downcast_ref::<AuthError>()),
    };
    if let Some(error) = auth {
        return LiveError::new(format!("{name}: {}", explain_credential(error)))
            .hint("`kubectl get namespaces` with the same context tells more");
    }
    if matches!(error, Error::ProxyProtocolUnsupported { .. } | Error::ProxyProtocolDisabled { .. })
    {
        return LiveError::new(format!("{name}: the kind of proxy is not supported"));
    }
    let deepest = chain.last().map(ToString::to_string).unwrap_or_default();
    let text: String = deepest.chars().take(200).collect();
    LiveError::new(format!("cannot reach {name}: {text}"))
}

fn explain_credential(error: &AuthError) -> &'static str {
    match error {
        AuthError::AuthExecStart(_) => "the program for its credentials cannot be started",
        AuthError::AuthExecRun { .. } => "the program for its credentials failed",
        AuthError::AuthExecParse(_) | AuthError::AuthExec(_) => {
            "the program for its credentials printed none"
        }
        AuthError::ReadTokenFile(..) => "the file with its token cannot be read",
        AuthError::UnrefreshableTokenResponse => "its credentials have expired",
        _ => "its credentials cannot be used",
    }
}
