//! Discord: a webhook, which cannot be asked for its messages, or a bot in a channel.

use super::channel::AnnouncementChannel;
use super::service::{ChatAccess, ChatKind, TargetService, open_chat};
use super::text::{MessageTexts, TextStyle, escape_markdown};
use crate::forge::escape_url;
use crate::ops::announcements::{AnnouncementMessage, SendError};
use crate::ops::error::Failure;
use crate::ops::session::Session;
use serde_json::{Value, json};

pub const STYLE: TextStyle = TextStyle { escape: escape_markdown, limit: 2000, listed: 15 };

const CHAT: ChatKind = ChatKind {
    api: "https://discord.com/api/v10",
    scheme: "Bot",
    webhook: "the address of a webhook",
    token: "the token of a bot",
};
/// The longest nonce.
const NONCE: usize = 25;
/// The flag of a message that shows no previews of its links.
const WITHOUT_PREVIEWS: u32 = 1 << 2;

/// A webhook or a channel.
pub struct DiscordTarget {
    service: TargetService,
    access: ChatAccess,
}

impl DiscordTarget {
    /// Opens the webhook of `TOWPATH_DISCORD_WEBHOOK`, or a channel, by its id or with the address
    /// of another API before it.
    ///
    /// # Errors
    /// When the webhook or the token is missing.
    pub fn open(name: &str, channel: Option<&str>, session: &Session) -> Result<Self, Failure> {
        let (service, access) = open_chat(name, channel, &CHAT, session)?;
        Ok(DiscordTarget { service, access })
    }
}

impl AnnouncementChannel for DiscordTarget {
    fn can_find(&self) -> bool {
        matches!(self.access, ChatAccess::Bot { .. })
    }

    fn send(&self, message: &AnnouncementMessage, text: &str) -> Result<(), SendError> {
        let mut body = json!({
            "content": text,
            "allowed_mentions": { "parse": [] },
            "flags": WITHOUT_PREVIEWS,
        });
        match &self.access {
            ChatAccess::Webhook(path) => {
                let mark = if path.contains('?') { '&' } else { '?' };
                let path = format!("{path}{mark}wait=true");
                self.service.post(&path, body, &[], false).map(drop)
            }
            ChatAccess::Bot { api, channel } => {
                // A nonce that was used in the last minutes makes no second message.
                body["nonce"] = json!(&message.id[..NONCE]);
                body["enforce_nonce"] = json!(true);
                let path = format!("{api}/channels/{}/messages", escape_url(channel));
                self.service.post(&path, body, &[], true).map(drop)
            }
        }
    }

    fn find(&self, message: &AnnouncementMessage, texts: &MessageTexts) -> Result<bool, Failure> {
        let ChatAccess::Bot { api, channel } = &self.access else { return Ok(false) };
        let text = texts.render(message)?;
        let own = self.service.read(&format!("{api}/users/@me"))?;
        let messages = self
            .service
            .read(&format!("{api}/channels/{}/messages?limit=100", escape_url(channel)))?;
        let is_it =
            |found: &Value| found["content"] == text.as_str() && found["author"]["id"] == own["id"];
        Ok(messages.as_array().into_iter().flatten().any(is_it))
    }
}
