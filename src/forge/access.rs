//! What a forge is reached with: token, proxy, certificates, patience, time and log. All of it is
//! handed in; nothing here reads the environment or a clock.

use super::token::Token;
use std::sync::Arc;
use std::time::Duration;

/// Time and chance, as the caller has them.
#[derive(Clone)]
pub struct Clock {
    /// Seconds since 1970.
    pub now: Arc<dyn Fn() -> i64 + Send + Sync>,
    pub sleep: Arc<dyn Fn(Duration) + Send + Sync>,
    /// A number from 0 to 1 that differs from process to process, so that many do not try again at
    /// the same moment.
    pub chance: Arc<dyn Fn() -> f64 + Send + Sync>,
}

/// How long and how often.
#[derive(Debug, Clone, Copy)]
pub struct RequestLimits {
    /// For one request and its answer.
    pub timeout: Duration,
    /// How often a request is sent at most.
    pub attempts: u32,
    /// The pause before the second attempt; it doubles each time.
    pub pause: Duration,
    /// All waiting for one request, including what the forge asks for.
    pub patience: Duration,
    /// Pages of a list, of 100 or 50 each.
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

/// Takes one line.
pub type LogSink = Arc<dyn Fn(&str) + Send + Sync>;

/// Everything needed to talk to a forge.
#[derive(Clone)]
pub struct ForgeAccess {
    /// `None` reads what is public.
    pub token: Option<Token>,
    /// The URL of a proxy, from `HTTPS_PROXY` or the like; it may hold a user name and password.
    pub proxy: Option<String>,
    /// Hosts that are reached without it: `NO_PROXY`, cut at its commas.
    pub no_proxy: Vec<String>,
    /// The text of a PEM file with authorities to be trusted beside those of the system.
    pub authorities: Option<Vec<u8>>,
    pub limits: RequestLimits,
    pub clock: Clock,
    /// Told of every request and answer in one line, without secrets.
    pub log: Option<LogSink>,
}
