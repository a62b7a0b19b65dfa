//! Targets as they are named: `[NAME=]KIND[:ADDRESS]`.

use super::cdevents::{self, CdeventsTarget};
use super::channel::{AnnouncementChannel, OpenTarget};
use super::discord::{self, DiscordTarget};
use super::grafana::{self, GrafanaTarget};
use super::mail::{self, MailTarget};
use super::mastodon::{self, MastodonTarget};
use super::matrix::{self, MatrixTarget};
use super::slack::{self, SlackTarget};
use super::teams::{self, TeamsTarget};
use super::text::{MessageTexts, TextStyle};
use super::webhook::{self, WebhookTarget};
use crate::model::nearest_name;
use crate::ops::announcements::AnnouncementSender;
use crate::ops::error::Failure;
use crate::ops::session::Session;

/// A kind of target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TargetKind {
    Cdevents,
    Discord,
    Grafana,
    Mail,
    Mastodon,
    Matrix,
    Slack,
    Teams,
    Webhook,
}

/// The kinds, with the address that each takes.
const KINDS: [(&str, TargetKind, AddressUse); 9] = [
    ("cdevents", TargetKind::Cdevents, AddressUse::Maybe),
    ("discord", TargetKind::Discord, AddressUse::Maybe),
    ("grafana", TargetKind::Grafana, AddressUse::Needed("grafana:https://grafana.example")),
    ("mail", TargetKind::Mail, AddressUse::Needed("mail:team@example.com")),
    ("mastodon", TargetKind::Mastodon, AddressUse::Needed("mastodon:https://mastodon.example")),
    (
        "matrix",
        TargetKind::Matrix,
        AddressUse::Needed("matrix:https://matrix.example/!room:example"),
    ),
    ("slack", TargetKind::Slack, AddressUse::Maybe),
    ("teams", TargetKind::Teams, AddressUse::None),
    ("webhook", TargetKind::Webhook, AddressUse::Maybe),
];

/// Whether a kind takes an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum AddressUse {
    /// Its secret variable holds it.
    None,
    Maybe,
    /// With an example.
    Needed(&'static str),
}

/// A target as a person names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnnouncementTarget {
    name: String,
    kind: TargetKind,
    address: Option<String>,
}

/// A template of a user: its text, and the target that it is for, or all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetTemplate {
    pub target: Option<String>,
    pub text: String,
}

