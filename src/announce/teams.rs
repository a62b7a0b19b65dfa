//! Microsoft Teams: the webhook of a workflow, which takes an adaptive card and cannot be asked.

use super::channel::AnnouncementChannel;
use super::service::TargetService;
use super::text::{TextStyle, escape_markdown};
use crate::ops::announcements::{AnnouncementMessage, SendError};
use crate::ops::error::Failure;
use crate::ops::session::Session;
use serde_json::{Value, json};

pub const STYLE: TextStyle = TextStyle { escape: escape_markdown, limit: 8000, listed: 20 };

/// The webhook of a workflow.
pub struct TeamsTarget {
    service: TargetService,
    path: String,
}

impl TeamsTarget {
    /// Opens the webhook of `TOWPATH_TEAMS_WEBHOOK`.
    ///
    /// # Errors
    /// When it is missing.
    pub fn open(name: &str, session: &Session) -> Result<Self, Failure> {
        let about = "the address of a workflow's webhook";
        let (service, path) = TargetService::open_webhook(name, about, session)?;
        Ok(TeamsTarget { service, path })
    }
}

impl AnnouncementChannel for TeamsTarget {
    fn send(&self, _message: &AnnouncementMessage, text: &str) -> Result<(), SendError> {
        self.service.post(&self.path, card(text), &[], false).map(drop)
    }
}

/// A card with a block for each line, as line ends within a block are spaces.
fn card(text: &str) -> Value {
    let block =
        |line: &str| json!({ "type": "TextBlock", "text": line, "wrap": true, "spacing": "Small" });
    let blocks: Vec<Value> = text.lines().filter(|line| !line.is_empty()).map(block).collect();
    json!({
        "type": "message",
        "attachments": [{
            "contentType": "application/vnd.microsoft.card.adaptive",
            "content": {
                "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                "type": "AdaptiveCard",
                "version": "1.4",
                "body": blocks,
            },
        }],
    })
}
