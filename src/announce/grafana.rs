//! Grafana: an annotation for each commit, with its apps, stages and kinds as tags. Dashboards show
//! it as a line. A tag with the id of the message is how an earlier annotation is found.

use super::channel::AnnouncementChannel;
use super::service::{TargetService, named_address};
use super::text::{MessageTexts, TextStyle, escape_html};
use crate::ops::announcements::{AnnouncementMessage, SendError};
use crate::ops::error::Failure;
use crate::ops::session::Session;
use serde_json::{Value, json};
use std::collections::BTreeSet;

pub const STYLE: TextStyle = TextStyle { escape: escape_html, limit: 4000, listed: 20 };

/// The most tags; a commit may deploy hundreds of apps.
const MAX_TAGS: usize = 40;

/// An organisation of a Grafana server.
pub struct GrafanaTarget {
    service: TargetService,
    /// The path of annotations in the HTTP API.
    path: String,
}

impl GrafanaTarget {
    /// Opens the organisation of the token.
    ///
    /// # Errors
    /// When the address or the token is missing.
    pub fn open(name: &str, address: &str, session: &Session) -> Result<Self, Failure> {
        let address = named_address(address)?;
        let about = "the token of a service account that may write and read annotations";
        let path = format!("{}/api/annotations", address.path.trim_end_matches('/'));
        let token = ("Bearer", about);
        let service = TargetService::open_with_token(name, &address, token, session)?;
        Ok(GrafanaTarget { service, path })
    }
}

impl AnnouncementChannel for GrafanaTarget {
    fn can_find(&self) -> bool {
        true
    }

    fn send(&self, message: &AnnouncementMessage, text: &str) -> Result<(), SendError> {
        let time = message.first().time.as_millisecond();
        // Grafana shows text as HTML, in which a line end is a space.
        let text = text.replace('\n', "<br>");
        let body = json!({ "time": time, "text": text, "tags": tags(message) });
        self.service.post(&self.path, body, &[], false).map(drop)
    }

    fn find(&self, message: &AnnouncementMessage, _texts: &MessageTexts) -> Result<bool, Failure> {
        let (time, tag) = (message.first().time.as_millisecond(), id_tag(message));
        let query = format!("type=annotation&from={}&to={}&tags={tag}", time - 1000, time + 1000);
        let found = self.service.read(&format!("{}?{query}", self.path))?;
        let has_tag = |one: &Value| super::service::list(one, "tags").any(|known| *known == tag);
        Ok(found.as_array().into_iter().flatten().any(has_tag))
    }
}

fn id_tag(message: &AnnouncementMessage) -> String {
    format!("towpath-{}", message.id)
}

fn tags(message: &AnnouncementMessage) -> Vec<String> {
    let words = |of: &dyn Fn(&crate::report::DeploymentReport) -> String| {
        message.deployments.iter().map(of).collect::<BTreeSet<String>>()
    };
    let (kinds, stages) =
        (words(&|one| one.kind.as_str().to_owned()), words(&|one| one.cell.stage.to_string()));
    let apps = words(&|one| one.name.clone());
    let own = [id_tag(message), "towpath".to_owned()];
    own.into_iter().chain(kinds).chain(stages).chain(apps).take(MAX_TAGS).collect()
}
