//! Webhooks: a forge tells that something landed. What it tells is not read; a message with the
//! right secret makes the server look at the repository soon.

use crate::ops::standard_webhook::WebhookKey;
use axum::http::HeaderMap;
use ring::digest::{SHA256, digest};
use ring::hmac;
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use tokio::sync::Semaphore;

/// The start of the paths.
pub const WEBHOOKS: &str = "/webhook/";

/// The messages that are read at a time.
const MAX_READING: usize = 8;
/// The messages that are remembered, so that they are not taken twice.
const REMEMBERED: usize = 4096;
/// How old a message with a time may be, in seconds (standardwebhooks.com).
const MAX_AGE: i64 = 5 * 60;

/// The secret that messages are signed with, and the messages that were taken.
pub struct WebhookGate {
    secret: String,
    taken: Mutex<VecDeque<[u8; 32]>>,
    /// Places for messages that are read.
    pub reading: Semaphore,
}

/// Why a message is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WebhookRefusal {
    /// It is not signed with the secret.
    Forged,
    /// It was taken before, or is old.
    Replayed,
}

/// How a forge shows that it knows the secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WebhookForge {
    GitHub,
    GitLab,
    Gitea,
    Bitbucket,
    /// Anybody, by the rules of Standard Webhooks.
    Generic,
}

impl WebhookForge {
    /// The words of the paths.
    pub const WORDS: [&'static str; 6] =
        ["github", "gitlab", "gitea", "forgejo", "bitbucket", "generic"];

    /// The forge that a path names.
    pub fn from_path(word: &str) -> Option<Self> {
        Some(match word {
            "github" => WebhookForge::GitHub,
            "gitlab" => WebhookForge::GitLab,
            "gitea" | "forgejo" => WebhookForge::Gitea,
            "bitbucket" => WebhookForge::Bitbucket,
            "generic" => WebhookForge::Generic,
            _ => return None,
        })
    }
}

impl WebhookGate {
    /// A gate for messages that are signed with a secret.
    pub fn new(secret: &str) -> Self {
        let (secret, taken) = (secret.trim().to_owned(), Mutex::default());
        WebhookGate { secret, taken, reading: Semaphore::new(MAX_READING) }
    }

    /// Takes a message once, if it is signed.
    ///
    /// # Errors
    /// Why it is refused.
    pub fn take(
        &self,
        forge: WebhookForge,
        headers: &HeaderMap,
        body: &[u8],
        now: i64,
    ) -> Result<(), WebhookRefusal> {
        if !self.is_signed(forge, headers, body) {
            return Err(WebhookRefusal::Forged);
        }
        let time = match forge {
            WebhookForge::Generic => header(headers, "webhook-timestamp").parse::<i64>().ok(),
            _ => None,
        };
        // The time is signed, so that an old message cannot get a new one.
        if time.is_some_and(|time| time.abs_diff(now) > MAX_AGE.unsigned_abs()) {
            return Err(WebhookRefusal::Replayed);
        }
        let id = match forge {
            WebhookForge::Generic => header(headers, "webhook-id").as_bytes(),
            // The id of a delivery is not signed: what is signed is the message.
            _ => body,
        };
        let mark: [u8; 32] = digest(&SHA256, id).as_ref().try_into().unwrap_or_default();
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.contains(&mark) {
            return Err(WebhookRefusal::Replayed);
        }
        taken.push_back(mark);
        if taken.len() > REMEMBERED {
            taken.pop_front();
        }
        Ok(())
    }

    fn is_signed(&self, forge: WebhookForge, headers: &HeaderMap, body: &[u8]) -> bool {
        let signed = |text: &str| {
            let key = hmac::Key::new(hmac::HMAC_SHA256, self.secret.as_bytes());
            decode_hex(text).is_some_and(|tag| hmac::verify(&key, body, &tag).is_ok())
        };
        let prefixed = |text: &str| text.strip_prefix("sha256=").is_some_and(signed);
        match forge {
            WebhookForge::GitHub => prefixed(header(headers, "x-hub-signature-256")),
            WebhookForge::Bitbucket => prefixed(header(headers, "x-hub-signature")),
            WebhookForge::Gitea => signed(header(headers, "x-gitea-signature")),
            WebhookForge::GitLab => {
                // Hashes are compared: how long that takes tells nothing about the secret.
                let shown = digest(&SHA256, header(headers, "x-gitlab-token").as_bytes());
                shown.as_ref() == digest(&SHA256, self.secret.as_bytes()).as_ref()
            }
            WebhookForge::Generic => self.is_standard(headers, body),
        }
    }

