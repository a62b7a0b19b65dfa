//! Access to a forge: token, proxy, certificates, limits, clock and log. Everything is passed in;
//! nothing here reads the environment or the clock.

use super::token::Token;
use std::sync::Arc;
use std::time::Duration;

/// Time and randomness, provided by the caller.
#[derive(Clone)]
pub struct Clock {
    /// Seconds since 1970.
    pub now: Arc<dyn Fn() -> i64 + Send + Sync>,
    pub sleep: Arc<dyn Fn(Duration) + Send + Sync>,
    /// A number from 0 to 1 that differs between processes, so that they do not all retry at the
    /// same moment.
    pub chance: Arc<dyn Fn() -> f64 + Send + Sync>,
}

/// Limits of requests and retries.
#[derive(Debug, Clone, Copy)]
pub struct RequestLimits {
    /// Time limit for one request and its answer.
    pub timeout: Duration,
    /// Maximum number of attempts for a request.
    pub attempts: u32,
    /// Pause before the second attempt; it doubles each time.
    pub pause: Duration,
    /// Maximum total waiting time for one request, including waits the forge asks for.
    pub patience: Duration,
    /// Maximum number of pages of a list, of 100 or 50 items each.
    pub pages: usize,
}

impl Default for RequestLimits {
    fn default() -> Self {
        RequestLimits {
            timeout: Duration::from_secs(30),
            attempts: 4,
            pause: Duration::from_millis(500),
            patience: Duration::from_secs(90),
            pages: 100,
        }
    }
}

/// Receives one log line.
pub type LogSink = Arc<dyn Fn(&str) + Send + Sync>;

/// Credentials, network settings and limits for requests to a forge's API.
#[derive(Clone)]
pub struct ForgeAccess {
    /// `None` can read public data only.
    pub token: Option<Token>,
    /// Proxy URL, from `HTTPS_PROXY` or similar; it may contain a user name and password.
    pub proxy: Option<String>,
    /// Hosts reached without the proxy: `NO_PROXY`, split at its commas.
    pub no_proxy: Vec<String>,
    /// Contents of a PEM file with certificate authorities to trust besides those of the system.
    pub authorities: Option<Vec<u8>>,
    pub limits: RequestLimits,
    pub clock: Clock,
    /// Receives every request and answer as one line, without secrets.
    pub log: Option<LogSink>,
}
