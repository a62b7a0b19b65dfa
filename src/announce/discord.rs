//! Discord: a webhook, which cannot be asked for its messages, or a bot in a channel.

use super::secrets::TargetSecrets;
use super::service::{TargetService, named_address, secret_address, segment};
use super::text::{MessageTexts, TextStyle, escape_markdown};
use crate::ops::announcements::{AnnouncementMessage, AnnouncementSender, SendError};
use crate::ops::error::Failure;
use crate::ops::session::Session;
use serde_json::{Value, json};

pub const STYLE: TextStyle = TextStyle { escape: escape_markdown, limit: 2000, listed: 15 };

const API: &str = "https://discord.com/api/v10";
/// The longest nonce.
const NONCE: usize = 25;
/// The flag of a message that shows no previews of its links.
const WITHOUT_PREVIEWS: u32 = 1 << 2;

/// A webhook or a channel.
pub struct DiscordTarget {
    service: TargetService,
    way: DiscordWay,
}

enum DiscordWay {
    /// The path of a webhook.
    Webhook(String),
    /// The path of the API, and the id of a channel.
    Bot(String, String),
}

impl DiscordTarget {
    /// Opens the webhook of `TOWPATH_DISCORD_WEBHOOK`, or a channel, by its id or with the address
    /// of another API before it.
    ///
    /// # Errors
    /// When the webhook or the token is missing.
    pub fn open(
        named: (String, MessageTexts),
        channel: Option<&str>,
        session: &Session,
    ) -> Result<Self, Failure> {
        let secrets = TargetSecrets::new(session, &named.0);
        let Some(channel) = channel else {
            let address = secret_address(&secrets, "the address of a webhook")?;
            let path = address.path.clone();
            let secret = vec![path.clone()];
            let service = TargetService::new(named, &address, None, secret, session)?;
            return Ok(DiscordTarget { service, way: DiscordWay::Webhook(path) });
        };
        let (api, channel) = channel.rsplit_once('/').unwrap_or((API, channel));
        let address = named_address(api)?;
        let token = secrets.require("TOKEN", "the token of a bot")?;
        let authorization = format!("Bot {token}");
        let service =
            TargetService::new(named, &address, Some(&authorization), vec![token], session)?;
        Ok(DiscordTarget { service, way: DiscordWay::Bot(address.path, segment(channel)) })
    }
}

impl AnnouncementSender for DiscordTarget {
    fn name(&self) -> &str {
        &self.service.name
    }

    fn can_find(&self) -> bool {
        matches!(self.way, DiscordWay::Bot(..))
    }

    fn text(&self, message: &AnnouncementMessage) -> Result<String, Failure> {
        self.service.texts.render(message)
    }

    fn send(&self, message: &AnnouncementMessage) -> Result<(), SendError> {
        let text = self.text(message).map_err(SendError::Refused)?;
        let mut body = json!({
            "content": text,
            "allowed_mentions": { "parse": [] },
            "flags": WITHOUT_PREVIEWS,
        });
        match &self.way {
            DiscordWay::Webhook(path) => {
                let mark = if path.contains('?') { '&' } else { '?' };
                let path = format!("{path}{mark}wait=true");
                self.service.post(&path, body, &[], false).map(drop)
            }
            DiscordWay::Bot(api, channel) => {
                // A nonce that was used in the last minutes makes no second message.
                body["nonce"] = json!(&message.id[..NONCE]);
                body["enforce_nonce"] = json!(true);
                let path = format!("{api}/channels/{channel}/messages");
                self.service.post(&path, body, &[], true).map(drop)
            }
        }
    }

    fn find(&self, message: &AnnouncementMessage) -> Result<bool, Failure> {
        let DiscordWay::Bot(api, channel) = &self.way else { return Ok(false) };
        let text = self.text(message)?;
        let own = self.service.read(&format!("{api}/users/@me"))?;
        let messages =
            self.service.read(&format!("{api}/channels/{channel}/messages?limit=100"))?;
        let is_it =
            |found: &Value| found["content"] == text.as_str() && found["author"]["id"] == own["id"];
        Ok(messages.as_array().into_iter().flatten().any(is_it))
    }
}