impl AnnouncementTarget {
    /// Parses `[NAME=]KIND[:ADDRESS]`.
    ///
    /// # Errors
    /// When the name or the kind is wrong, or the address is missing.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        let (name, rest) = match text.split_once('=') {
            Some((name, rest)) if !name.contains(':') => (Some(name), rest),
            _ => (None, text),
        };
        let (kind, address) = match rest.split_once(':') {
            Some((kind, address)) => (kind, Some(address)),
            None => (rest, None),
        };
        let (_, kind_of, takes) =
            KINDS.into_iter().find(|(known, ..)| *known == kind).ok_or_else(|| unknown(kind))?;
        match (takes, address) {
            (AddressUse::Needed(example), None | Some("")) => {
                let failure = Failure::usage(format!("`{kind}` needs an address"));
                return Err(failure.hint(format!("write `{example}`")));
            }
            (AddressUse::None, Some(_)) => {
                let failure = Failure::usage(format!("`{kind}` takes no address"));
                return Err(failure.hint("a variable holds it, because it is secret"));
            }
            _ => {}
        }
        let name = name.unwrap_or(kind).to_owned();
        if !is_name(&name) {
            let failure = Failure::usage(format!("`{name}` is no name of a target"));
            return Err(failure.hint("a name has small letters, digits and dashes"));
        }
        let address = address.filter(|address| !address.is_empty()).map(str::to_owned);
        Ok(AnnouncementTarget { name, kind: kind_of, address })
    }

    fn style(&self) -> TextStyle {
        match self.kind {
            TargetKind::Cdevents => cdevents::STYLE,
            TargetKind::Discord => discord::STYLE,
            TargetKind::Grafana => grafana::STYLE,
            TargetKind::Mail => mail::STYLE,
            TargetKind::Mastodon => mastodon::STYLE,
            TargetKind::Matrix => matrix::STYLE,
            TargetKind::Slack => slack::STYLE,
            TargetKind::Teams => teams::STYLE,
            TargetKind::Webhook => webhook::STYLE,
        }
    }

    fn open(
        &self,
        templates: &[TargetTemplate],
        session: &Session,
    ) -> Result<Box<dyn AnnouncementSender>, Failure> {
        let own = templates.iter().find(|one| one.target.as_ref() == Some(&self.name));
        let template = own.or_else(|| templates.iter().find(|one| one.target.is_none()));
        let texts = MessageTexts::new(template.map(|one| one.text.as_str()), self.style())?;
        let name = self.name.as_str();
        let (address, maybe) =
            (self.address.as_deref().unwrap_or_default(), self.address.as_deref());
        let channel: Box<dyn AnnouncementChannel> = match self.kind {
            TargetKind::Cdevents => Box::new(CdeventsTarget::open(name, maybe, session)?),
            TargetKind::Discord => Box::new(DiscordTarget::open(name, maybe, session)?),
            TargetKind::Grafana => Box::new(GrafanaTarget::open(name, address, session)?),
            TargetKind::Mail => Box::new(MailTarget::open(name, address, session)?),
            TargetKind::Mastodon => Box::new(MastodonTarget::open(name, address, session)?),
            TargetKind::Matrix => Box::new(MatrixTarget::open(name, address, session)?),
            TargetKind::Slack => Box::new(SlackTarget::open(name, maybe, session)?),
            TargetKind::Teams => Box::new(TeamsTarget::open(name, session)?),
            TargetKind::Webhook => Box::new(WebhookTarget::open(name, maybe, session)?),
        };
        Ok(Box::new(OpenTarget { name: self.name.clone(), texts, channel }))
    }
}

/// Opens all targets. Nothing is sent yet.
///
/// # Errors
/// When a name is given twice, a secret is missing, or a template is wrong or for no target.
pub fn open_targets(
    targets: &[AnnouncementTarget],
    templates: &[TargetTemplate],
    session: &Session,
) -> Result<Vec<Box<dyn AnnouncementSender>>, Failure> {
    for (at, target) in targets.iter().enumerate() {
        if targets[..at].iter().any(|other| other.name == target.name) {
            let failure = Failure::usage(format!("two targets are called `{}`", target.name));
            return Err(failure.hint("give one another name, as in `--to ops=slack`"));
        }
    }
    for name in templates.iter().filter_map(|template| template.target.as_ref()) {
        if !targets.iter().any(|target| target.name == *name) {
            return Err(Failure::usage(format!("there is a template for `{name}`, but no target")));
        }
    }
    targets.iter().map(|target| target.open(templates, session)).collect()
}

fn is_name(text: &str) -> bool {
    let is_letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    text.starts_with(|c: char| c.is_ascii_lowercase()) && text.chars().all(is_letter)
}

fn unknown(kind: &str) -> Failure {
    let names = KINDS.map(|(name, ..)| name);
    let failure = Failure::usage(format!("`{kind}` is no kind of target"));
    match nearest_name(kind, names) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure.hint(format!("the kinds are {}", names.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_has_a_name_a_kind_and_an_address() {
        let parsed = |text: &str| {
            let target = AnnouncementTarget::parse(text).expect(text);
            (target.name, target.kind, target.address)
        };
        let plain = ("slack".to_owned(), TargetKind::Slack, None);
        assert_eq!(parsed("slack"), plain);
        let named = ("ops-2".to_owned(), TargetKind::Slack, Some("C1".to_owned()));
        assert_eq!(parsed("ops-2=slack:C1"), named);
        let (name, kind, address) = parsed("webhook:https://a.example/?b=c");
        assert_eq!((name.as_str(), kind), ("webhook", TargetKind::Webhook));
        assert_eq!(address.as_deref(), Some("https://a.example/?b=c"));
        for text in ["slak", "mail", "mail:", "teams:https://x", "Ops=slack", "=slack", ""] {
            assert!(AnnouncementTarget::parse(text).is_err(), "{text}");
        }
    }
}
