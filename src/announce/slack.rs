//! Slack: an incoming webhook, which cannot be asked for its messages, or a bot in a channel.

use super::secrets::TargetSecrets;
use super::service::{TargetService, list, named_address, secret_address, segment};
use super::text::{MessageTexts, TextStyle, escape_slack};
use crate::ops::announcements::{AnnouncementMessage, AnnouncementSender, SendError};
use crate::ops::error::Failure;
use crate::ops::session::Session;
use serde_json::{Value, json};

pub const STYLE: TextStyle = TextStyle { escape: escape_slack, limit: 3500, listed: 20 };

const API: &str = "https://slack.com/api";

/// A webhook or a channel.
pub struct SlackTarget {
    service: TargetService,
    way: SlackWay,
}

enum SlackWay {
    /// The path of an incoming webhook.
    Webhook(String),
    /// The path of the API, and a channel.
    Bot(String, String),
}

impl SlackTarget {
    /// Opens the webhook of `TOWPATH_SLACK_WEBHOOK`, or a channel, by its id or with the address of
    /// another API before it.
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
            let address = secret_address(&secrets, "the address of an incoming webhook")?;
            let path = address.path.clone();
            let secret = vec![path.clone()];
            let service = TargetService::new(named, &address, None, secret, session)?;
            return Ok(SlackTarget { service, way: SlackWay::Webhook(path) });
        };
        let (api, channel) = channel.rsplit_once('/').unwrap_or((API, channel));
        let address = named_address(api)?;
        let token = secrets.require("TOKEN", "the token of a bot with chat:write")?;
        let bearer = format!("Bearer {token}");
        let service = TargetService::new(named, &address, Some(&bearer), vec![token], session)?;
        Ok(SlackTarget { service, way: SlackWay::Bot(address.path, channel.to_owned()) })
    }

    /// Slack answers with status 200 and `ok: false`.
    fn check(&self, answer: &Value) -> Result<(), SendError> {
        match answer["ok"].as_bool() {
            Some(true) => Ok(()),
            _ => Err(self.service.refused(answer["error"].as_str().unwrap_or("no reason given"))),
        }
    }
}

impl AnnouncementSender for SlackTarget {
    fn name(&self) -> &str {
        &self.service.name
    }

    fn can_find(&self) -> bool {
        matches!(self.way, SlackWay::Bot(..))
    }

    fn text(&self, message: &AnnouncementMessage) -> Result<String, Failure> {
        self.service.texts.render(message)
    }

    fn send(&self, message: &AnnouncementMessage) -> Result<(), SendError> {
        let text = self.text(message).map_err(SendError::Refused)?;
        match &self.way {
            SlackWay::Webhook(path) => {
                self.service.post(path, json!({ "text": text }), &[], false).map(drop)
            }
            SlackWay::Bot(api, channel) => {
                let body = json!({
                    "channel": channel,
                    "text": text,
                    "unfurl_links": false,
                    "metadata": {
                        "event_type": "towpath_announcement",
                        "event_payload": { "id": message.id },
                    },
                });
                let answer =
                    self.service.post(&format!("{api}/chat.postMessage"), body, &[], false)?;
                self.check(&answer)
            }
        }
    }

    fn find(&self, message: &AnnouncementMessage) -> Result<bool, Failure> {
        let SlackWay::Bot(api, channel) = &self.way else { return Ok(false) };
        let answer = self.service.read(&format!(
            "{api}/conversations.history?channel={}&include_all_metadata=true&limit=100",
            segment(channel)
        ))?;
        if let Err(SendError::Refused(failure) | SendError::Unsure(failure)) = self.check(&answer) {
            return Err(failure.hint("looking for a message needs the scope channels:history"));
        }
        let is_it = |found: &Value| found["metadata"]["event_payload"]["id"] == message.id.as_str();
        Ok(list(&answer, "messages").any(is_it))
    }
}