    fn is_standard(&self, headers: &HeaderMap, body: &[u8]) -> bool {
        let (id, time) = (header(headers, "webhook-id"), header(headers, "webhook-timestamp"));
        let signatures = header(headers, "webhook-signature");
        let is_named = !id.is_empty() && time.parse::<i64>().is_ok();
        let key = WebhookKey::parse(&self.secret).filter(|_| is_named);
        key.is_some_and(|key| key.verifies(id, time, body, signatures))
    }
}

fn header<'h>(headers: &'h HeaderMap, name: &str) -> &'h str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn decode_hex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    if digits.len() != 64 || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let pairs = (0..digits.len()).step_by(2).map(|at| text.get(at..at + 2));
    pairs.map(|pair| u8::from_str_radix(pair?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::WebhookForge::{Bitbucket, Generic, GitHub, GitLab, Gitea};
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    const SECRET: &str = "It's a Secret to Everybody";

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let header = |(name, value): &(&'static str, &str)| {
            (HeaderName::from_static(name), HeaderValue::from_str(value).expect("a header"))
        };
        pairs.iter().map(header).collect()
    }

    fn take(
        gate: &WebhookGate,
        forge: WebhookForge,
        shown: &[(&'static str, &str)],
        body: &str,
    ) -> Result<(), WebhookRefusal> {
        gate.take(forge, &headers(shown), body.as_bytes(), 1_614_265_330)
    }

    /// docs.github.com, "Validating webhook deliveries"; support.atlassian.com, "Manage webhooks":
    /// both with their secret, payload and signature. Gitea's signature is that of GitHub without
    /// its prefix; GitLab shows the secret itself.
    #[test]
    fn the_examples_of_the_forges_are_taken_once() {
        let github = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
        let bitbucket = "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9";
        for (forge, name, shown, body) in [
            (GitHub, "x-hub-signature-256", github, "Hello, World!"),
            (Bitbucket, "x-hub-signature", bitbucket, "Hello World!"),
            (Gitea, "x-gitea-signature", &github["sha256=".len()..], "Hello, World!"),
            (GitLab, "x-gitlab-token", SECRET, "{}"),
        ] {
            let gate = WebhookGate::new(SECRET);
            let forged = Err(WebhookRefusal::Forged);
            assert_eq!(take(&gate, forge, &[], body), forged, "{forge:?}");
            assert_eq!(take(&gate, forge, &[(name, "")], body), forged, "{forge:?}");
            assert_eq!(take(&gate, forge, &[(name, &shown[1..])], body), forged, "{forge:?}");
            let other = WebhookGate::new("another secret");
            assert_eq!(take(&other, forge, &[(name, shown)], body), forged, "{forge:?}");
            if forge != GitLab {
                assert_eq!(take(&gate, forge, &[(name, shown)], "other"), forged, "{forge:?}");
            }
            assert_eq!(take(&gate, forge, &[(name, shown)], body), Ok(()), "{forge:?}");
            let again = [(name, shown), ("x-github-delivery", "new")];
            assert_eq!(take(&gate, forge, &again, body), Err(WebhookRefusal::Replayed));
        }
    }

    /// The example of the reference implementations of Standard Webhooks.
    #[test]
    fn a_generic_message_is_new_and_signed() {
        let gate = WebhookGate::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let signature = "v1,aa v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        let shown = [
            ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
            ("webhook-timestamp", "1614265330"),
            ("webhook-signature", signature),
        ];
        let body = r#"{"test": 2432232314}"#;
        let at = |time: i64| gate.take(Generic, &headers(&shown), body.as_bytes(), time);
        assert_eq!(at(1_614_265_330 + 301), Err(WebhookRefusal::Replayed));
        assert_eq!(at(1_614_265_330 - 301), Err(WebhookRefusal::Replayed));
        assert_eq!(at(1_614_265_330 + 299), Ok(()));
        assert_eq!(at(1_614_265_330), Err(WebhookRefusal::Replayed));
        assert_eq!(take(&gate, Generic, &shown, "{}"), Err(WebhookRefusal::Forged));
        assert_eq!(take(&gate, Generic, &shown[..2], body), Err(WebhookRefusal::Forged));
        let empty = WebhookGate::new("whsec_");
        assert_eq!(take(&empty, Generic, &shown, body), Err(WebhookRefusal::Forged));
    }
}
