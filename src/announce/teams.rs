//! Microsoft Teams: the webhook of a workflow, which takes an adaptive card and cannot be asked.

use super::secrets::TargetSecrets;
use super::service::{TargetService, secret_address};
use super::text::{MessageTexts, TextStyle, escape_markdown};
use crate::ops::announcements::{AnnouncementMessage, AnnouncementSender, SendError};
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
    pub fn open(named: (String, MessageTexts), session: &Session) -> Result<Self, Failure> {
        let secrets = TargetSecrets::new(session, &named.0);
        let address = secret_address(&secrets, "the address of a workflow's webhook")?;
        let path = address.path.clone();
        let service = TargetService::new(named, &address, None, vec![path.clone()], session)?;
        Ok(TeamsTarget { service, path })
    }
}

impl AnnouncementSender for TeamsTarget {
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
        self.service.post(&self.path, card(&text), &[], false).map(drop)
    }

    fn find(&self, _message: &AnnouncementMessage) -> Result<bool, Failure> {
        Ok(false)
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
