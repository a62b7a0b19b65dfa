//! Requests to the router, without a socket, about a repository with two apps and three stages.

use super::access::AccessRules;
use super::fleet::{FleetMember, fleet_router};
use super::mirror_thread::ServedMirror;
use super::router::router;
use super::server_state::{WebServer, WebState};
use super::webhook::WebhookGate;
use crate::ops::mirror::MirrorRefresh;
use crate::ops::notice::Silent;
use crate::ops::session::{Options, Session};
use crate::ops::testing::TestRepository;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use std::sync::Arc;
use tokio::sync::watch;
use tower_service::Service;

/// A server about a repository of its own.
pub struct WebBench {
    pub repository: TestRepository,
    pub mirror: Arc<ServedMirror>,
    router: Router,
    /// Stops the server.
    pub stop: watch::Sender<bool>,
}

pub const WEBHOOK_SECRET: &str = "It's a Secret to Everybody";

/// A response that was read to its end.
pub struct WebReply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl WebReply {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.text).expect(&self.text)
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("ASCII"))
    }
}

const CONFIG: &str = "stages: [dev, staging, prod]\nsources:\n  - text: \"{app}/{stage}\"\n";

impl WebBench {
    pub fn new(access: AccessRules) -> Self {
        WebBench::below("", access)
    }

    /// The same below a prefix, as one of several repositories.
    pub fn below(prefix: &'static str, access: AccessRules) -> Self {
        let mut repository = TestRepository::new();
        repository.commit("configure", &[("towpath.yaml", Some(CONFIG))]);
        for (message, path, version) in [
            ("web v1", "web/dev", "v1\n"),
            ("web v1", "web/staging", "v1\n"),
            ("web v1", "web/prod", "v1\n"),
            ("api <b>", "api/dev", "a1\n"),
            ("web v2", "web/dev", "v2\n"),
            ("web v2 (#7)", "web/staging", "v2\n"),
        ] {
            repository.commit(message, &[(path, Some(version))]);
        }
        let folder = repository.open().work_tree().expect("a work tree").display().to_string();
        let clock = || "2023-11-15T12:00:00Z[UTC]".parse::<jiff::Zoned>().expect("a time");
        let options = Options { repository: Some(folder), ..Options::default() };
        let session = Session::new(options, Arc::new(clock));
        let log = || Arc::new(Silent);
        let mirror = Arc::new(ServedMirror::new(&session, MirrorRefresh::Cache, prefix, log()));
        let webhooks = Some(WebhookGate::new(WEBHOOK_SECRET));
        let (stop, stopped) = watch::channel(false);
        let server = Arc::new(WebServer::new((access, webhooks), 2, log(), 1, stopped));
        let state = Arc::new(WebState { mirror: Arc::clone(&mirror), server: Arc::clone(&server) });
        let router = match prefix.strip_prefix('/') {
            None => router(state),
            Some(name) => fleet_router(vec![FleetMember { name: name.into(), state }], server),
        };
        WebBench { repository, mirror, router, stop }
    }

    /// Lands a commit on top of those that are there.
    pub fn land(&self, message: &str, path: &str, text: &str) {
        let repository = &self.repository;
        repository.git(&["reset", "-q", "--hard"]);
        let file = repository.path.join(path);
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("it can be made");
        std::fs::write(file, text).expect("it can be written");
        repository.git(&["add", "."]);
        repository.git(&["commit", "-q", "-m", message]);
    }

    /// The reply to a `GET` after the state was read.
    pub fn get(&self, target: &str) -> WebReply {
        if self.mirror.current().is_none() {
            self.mirror.refresh();
        }
        self.send("GET", target, &[])
    }

    /// The reply to a `POST`.
    pub fn post(&self, target: &str, body: &str) -> WebReply {
        let request = Request::builder().method("POST").uri(target);
        self.answer(request.body(Body::from(body.to_owned())).expect("a request"))
    }

    pub fn send(&self, method: &str, target: &str, headers: &[(&str, &str)]) -> WebReply {
        let mut request = Request::builder().method(method).uri(target);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.answer(request.body(Body::empty()).expect("a request"))
    }

    /// The router, for a response that is read bit by bit.
    pub fn router(&self) -> Router {
        self.router.clone()
    }

    /// The reply to a request.
    pub fn answer(&self, request: Request<Body>) -> WebReply {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        runtime.expect("a runtime").block_on(async {
            let response = self.router.clone().call(request).await.expect("it cannot fail");
            let (head, body) = response.into_parts();
            let bytes = body.collect().await.expect("a body").to_bytes();
            let text = String::from_utf8_lossy(&bytes).into_owned();
            WebReply { status: head.status, headers: head.headers, text }
        })
    }
}
