//! Mastodon: a status for each message. The server knows an `Idempotency-Key` for an hour; after
//! that, the statuses of the account are looked through.

use super::channel::AnnouncementChannel;
use super::service::{TargetService, named_address};
use super::text::{MessageTexts, TextStyle, escape_mentions};
use crate::forge::escape_url;
use crate::ops::announcements::{AnnouncementMessage, SendError};
use crate::ops::error::Failure;
use crate::ops::session::Session;
use serde_json::{Value, json};

pub const STYLE: TextStyle = TextStyle { escape: escape_mentions, limit: 500, listed: 6 };

/// The newest statuses that are looked through.
const LOOKED_AT: usize = 40;

/// An account on a server.
pub struct MastodonTarget(TargetService);

impl MastodonTarget {
    /// Opens the account of the token.
    ///
    /// # Errors
    /// When the address or the token is missing.
    pub fn open(name: &str, address: &str, session: &Session) -> Result<Self, Failure> {
        let address = named_address(address)?;
        let token = ("Bearer", "a token with write:statuses and read");
        TargetService::open_with_token(name, &address, token, session).map(Self)
    }

    /// The text of a status as it was sent; the list has it as HTML only.
    fn source_text(&self, id: &str) -> Result<Option<String>, Failure> {
        let source = self.0.read(&format!("/api/v1/statuses/{}/source", escape_url(id)))?;
        Ok(source["text"].as_str().map(str::to_owned))
    }
}

impl AnnouncementChannel for MastodonTarget {
    fn can_find(&self) -> bool {
        true
    }

    fn send(&self, message: &AnnouncementMessage, text: &str) -> Result<(), SendError> {
        let body = json!({ "status": text });
        let key = [("idempotency-key", message.id.clone())];
        self.0.post("/api/v1/statuses", body, &key, true).map(drop)
    }

    fn find(&self, message: &AnnouncementMessage, texts: &MessageTexts) -> Result<bool, Failure> {
        let text = texts.render(message)?;
        let account = self.0.read("/api/v1/accounts/verify_credentials")?;
        let account = escape_url(account["id"].as_str().unwrap_or_default());
        let statuses = self.0.read(&format!(
            "/api/v1/accounts/{account}/statuses?exclude_reblogs=true&limit={LOOKED_AT}"
        ))?;
        for status in statuses.as_array().into_iter().flatten() {
            let id = status.get("id").and_then(Value::as_str).unwrap_or_default();
            if self.source_text(id)?.is_some_and(|sent| sent.trim() == text) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
