//! What registries have of the versions that run, for the rules about images.

use super::AuditContext;
use crate::history::Timeline;
use crate::model::{AppName, CellKey, MappingEntry, Version};
use crate::pipeline::ledger::{EventKind, Ledger};
use std::collections::HashMap;

/// The answer of a registry about the image of a cell. A cell without an answer has no sighting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageSighting {
    pub cell: CellKey,
    /// Why the version cannot be pulled; `None` where it can.
    pub gone: Option<String>,
    /// The present state of the tag; `None` for a version without a tag.
    pub tag: Option<TagState>,
    /// The attestations that the gate `attested` of the stage requires and the image does not have.
    pub lacks: Option<String>,
}

/// The state of a tag in a registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TagState {
    /// It names the content with the first digest. The others are the images of an index.
    Names(Vec<String>),
    /// The registry does not have it.
    Missing,
}

/// A digest that a tag had, and where that is written: `was pinned in prod`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedDigest {
    pub digest: String,
    pub place: String,
}

/// What registries answered, and what was known before.
#[derive(Debug, Clone, Default)]
pub struct RegistryAnswers {
    pub sightings: Vec<ImageSighting>,
    /// True where every image that was asked about got an answer. Otherwise the rules count as not
    /// judged, beside what they find.
    pub is_complete: bool,
    pub recorded: RecordedDigests,
}

impl RegistryAnswers {
    /// What the registry answered about a cell.
    pub fn sighting(&self, cell: &CellKey) -> Option<&ImageSighting> {
        self.sightings.iter().find(|sighting| sighting.cell == *cell)
    }
}

/// The digests that tags had, as the history and the ledger have them. The newest record counts.
#[derive(Debug, Clone, Default)]
pub struct RecordedDigests {
    /// By app, component and tag.
    history: HashMap<(AppName, Option<String>, String), RecordedDigest>,
    /// By the name of the app and the tag.
    ledger: HashMap<(String, String), RecordedDigest>,
}

impl RecordedDigests {
    /// Collects the digests that are written beside a tag.
    pub fn collect(timeline: &Timeline, ledger: &Ledger) -> Self {
        let mut out = RecordedDigests::default();
        for deployment in timeline.deployments() {
            let version = deployment.to.map(|to| &to.version);
            let Some((tag, digest)) = version.and_then(tag_and_digest) else { continue };
            let CellKey { app, component, stage, .. } = deployment.cell;
            let place = format!("was pinned in {stage}");
            out.history
                .entry((app.clone(), component.clone(), tag))
                .or_insert(RecordedDigest { digest, place });
        }
        for event in ledger.events().iter().rev() {
            let version = named_version(&event.what).map(Version::parse);
            let named = version.as_ref().and_then(tag_and_digest);
            let (Some((tag, digest)), Some(app)) = (named, event.what.app()) else { continue };
            out.ledger
                .entry((app.to_owned(), tag))
                .or_insert(RecordedDigest { digest, place: "is in the ledger".into() });
        }
        out
    }

    /// The digest that the tag of an entry had, where it is known: pinned beside the tag, else
    /// written in the history, else named by the ledger.
    pub fn find(&self, entry: &MappingEntry) -> Option<RecordedDigest> {
        let tag = entry.version.tag.clone().filter(|tag| !tag.is_empty())?;
        if let Some(digest) = &entry.version.digest {
            return Some(RecordedDigest { digest: digest.clone(), place: "is pinned here".into() });
        }
        let key = (entry.app.clone(), entry.component.clone(), tag.clone());
        let in_ledger = |app: String| self.ledger.get(&(app, tag.clone()));
        let image = || {
            let component = entry.component.as_ref()?;
            in_ledger(format!("{}/{component}", entry.app))
        };
        let found = self.history.get(&key).or_else(image);
        found.or_else(|| in_ledger(entry.app.to_string())).cloned()
    }
}

impl AuditContext<'_> {
    /// The number of entries whose tag the registry has, and of which no digest is recorded, so
    /// that nobody can say whether the tag was moved.
    pub fn count_unrecorded(&self) -> usize {
        let Some(answers) = self.registry else { return 0 };
        let is_named = |entry: &&MappingEntry| {
            let sighting = answers.sighting(&entry.cell());
            sighting.is_some_and(|sighting| matches!(sighting.tag, Some(TagState::Names(_))))
        };
        let named = self.entries().filter(is_named);
        named.filter(|entry| answers.recorded.find(entry).is_none()).count()
    }
}

/// The parts of a version that has both, with a digest that is not shortened.
fn tag_and_digest(version: &Version) -> Option<(String, String)> {
    let (tag, digest) = (version.tag.clone()?, version.digest.clone()?);
    let is_whole = digest.split_once(':').is_some_and(|(_, hex)| hex.len() >= 64);
    (is_whole && !tag.is_empty()).then_some((tag, digest))
}

/// A digest for a message: `sha256:0a1b2c3d`.
pub(super) fn short_digest(digest: &str) -> String {
    match digest.split_once(':') {
        Some((algorithm, hex)) => format!("{algorithm}:{}", hex.get(..8).unwrap_or(hex)),
        None => digest.to_owned(),
    }
}

/// The version that an event is about.
fn named_version(what: &EventKind) -> Option<&str> {
    match what {
        EventKind::Outcome { version, .. }
        | EventKind::Approved { version, .. }
        | EventKind::Rejected { version, .. }
        | EventKind::Unrejected { version, .. }
        | EventKind::Overridden { version, .. } => Some(version),
        _ => None,
    }
}
