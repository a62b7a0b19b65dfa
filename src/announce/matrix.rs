//! Matrix: a notice in a room. The transaction id is that of the message, so that a homeserver
//! takes it once; the id stands in the event, too, for a later run.

use super::channel::AnnouncementChannel;
use super::service::{TargetService, list, named_address};
use super::text::{MessageTexts, TextStyle, plain};
use crate::forge::{ServiceMethod, ServiceRequest, escape_url};
use crate::ops::announcements::{AnnouncementMessage, SendError};
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
    pub fn open(name: &str, address: &str, session: &Session) -> Result<Self, Failure> {
        let address = named_address(address)?;
        let room = address.path.trim_start_matches('/');
        if !room.starts_with('!') || room.len() < 2 {
            let failure = Failure::usage("a Matrix target names a room by its id");
            return Err(failure.hint("write `matrix:https://matrix.example.org/!room:example.org`"));
        }
        let room = format!("/_matrix/client/v3/rooms/{}", escape_url(room));
        let token = ("Bearer", "an access token");
        let service = TargetService::open_with_token(name, &address, token, session)?;
        Ok(MatrixTarget { service, room })
    }
}

impl AnnouncementChannel for MatrixTarget {
    fn can_find(&self) -> bool {
        true
    }

    fn send(&self, message: &AnnouncementMessage, text: &str) -> Result<(), SendError> {
        // Without `m.mentions`, clients look for names in the text.
        let body = json!({ "msgtype": "m.notice", "body": text, "m.mentions": {}, ID: message.id });
        let path = format!("{}/send/m.room.message/{}", self.room, message.id);
        let (method, headers, is_repeatable) = (ServiceMethod::Put, &[][..], true);
        let request = ServiceRequest { method, path: &path, body, headers, is_repeatable };
        self.service.send(&request).map(drop)
    }

    fn find(&self, message: &AnnouncementMessage, _texts: &MessageTexts) -> Result<bool, Failure> {
        let events = self.service.read(&format!("{}/messages?dir=b&limit=100", self.room))?;
        let found = list(&events, "chunk").any(|event| event["content"][ID] == message.id.as_str());
        Ok(found)
    }
}
