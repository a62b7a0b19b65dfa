//! Matrix: a notice in a room. The transaction id is that of the message, so that a homeserver
//! takes it once; the id stands in the event, too, for a later run.

use super::secrets::TargetSecrets;
use super::service::{TargetService, list, named_address, segment};
use super::text::{MessageTexts, TextStyle, plain};
use crate::forge::{ServiceMethod, ServiceRequest};
use crate::ops::announcements::{AnnouncementMessage, AnnouncementSender, SendError};
use crate::ops::error::Failure;
use crate::ops::session::Session;
use serde_json::json;

pub const STYLE: TextStyle = TextStyle { escape: plain, limit: 8000, listed: 20 };

/// The field of an event that holds the id of the message.
const ID: &str = "dev.towpath.announcement";

/// A room that is not encrypted.
pub struct MatrixTarget {
    service: TargetService,
    /// The path of the room in the client API.
    room: String,
}

impl MatrixTarget {
    /// Opens `https://homeserver/!room:server`.
    ///
    /// # Errors
    /// When the address or the token is missing.
    pub fn open(
        named: (String, MessageTexts),
        address: &str,
        session: &Session,
    ) -> Result<Self, Failure> {
        let address = named_address(address)?;
        let room = address.path.trim_start_matches('/');
        if !room.starts_with('!') || room.len() < 2 {
            let failure = Failure::usage("a Matrix target names a room by its id");
            return Err(failure.hint("write `matrix:https://matrix.example.org/!room:example.org`"));
        }
        let room = format!("/_matrix/client/v3/rooms/{}", segment(room));
        let token = TargetSecrets::new(session, &named.0).require("TOKEN", "an access token")?;
        let bearer = format!("Bearer {token}");
        let service = TargetService::new(named, &address, Some(&bearer), vec![token], session)?;
        Ok(MatrixTarget { service, room })
    }
}

impl AnnouncementSender for MatrixTarget {
    fn name(&self) -> &str {
        &self.service.name
    }

    fn can_find(&self) -> bool {
        true
    }

    fn text(&self, message: &AnnouncementMessage) -> Result<String, Failure> {
        self.service.texts.render(message)
    }

    fn send(&self, message: &AnnouncementMessage) -> Result<(), SendError> {
        let text = self.text(message).map_err(SendError::Refused)?;
        // Without `m.mentions`, clients look for names in the text.
        let body = json!({ "msgtype": "m.notice", "body": text, "m.mentions": {}, ID: message.id });
        let path = format!("{}/send/m.room.message/{}", self.room, message.id);
        let (method, headers, is_repeatable) = (ServiceMethod::Put, &[][..], true);
        let request = ServiceRequest { method, path: &path, body, headers, is_repeatable };
        self.service.send(&request).map(drop)
    }

    fn find(&self, message: &AnnouncementMessage) -> Result<bool, Failure> {
        let events = self.service.read(&format!("{}/messages?dir=b&limit=100", self.room))?;
        let found = list(&events, "chunk").any(|event| event["content"][ID] == message.id.as_str());
        Ok(found)
    }
}
