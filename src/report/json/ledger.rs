//! `towpath.event/1`, `towpath.ledger/1` and `towpath.locks/1`.

use crate::pipeline::ledger::{LedgerEvent, Lock};
use serde::Serialize;

/// An event of the ledger. Each kind has further fields (docs/pipeline.md).
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(title = "towpath.event/1"))]
pub struct LedgerEventJson {
    #[cfg_attr(test, schemars(extend("const" = "towpath.event/1")))]
    pub schema: &'static str,
    pub by: EventAuthorJson,
    /// Why the event does not count: `permissions` demands a signature. Missing if it counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_counted: Option<String>,
    /// The event as stored in the ledger: `id`, `time`, `event` and the fields of its kind.
    #[serde(flatten)]
    pub event: serde_json::Map<String, serde_json::Value>,
}

/// Author of the event.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct EventAuthorJson {
    pub name: String,
    pub email: String,
}

/// The events that `ledger` lists.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(title = "towpath.ledger/1"))]
pub struct LedgerJson {
    #[cfg_attr(test, schemars(extend("const" = "towpath.ledger/1")))]
    pub schema: &'static str,
    /// Newest first.
    pub events: Vec<LedgerEventJson>,
}

/// Active locks.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(title = "towpath.locks/1"))]
pub struct LocksJson {
    #[cfg_attr(test, schemars(extend("const" = "towpath.locks/1")))]
    pub schema: &'static str,
    pub locks: Vec<LockJson>,
}

/// A lock.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct LockJson {
    /// `null` means all apps.
    pub app: Option<String>,
    /// `null` means all stages.
    pub stage: Option<String>,
    pub reason: String,
    pub since: String,
    pub until: Option<String>,
    pub by: EventAuthorJson,
    /// Id of the ledger event.
    pub event: String,
}

impl From<&LedgerEvent> for LedgerEventJson {
    fn from(event: &LedgerEvent) -> Self {
        let json = serde_json::to_value(event).expect("an event is plain data");
        let map = json.as_object().cloned().unwrap_or_default();
        let not_counted = event.reason_not_to_count().map(str::to_owned);
        LedgerEventJson {
            schema: "towpath.event/1",
            by: author_json(event),
            not_counted,
            event: map,
        }
    }
}

impl From<&Lock<'_>> for LockJson {
    fn from(lock: &Lock<'_>) -> Self {
        LockJson {
            app: lock.app.map(str::to_owned),
            stage: lock.stage.map(ToString::to_string),
            reason: lock.reason.to_owned(),
            since: lock.event.time.to_string(),
            until: lock.until.map(|until| until.to_string()),
            by: author_json(lock.event),
            event: lock.event.id.clone(),
        }
    }
}

fn author_json(event: &LedgerEvent) -> EventAuthorJson {
    EventAuthorJson { name: event.by.name.clone(), email: event.by.email.clone() }
}
