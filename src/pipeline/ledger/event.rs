//! Ledger events, one per commit: JSON in the body of the message, a sentence in its subject.

use super::EventProof;
use crate::git::GitIdentity;
use crate::model::{StageName, TargetName, short_commit};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// An event of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerEvent {
    /// Random; an event that appears twice counts once.
    pub id: String,
    pub time: Timestamp,
    #[serde(flatten)]
    pub what: EventKind,
    /// Where the versions of the app stood, so that the event is still about them when the app gets
    /// another name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<EventPlace>,
    /// Author of the commit.
    #[serde(skip)]
    pub by: EventAuthor,
    #[serde(skip)]
    pub proof: EventProof,
}

/// A place that holds a version.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct EventPlace {
    /// From the top of the repository, with `/`.
    pub path: String,
    /// The key inside the document, as in `status`: `backend.image.tag`.
    pub key: String,
}

/// Author of an event, as the commit names them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventAuthor {
    pub name: String,
    pub email: String,
}

impl EventAuthor {
    /// Words by which a permission may name the author: name, address, and the part before its `@`.
    pub fn permission_words(&self) -> impl Iterator<Item = &str> {
        let login = self.email.split('@').next().unwrap_or_default();
        [self.name.as_str(), self.email.as_str(), login].into_iter().filter(|word| !word.is_empty())
    }
}

impl From<GitIdentity> for EventAuthor {
    fn from(person: GitIdentity) -> Self {
        EventAuthor { name: person.name, email: person.email }
    }
}

/// Outcome of a deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    Passed,
    Failed,
}

impl Outcome {
    /// The word used on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::Passed => "passed",
            Outcome::Failed => "failed",
        }
    }
}

/// Kinds of events. Apps are named as in `towpath status`: `web`, or `api/nginx`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum EventKind {
    /// Without app and stage: everything is locked.
    Locked {
        app: Option<String>,
        stage: Option<StageName>,
        reason: String,
        until: Option<Timestamp>,
    },
    Unlocked {
        app: Option<String>,
        stage: Option<StageName>,
    },
    Outcome {
        app: String,
        stage: StageName,
        target: Option<TargetName>,
        version: String,
        /// Mainline commits that deployed the version.
        deployments: Vec<String>,
        outcome: Outcome,
        evidence: Option<String>,
    },
    Approved {
        app: String,
        stage: StageName,
        version: String,
        reason: Option<String>,
    },
    Rejected {
        app: String,
        version: String,
        reason: Option<String>,
    },
    Unrejected {
        app: String,
        version: String,
    },
    Held {
        app: String,
        stage: StageName,
        reason: String,
    },
    Released {
        app: String,
        stage: StageName,
    },
    Overridden {
        app: String,
        stage: StageName,
        version: String,
        reason: String,
        incident: Option<String>,
        expires: Timestamp,
        /// Gates that were not open.
        gates: Vec<String>,
    },
    /// A comment on an earlier event.
    Noted {
        about: String,
        text: String,
    },
    /// From these commits on, deployments are announced to a target.
    AnnouncementsBegun {
        target: String,
        /// The filters of the announcements, as one text.
        filter: String,
        /// The commit of each branch.
        tips: BTreeMap<String, String>,
    },
    /// A run of `announce` is about to announce deployments. No other run does so for a while.
    Announcing {
        target: String,
        run: String,
        messages: Vec<AnnouncedCommit>,
    },
    /// A target was told about deployments.
    Announced {
        target: String,
        filter: String,
        messages: Vec<AnnouncedCommit>,
        /// The commit of each branch up to which everything has been announced; empty where
        /// something is left.
        tips: BTreeMap<String, String>,
    },
    /// A run gave up what it was about to announce. The target may have got it nevertheless.
    AnnouncingGivenUp {
        target: String,
        run: String,
    },
}

/// Deployments of a commit that one message is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnnouncedCommit {
    pub commit: String,
    /// Where it deployed: `web prod`, or `api/nginx prod/eu`.
    pub places: Vec<String>,
}

