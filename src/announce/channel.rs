//! A target that is open: its name, its texts, and the channel that takes them.

use super::text::MessageTexts;
use crate::ops::announcements::{AnnouncementMessage, AnnouncementSender, SendError};
use crate::ops::error::Failure;

/// The way to the readers of a target: a chat, a mailbox, the API of a service.
pub trait AnnouncementChannel {
    /// Sends the text of a message.
    ///
    /// # Errors
    /// [`SendError`], by whether the target may have got it.
    fn send(&self, message: &AnnouncementMessage, text: &str) -> Result<(), SendError>;

    /// True if [`AnnouncementChannel::find`] knows an answer.
    fn can_find(&self) -> bool {
        false
    }

    /// Looks for a message that may have been sent.
    ///
    /// # Errors
    /// When the target cannot be asked.
    fn find(&self, _message: &AnnouncementMessage, _texts: &MessageTexts) -> Result<bool, Failure> {
        Ok(false)
    }
}

/// A target with its channel.
pub struct OpenTarget {
    pub name: String,
    pub texts: MessageTexts,
    pub channel: Box<dyn AnnouncementChannel>,
}

impl AnnouncementSender for OpenTarget {
    fn name(&self) -> &str {
        &self.name
    }

    fn can_find(&self) -> bool {
        self.channel.can_find()
    }

    fn text(&self, message: &AnnouncementMessage) -> Result<String, Failure> {
        self.texts.render(message)
    }

    fn send(&self, message: &AnnouncementMessage) -> Result<(), SendError> {
        let text = self.text(message).map_err(SendError::Refused)?;
        self.channel.send(message, &text)
    }

    fn find(&self, message: &AnnouncementMessage) -> Result<bool, Failure> {
        self.channel.find(message, &self.texts)
    }
}
