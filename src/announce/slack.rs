//! Slack: an incoming webhook, which cannot be asked for its messages, or a bot in a channel.

use super::channel::AnnouncementChannel;
use super::service::{ChatAccess, ChatKind, TargetService, list, open_chat};
use super::text::{MessageTexts, TextStyle, escape_slack};
use crate::forge::escape_url;
use crate::ops::announcements::{AnnouncementMessage, SendError};
use crate::ops::error::Failure;
use crate::ops::session::Session;
use serde_json::{Value, json};

pub const STYLE: TextStyle = TextStyle { escape: escape_slack, limit: 3500, listed: 20 };

const CHAT: ChatKind = ChatKind {
    api: "https://slack.com/api",
    scheme: "Bearer",
    webhook: "the address of an incoming webhook",
    token: "the token of a bot with chat:write",
};

/// A webhook or a channel.
pub struct SlackTarget {
    service: TargetService,
    access: ChatAccess,
}

impl SlackTarget {
    /// Opens the webhook of `TOWPATH_SLACK_WEBHOOK`, or a channel, by its id or with the address of
    /// another API before it.
    ///
    /// # Errors
    /// When the webhook or the token is missing.
    pub fn open(name: &str, channel: Option<&str>, session: &Session) -> Result<Self, Failure> {
        let (service, access) = open_chat(name, channel, &CHAT, session)?;
        Ok(SlackTarget { service, access })
    }

    /// Slack answers with status 200 and `ok: false`.
    fn check(&self, answer: &Value) -> Result<(), SendError> {
        match answer["ok"].as_bool() {
            Some(true) => Ok(()),
            _ => Err(self.service.refused(answer["error"].as_str().unwrap_or("no reason given"))),
        }
    }
}

impl AnnouncementChannel for SlackTarget {
    fn can_find(&self) -> bool {
        matches!(self.access, ChatAccess::Bot { .. })
    }

    fn send(&self, message: &AnnouncementMessage, text: &str) -> Result<(), SendError> {
        match &self.access {
            ChatAccess::Webhook(path) => {
                self.service.post(path, json!({ "text": text }), &[], false).map(drop)
            }
            ChatAccess::Bot { api, channel } => {
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

    fn find(&self, message: &AnnouncementMessage, _texts: &MessageTexts) -> Result<bool, Failure> {
        let ChatAccess::Bot { api, channel } = &self.access else { return Ok(false) };
        let answer = self.service.read(&format!(
            "{api}/conversations.history?channel={}&include_all_metadata=true&limit=100",
            escape_url(channel)
        ))?;
        if let Err(SendError::Refused(failure) | SendError::Unsure(failure)) = self.check(&answer) {
            return Err(failure.hint("looking for a message needs the scope channels:history"));
        }
        let is_it = |found: &Value| found["metadata"]["event_payload"]["id"] == message.id.as_str();
        Ok(list(&answer, "messages").any(is_it))
    }
}
