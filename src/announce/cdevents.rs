//! CDEvents (cdevents.dev) to a webhook: an event for each deployment, in the HTTP binding of
//! CloudEvents, signed as announcements are.

use super::channel::AnnouncementChannel;
use super::text::{TextStyle, plain};
use super::webhook::SignedReceiver;
use crate::ops::announcements::{AnnouncementMessage, SendError};
use crate::ops::error::Failure;
use crate::ops::session::Session;
use crate::report::json::DeploymentJson;
use crate::report::{DeploymentKind, DeploymentReport, ImageVersion};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

pub const STYLE: TextStyle = TextStyle { escape: plain, limit: 8000, listed: 20 };

/// The version of the specification.
const SPECIFICATION: &str = "0.4.1";

/// The characters that a part of a package URL encodes: all but the unreserved ones of RFC 3986.
const PURL: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The characters that the address of a source or a repository encodes: those of [`PURL`], but for
/// slashes.
const PATH: &AsciiSet = &PURL.remove(b'/');

/// A receiver of CDEvents.
pub struct CdeventsTarget(SignedReceiver);

impl CdeventsTarget {
    /// Opens the address, or that of `TOWPATH_CDEVENTS_WEBHOOK`.
    ///
    /// # Errors
    /// When the address or the secret is missing.
    pub fn open(name: &str, address: Option<&str>, session: &Session) -> Result<Self, Failure> {
        SignedReceiver::open(name, address, session).map(CdeventsTarget)
    }
}

impl AnnouncementChannel for CdeventsTarget {
    fn send(&self, message: &AnnouncementMessage, _text: &str) -> Result<(), SendError> {
        for one in &message.deployments {
            let event = event(message, one);
            let word = |pointer: &str| {
                let text = event.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
                utf8_percent_encode(text, HEADER).to_string()
            };
            let headers = [
                ("ce-specversion", "1.0".to_owned()),
                ("ce-id", word("/context/id")),
                ("ce-source", word("/context/source")),
                ("ce-type", word("/context/type")),
                ("ce-time", word("/context/timestamp")),
                ("ce-subject", word("/subject/id")),
            ];
            self.0.post(&word("/context/id"), event, &headers)?;
        }
        Ok(())
    }
}

/// CloudEvents escapes in headers what is no printable ASCII, space, quote and percent sign.
const HEADER: &AsciiSet = &percent_encoding::CONTROLS.add(b' ').add(b'"').add(b'%');

fn event(message: &AnnouncementMessage, one: &DeploymentReport) -> Value {
    let mut content = json!({ "environment": { "id": one.cell.place() } });
    if let Some(to) = &one.to {
        content["artifactId"] = package_url(one, to).into();
    }
    let source = format!("/{}", utf8_percent_encode(&message.repository, PATH));
    json!({
        "context": {
            "version": SPECIFICATION,
            "id": message.deployment_id(one),
            "source": source,
            "type": format!("dev.cdevents.service.{}.0.2.0", predicate(one)),
            "timestamp": one.time.to_string(),
        },
        "subject": { "id": one.name, "source": source, "type": "service", "content": content },
        "customData": { "towpath": DeploymentJson::from(one), "url": message.url },
        "customDataContentType": "application/json",
    })
}

fn predicate(one: &DeploymentReport) -> &'static str {
    match (one.kind, &one.from, &one.to) {
        (_, _, None) => "removed",
        (DeploymentKind::Rollback, ..) => "rolledback",
        (_, None, _) => "deployed",
        _ => "upgraded",
    }
}

/// The package URL of what runs: by its image, or else by the name of the app. A version of an
/// image is its digest; its tag is a qualifier.
fn package_url(one: &DeploymentReport, to: &ImageVersion) -> String {
    let escape = |text: &str| utf8_percent_encode(text, PURL).to_string();
    let (tag, digest) = (to.version.tag.as_deref(), to.version.digest.as_deref());
    let Some(image) = &to.image else {
        let version = escape(&to.version.to_string());
        return format!("pkg:generic/{}@{version}", escape(one.cell.app.as_str()));
    };
    let image = image.to_string();
    let name = image.rsplit('/').next().unwrap_or(&image).to_lowercase();
    let version = digest.map(|digest| format!("@{}", escape(digest))).unwrap_or_default();
    let tag = tag.map(|tag| format!("&tag={}", escape(tag))).unwrap_or_default();
    let place = utf8_percent_encode(&image, PATH);
    format!("pkg:oci/{}{version}?repository_url={place}{tag}", escape(&name))
}
