//! A webhook of one's own: JSON, signed as Standard Webhooks (standardwebhooks.com) describes.

use super::channel::AnnouncementChannel;
use super::secrets::TargetSecrets;
use super::service::{TargetService, named_address, secret_address};
use super::text::{TextStyle, plain};
use crate::ops::announcements::{AnnouncementMessage, SendError};
use crate::ops::error::Failure;
use crate::ops::session::{OperationClock, Session};
use crate::ops::standard_webhook::{ENCODED_SECRET, WebhookKey};
use crate::report::json::AnnouncementJson;
use serde_json::Value;

pub const STYLE: TextStyle = TextStyle { escape: plain, limit: 8000, listed: 20 };

/// A receiver with a shared secret.
pub struct WebhookTarget {
    /// The name of the target.
    name: String,
    receiver: SignedReceiver,
}

/// An address that signed JSON is sent to.
pub struct SignedReceiver {
    service: TargetService,
    path: String,
    key: WebhookKey,
    clock: OperationClock,
}

impl WebhookTarget {
    /// Opens the address, or that of `TOWPATH_WEBHOOK_WEBHOOK`.
    ///
    /// # Errors
    /// When the address or the secret is missing.
    pub fn open(name: &str, address: Option<&str>, session: &Session) -> Result<Self, Failure> {
        let receiver = SignedReceiver::open(name, address, session)?;
        Ok(WebhookTarget { name: name.to_owned(), receiver })
    }
}

impl SignedReceiver {
    /// Opens the address, or that of `TOWPATH_NAME_WEBHOOK`.
    ///
    /// # Errors
    /// When the address or the secret is missing.
    pub fn open(name: &str, address: Option<&str>, session: &Session) -> Result<Self, Failure> {
        let secrets = TargetSecrets::new(session, name);
        let address = match address {
            Some(address) => named_address(address)?,
            None => secret_address(&secrets, "the address of the receiver")?,
        };
        let secret = secrets.require("SECRET", "the secret that signs")?;
        let key = WebhookKey::parse(&secret).ok_or_else(|| {
            let name = secrets.variable("SECRET");
            Failure::usage(format!(
                "{name} begins with {ENCODED_SECRET}, and the rest is no Base64"
            ))
        })?;
        let path = address.path.clone();
        let hidden = vec![path.clone(), secret];
        let service = TargetService::new(name, &address, None, hidden, session)?;
        Ok(SignedReceiver { service, path, key, clock: session.clock() })
    }

    /// Sends JSON with an id. Receivers drop a message whose id they know.
    ///
    /// # Errors
    /// [`SendError`], by whether the receiver may have taken it.
    pub fn post(
        &self,
        id: &str,
        body: Value,
        more: &[(&'static str, String)],
    ) -> Result<(), SendError> {
        let time = (self.clock)().timestamp().as_second().to_string();
        let signed = self.key.sign(id, &time, body.to_string().as_bytes());
        let mut headers = vec![
            ("webhook-id", id.to_owned()),
            ("webhook-timestamp", time),
            ("webhook-signature", signed),
        ];
        headers.extend_from_slice(more);
        self.service.post(&self.path, body, &headers, true).map(drop)
    }
}

impl AnnouncementChannel for WebhookTarget {
    fn send(&self, message: &AnnouncementMessage, text: &str) -> Result<(), SendError> {
        let body = serde_json::to_value(announcement_json(message, &self.name, text.to_owned()))
            .expect("only maps with text keys");
        self.receiver.post(&message.id, body, &[])
    }
}

/// A message as JSON.
pub fn announcement_json(
    message: &AnnouncementMessage,
    target: &str,
    text: String,
) -> AnnouncementJson {
    AnnouncementJson::new(
        (&message.id, target, text),
        (&message.repository, message.url.clone()),
        &message.deployments,
    )
}
