//! Signatures of Standard Webhooks (standardwebhooks.com), of messages that are sent and of those
//! that are taken.

use base64::prelude::{BASE64_STANDARD, Engine};
use ring::hmac;

/// The beginning of a secret whose rest is Base64.
pub const ENCODED_SECRET: &str = "whsec_";

/// The key that both sides have.
pub struct WebhookKey(hmac::Key);

impl WebhookKey {
    /// Parses a secret. `None` for an empty one, and for one that should be Base64 and is not.
    pub fn parse(secret: &str) -> Option<Self> {
        let bytes = match secret.strip_prefix(ENCODED_SECRET) {
            Some(encoded) => BASE64_STANDARD.decode(encoded).ok()?,
            None => secret.as_bytes().to_vec(),
        };
        (!bytes.is_empty()).then(|| WebhookKey(hmac::Key::new(hmac::HMAC_SHA256, &bytes)))
    }

    /// The signature of a message, by its id, its time and its body.
    pub fn sign(&self, id: &str, time: &str, body: &[u8]) -> String {
        let tag = hmac::sign(&self.0, &signed_content(id, time, body));
        format!("v1,{}", BASE64_STANDARD.encode(tag.as_ref()))
    }

    /// True if one of the signatures, which spaces separate, is that of the message.
    pub fn verifies(&self, id: &str, time: &str, body: &[u8], signatures: &str) -> bool {
        let content = signed_content(id, time, body);
        let tags = signatures.split(' ').filter_map(|one| one.strip_prefix("v1,"));
        tags.filter_map(|tag| BASE64_STANDARD.decode(tag).ok())
            .any(|tag| hmac::verify(&self.0, &content, &tag).is_ok())
    }
}

fn signed_content(id: &str, time: &str, body: &[u8]) -> Vec<u8> {
    [format!("{id}.{time}.").as_bytes(), body].concat()
}

#[cfg(test)]
mod tests {
    use super::WebhookKey;

    /// The example of the reference implementations of Standard Webhooks.
    #[test]
    fn a_signature_is_that_of_the_specification() {
        let key = WebhookKey::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").expect("a key");
        let body = r#"{"test": 2432232314}"#.as_bytes();
        let signed = key.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        assert!(WebhookKey::parse("whsec_!").is_none() && WebhookKey::parse("plain").is_some());
        assert!(WebhookKey::parse("whsec_").is_none() && WebhookKey::parse("").is_none());
    }
}
