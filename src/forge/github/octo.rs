//! octocrab on top of our own client. octocrab builds the requests; [`HttpClient`] handles retries,
//! redirects, limits, proxies and secrets, as for every other forge.
//!
//! Of octocrab's own choices none is used: its retry sends one failing `POST` four times, its
//! paging prints odd links to stderr, and its models require two dozen fields of every user, so
//! that an older GitHub Enterprise could not be read.

use crate::forge::http::{ForgeRequest, HttpClient};
use crate::forge::paging::next_link;
use crate::forge::retry::RetrySafety;
use crate::forge::transport::HttpResponse;
use crate::forge::{ForgeError, Result};
use http_body_util::{BodyExt, Full};
use octocrab::{AuthState, OctoBody, Octocrab, OctocrabBuilder};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::runtime::{Builder, Runtime};
use tower_service::Service;
use ureq::http::{Method, Request, Response, request};

/// A synchronous wrapper of octocrab.
pub(super) struct OctocrabClient {
    runtime: Runtime,
    crab: Octocrab,
    pub http: Arc<HttpClient>,
    graphql: String,
}

impl OctocrabClient {
    /// `graphql` is the URL of the GraphQL API, which differs on GitHub Enterprise.
    pub(super) fn new(http: HttpClient, graphql: String) -> Result<Self> {
        let failed = |error: std::io::Error| ForgeError::Settings {
            what: "the runtime",
            why: error.to_string(),
        };
        let runtime = Builder::new_current_thread().build().map_err(failed)?;
        let http = Arc::new(http);
        let crab = {
            let _inside = runtime.enter();
            let wire = OctocrabService { http: Arc::clone(&http) };
            let built =
                OctocrabBuilder::new_empty().with_service(wire).with_auth(AuthState::None).build();
            built.unwrap_or_else(|never| match never {})
        };
        Ok(OctocrabClient { runtime, crab, http, graphql })
    }

    pub(super) fn get_json<T: DeserializeOwned>(&self, path: &str) -> Result<T> {
        self.request_json(&ForgeRequest::new(Method::GET, path, None, RetrySafety::Safe))
    }

    pub(super) fn send_json<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Value,
        repeat: RetrySafety,
    ) -> Result<T> {
        self.request_json(&ForgeRequest::new(method, path, Some(body), repeat))
    }

    /// Lists all pages; `pick` extracts the items of a page.
    pub(super) fn list_pages<P: DeserializeOwned, T>(
        &self,
        path: &str,
        pick: impl Fn(P) -> Vec<T>,
    ) -> Result<Vec<T>> {
        self.http.fetch_pages(path, |path| {
            let call = ForgeRequest::new(Method::GET, path, None, RetrySafety::Safe);
            let raw = self.request_response(&call)?;
            Ok((pick(self.http.parse_json(&call, &raw)?), next_link(&raw.headers)))
        })
    }

    /// Runs an idempotent GraphQL mutation.
    pub(super) fn mutate(&self, mutation: &str, input: Value) -> Result<()> {
        self.query(mutation, json!({ "input": input })).map(drop)
    }

    /// Runs a GraphQL query; returns its data.
    pub(super) fn query(&self, query: &str, variables: Value) -> Result<Value> {
        let body = json!({ "query": query, "variables": variables });
        let call = ForgeRequest::new(Method::POST, &self.graphql, Some(body), RetrySafety::Safe);
        let answer: Value = self.request_json(&call)?;
        let messages = answer["errors"].as_array().map(|errors| {
            errors
                .iter()
                .filter_map(|error| error["message"].as_str())
                .collect::<Vec<_>>()
                .join("; ")
        });
        let (host, asked) = (self.http.host.clone(), self.http.describe_request(&call));
        match messages {
            None => Ok(answer["data"].clone()),
            Some(why) => Err(ForgeError::Refused {
                host,
                status: 200,
                asked,
                why: self.http.clean_text(&why),
            }),
        }
    }

    fn request_json<T: DeserializeOwned>(&self, call: &ForgeRequest<'_>) -> Result<T> {
        let raw = self.request_response(call)?;
        self.http.parse_json(call, &raw)
    }

    /// Sends a request through octocrab.
    fn request_response(&self, call: &ForgeRequest<'_>) -> Result<HttpResponse> {
        let builder = request::Builder::new()
            .method(call.method.clone())
            .uri(call.path)
            .extension(call.repeat);
        let sent = self.runtime.block_on(async {
            let request = self.crab.build_request(builder, call.body.as_ref())?;
            let (parts, body) = self.crab.execute(request).await?.into_parts();
            let body = body.collect().await?.to_bytes().to_vec();
            Ok(HttpResponse { status: parts.status.as_u16(), headers: parts.headers, body })
        });
        sent.map_err(|error: octocrab::Error| self.to_forge_error(call, &error))
    }

    /// Extracts our own error from octocrab's wrapping.
    fn to_forge_error(&self, call: &ForgeRequest<'_>, error: &octocrab::Error) -> ForgeError {
        if let octocrab::Error::Service { source, .. } = error {
            let mut next: Option<&(dyn std::error::Error + 'static)> = Some(source.as_ref());
            while let Some(cause) = next {
                if let Some(ours) = cause.downcast_ref::<ForgeError>() {
                    return ours.clone();
                }
                next = cause.source();
            }
        }
        let why = self.http.clean_text(&error.to_string());
        ForgeError::Unreadable {
            host: self.http.host.clone(),
            asked: self.http.describe_request(call),
            why,
        }
    }
}

/// The transport that octocrab sends its requests through.
struct OctocrabService {
    http: Arc<HttpClient>,
}

impl Service<Request<OctoBody>> for OctocrabService {
    type Response = Response<Full<bytes::Bytes>>;
    type Error = Box<dyn std::error::Error + Send + Sync>;
    type Future =
        Pin<Box<dyn Future<Output = std::result::Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<std::result::Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<OctoBody>) -> Self::Future {
        let http = Arc::clone(&self.http);
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let body = body.collect().await?.to_bytes();
            let body = if body.is_empty() { None } else { Some(serde_json::from_slice(&body)?) };
            // A request that octocrab sends on its own is never repeated.
            let repeat =
                parts.extensions.get::<RetrySafety>().copied().unwrap_or(RetrySafety::Once);
            let raw = http.request_response(&ForgeRequest::new(
                parts.method,
                &parts.uri.to_string(),
                body,
                repeat,
            ))?;
            let mut response = Response::new(Full::from(raw.body));
            *response.status_mut() = raw.status.try_into()?;
            *response.headers_mut() = raw.headers;
            Ok(response)
        })
    }
}
