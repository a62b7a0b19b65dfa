//! What all repositories of one server share: who may ask, the limits, and the counters.

use super::access::AccessRules;
use super::mirror_thread::ServedMirror;
use super::webhook::WebhookGate;
use crate::ops::notice::{Level, NoticeSink};
use axum::http::StatusCode;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{Semaphore, watch};

/// The number of requests that are answered at a time; more are turned away at once.
const MAX_REQUESTS: usize = 512;
/// The number of streams of updates that are open at a time.
const MAX_STREAMS: usize = 2000;

/// One repository of the server.
pub struct WebState {
    pub mirror: Arc<ServedMirror>,
    pub server: Arc<WebServer>,
}

/// What all requests of one server share.
pub struct WebServer {
    pub access: AccessRules,
    /// Who may tell that something landed.
    pub webhooks: Option<WebhookGate>,
    /// The answers that are computed at a time. A computation keeps its place when its reader goes.
    pub computing: Arc<Semaphore>,
    pub open: Semaphore,
    pub streams: Arc<Semaphore>,
    /// Changes when the server stops.
    pub stop: watch::Receiver<bool>,
    log: Arc<dyn NoticeSink>,
    /// The requests so far, by route and status.
    counts: Mutex<BTreeMap<(String, u16), u64>>,
    /// Numbers requests; the first number is another one in each process.
    requests: AtomicU64,
}

impl WebServer {
    /// The state of a server that computes `threads` answers at a time.
    pub fn new(
        (access, webhooks): (AccessRules, Option<WebhookGate>),
        threads: usize,
        log: Arc<dyn NoticeSink>,
        first_request: u64,
        stop: watch::Receiver<bool>,
    ) -> Self {
        WebServer {
            access,
            webhooks,
            computing: Arc::new(Semaphore::new(threads)),
            open: Semaphore::new(MAX_REQUESTS),
            streams: Arc::new(Semaphore::new(MAX_STREAMS)),
            stop,
            log,
            counts: Mutex::default(),
            requests: AtomicU64::new(first_request),
        }
    }

    /// A number for a request.
    pub fn next_request(&self) -> u64 {
        self.requests.fetch_add(1, Ordering::Relaxed)
    }

    /// Counts a response. Routes are few, and a path that is none has no name of its own.
    pub fn count(&self, route: Option<String>, status: StatusCode) {
        let key = (route.unwrap_or_else(|| "other".to_owned()), status.as_u16());
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry(key).or_default() += 1;
    }

    /// The number of responses, by route and status.
    pub fn counts(&self) -> Vec<((String, u16), u64)> {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.iter().map(|(key, count)| (key.clone(), *count)).collect()
    }

    /// Tells the operator something.
    pub fn note(&self, level: Level, text: &str) {
        self.log.notice(level, text);
    }
}
