//! A webhook of one's own: JSON, signed as Standard Webhooks (standardwebhooks.com) describes.

use super::secrets::TargetSecrets;
use super::service::{TargetService, named_address, secret_address};
use super::text::{MessageTexts, TextStyle, plain};
use crate::ops::announcements::{AnnouncementMessage, AnnouncementSender, SendError};
use crate::ops::error::Failure;
use crate::ops::session::Session;
use crate::report::json::AnnouncementJson;
use base64::prelude::{BASE64_STANDARD, Engine};
use ring::hmac;

pub const STYLE: TextStyle = TextStyle { escape: plain, limit: 8000, listed: 20 };

/// What a secret begins with whose rest is Base64.
const ENCODED: &str = "whsec_";

/// A receiver with a shared secret.
pub struct WebhookTarget {
    service: TargetService,
    path: String,
    key: hmac::Key,
    clock: crate::ops::session::OperationClock,
}

impl WebhookTarget {
    /// Opens the address, or that of `TOWPATH_WEBHOOK_WEBHOOK`.
    ///
    /// # Errors
    /// When the address or the secret is missing.
    pub fn open(
        named: (String, MessageTexts),
        address: Option<&str>,
        session: &Session,
    ) -> Result<Self, Failure> {
        let secrets = TargetSecrets::new(session, &named.0);
        let address = match address {
            Some(address) => named_address(address)?,
            None => secret_address(&secrets, "the address of the receiver")?,
        };
        let secret = secrets.require("SECRET", "the secret that signs")?;
        let key = signing_key(&secret).ok_or_else(|| {
            let name = secrets.variable("SECRET");
            Failure::usage(format!("{name} begins with {ENCODED}, and the rest is no Base64"))
        })?;
        let path = address.path.clone();
        let hidden = vec![path.clone(), secret];
        let service = TargetService::new(named, &address, None, hidden, session)?;
        Ok(WebhookTarget { service, path, key, clock: session.clock() })
    }
}

impl AnnouncementSender for WebhookTarget {
    fn name(&self) -> &str {
        &self.service.name
    }

    fn can_find(&self) -> bool {
        false
    }

    fn text(&self, message: &AnnouncementMessage) -> Result<String, Failure> {
        self.service.texts.render(message)
    }

    fn send(&self, message: &AnnouncementMessage) -> Result<(), SendError> {
        let text = self.text(message).map_err(SendError::Refused)?;
        let body = serde_json::to_value(announcement_json(message, self.name(), text))
            .expect("only maps with text keys");
        let time = (self.clock)().timestamp().as_second();
        let signed = sign(&self.key, &message.id, time, &body.to_string());
        let headers = [
            ("webhook-id", message.id.clone()),
            ("webhook-timestamp", time.to_string()),
            ("webhook-signature", signed),
        ];
        // Receivers drop a message whose id they know.
        self.service.post(&self.path, body, &headers, true).map(drop)
    }

    fn find(&self, _message: &AnnouncementMessage) -> Result<bool, Failure> {
        Ok(false)
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

fn signing_key(secret: &str) -> Option<hmac::Key> {
    let bytes = match secret.strip_prefix(ENCODED) {
        Some(encoded) => BASE64_STANDARD.decode(encoded).ok()?,
        None => secret.as_bytes().to_vec(),
    };
    Some(hmac::Key::new(hmac::HMAC_SHA256, &bytes))
}

fn sign(key: &hmac::Key, id: &str, time: i64, body: &str) -> String {
    let tag = hmac::sign(key, format!("{id}.{time}.{body}").as_bytes());
    format!("v1,{}", BASE64_STANDARD.encode(tag.as_ref()))
}

#[cfg(test)]
mod tests {
    use super::{sign, signing_key};

    /// The example of the reference implementations of Standard Webhooks.
    #[test]
    fn a_signature_is_that_of_the_specification() {
        let key = signing_key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").expect("a key");
        let body = r#"{"test": 2432232314}"#;
        let signed = sign(&key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        assert!(signing_key("whsec_!").is_none() && signing_key("plain").is_some());
    }
}