impl EventKind {
    /// Returns one line for people, the subject of the commit.
    pub fn sentence(&self) -> String {
        match self {
            EventKind::Locked { app, stage, reason, until } => {
                let until = until
                    .map(|until| format!(" until {}", super::format_minute(until)))
                    .unwrap_or_default();
                format!(
                    "Lock {}{until}: {reason}",
                    super::scope_text(app.as_deref(), stage.as_ref())
                )
            }
            EventKind::Unlocked { app, stage } => {
                format!("Unlock {}", super::scope_text(app.as_deref(), stage.as_ref()))
            }
            EventKind::Outcome { app, stage, target, version, outcome, .. } => {
                let target = target.as_ref().map(|target| format!("/{target}")).unwrap_or_default();
                format!("Record {app} {version} in {stage}{target}: {}", outcome.as_str())
            }
            EventKind::Approved { app, stage, version, .. } => {
                format!("Approve {app} {version} for {stage}")
            }
            EventKind::Rejected { app, version, reason } => {
                let reason =
                    reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
                format!("Reject {app} {version}{reason}")
            }
            EventKind::Unrejected { app, version } => {
                format!("Withdraw the rejection of {app} {version}")
            }
            EventKind::Held { app, stage, reason } => format!("Hold {app} in {stage}: {reason}"),
            EventKind::Released { app, stage } => format!("Release {app} in {stage}"),
            EventKind::Overridden { app, stage, version, reason, .. } => {
                format!("Override the gates for {app} {version} in {stage}: {reason}")
            }
            EventKind::Noted { about, text } => format!("Note on {about}: {text}"),
            EventKind::AnnouncementsBegun { target, .. } => {
                format!("Begin to announce deployments to {target}")
            }
            EventKind::Announcing { target, messages, .. } => {
                format!("About to announce {} to {target}", commits_text(messages))
            }
            EventKind::Announced { target, messages, .. } => {
                format!("Announce {} to {target}", commits_text(messages))
            }
            EventKind::AnnouncingGivenUp { target, .. } => {
                format!("Give up an announcement to {target}")
            }
        }
    }

    /// The app of the event.
    pub fn app(&self) -> Option<&str> {
        match self {
            EventKind::Locked { app, .. } | EventKind::Unlocked { app, .. } => app.as_deref(),
            EventKind::Outcome { app, .. }
            | EventKind::Approved { app, .. }
            | EventKind::Rejected { app, .. }
            | EventKind::Unrejected { app, .. }
            | EventKind::Held { app, .. }
            | EventKind::Released { app, .. }
            | EventKind::Overridden { app, .. } => Some(app),
            EventKind::Noted { .. }
            | EventKind::AnnouncementsBegun { .. }
            | EventKind::Announcing { .. }
            | EventKind::Announced { .. }
            | EventKind::AnnouncingGivenUp { .. } => None,
        }
    }

    /// The stage of the event.
    pub fn stage(&self) -> Option<&StageName> {
        match self {
            EventKind::Locked { stage, .. } | EventKind::Unlocked { stage, .. } => stage.as_ref(),
            EventKind::Outcome { stage, .. }
            | EventKind::Approved { stage, .. }
            | EventKind::Held { stage, .. }
            | EventKind::Released { stage, .. }
            | EventKind::Overridden { stage, .. } => Some(stage),
            EventKind::Rejected { .. }
            | EventKind::Unrejected { .. }
            | EventKind::Noted { .. }
            | EventKind::AnnouncementsBegun { .. }
            | EventKind::Announcing { .. }
            | EventKind::Announced { .. }
            | EventKind::AnnouncingGivenUp { .. } => None,
        }
    }
}

fn commits_text(messages: &[AnnouncedCommit]) -> String {
    match messages {
        [one] => short_commit(&one.commit),
        several => format!("{} commits", several.len()),
    }
}

impl LedgerEvent {
    /// Returns the commit message.
    pub fn message(&self) -> String {
        let json = serde_json::to_string_pretty(self).expect("an event is plain data");
        let subject: String =
            self.what.sentence().chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        format!("{subject}\n\n{json}\n")
    }

    /// Parses a commit message. `None` if it holds no event of a known kind.
    pub fn parse(message: &str, by: GitIdentity) -> Option<Self> {
        let json = message.split_once("\n\n")?.1;
        let mut event: LedgerEvent = serde_json::from_str(json.trim()).ok()?;
        event.by = by.into();
        Some(event)
    }
}
