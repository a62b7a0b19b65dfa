//! Decides which version an app is to have: one that an earlier stage runs or ran, one that was
//! built, or an earlier one of the same stage.

use super::refusal::{EditRefusal, RefusalReason};
use crate::model::{AppName, CellKey, EntryNote, MappingEntry, StageName, TargetName, Version};
use std::collections::{BTreeSet, HashMap};

/// Source of the wanted version.
#[derive(Clone, Copy)]
pub enum VersionSource<'a> {
    /// The version that the earlier stage runs, by these mapping entries.
    Runs { stage: &'a StageName, entries: &'a [MappingEntry] },
    /// A version that the earlier stage has run.
    Ran {
        stage: &'a StageName,
        entries: &'a [MappingEntry],
        version: &'a Version,
        past: &'a PastVersions,
    },
    /// A version that was built.
    Made(&'a Version),
    /// The version before the current one.
    Before(&'a PastVersions),
    /// A version that ran here before.
    Back { version: &'a Version, past: &'a PastVersions },
}

/// Versions that each cell has run, newest first, including the current one.
pub type PastVersions = HashMap<CellKey, Vec<PastVersion>>;

/// A version and its arrival.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastVersion {
    pub version: Version,
    /// In seconds since 1970.
    pub time: i64,
}

/// Reason why an app does not move, and the remedy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanObstacle {
    /// A stable word for machines.
    pub code: &'static str,
    pub reason: String,
    pub hint: Option<String>,
}

impl PlanObstacle {
    /// The app is not in the stage to change.
    pub(super) fn absent_app(app: &AppName, stage: &StageName, targets: &[TargetName]) -> Self {
        let names: Vec<&str> = targets.iter().map(|target| target.as_str()).collect();
        let place = if names.is_empty() {
            stage.to_string()
        } else {
            format!("{stage} ({})", names.join(", "))
        };
        PlanObstacle::new("absent", format!("{app} is not in {place}"), "add its files there first")
    }

    /// An entry cannot be edited.
    pub(super) fn edit_refused(entry: &MappingEntry, reason: RefusalReason) -> Self {
        match entry.locations.first() {
            Some(location) => EditRefusal::at_location(location, reason).into(),
            None => EditRefusal::of_file("", reason).into(),
        }
    }

    fn new(code: &'static str, reason: String, hint: impl Into<String>) -> Self {
        PlanObstacle { code, reason, hint: Some(hint.into()) }
    }
}

impl From<EditRefusal> for PlanObstacle {
    fn from(refusal: EditRefusal) -> Self {
        PlanObstacle {
            code: refusal.reason.code(),
            reason: refusal.to_string(),
            hint: refusal.hint(),
        }
    }
}

/// An entry and its wanted version.
pub(super) type EntryVersion<'e> = (&'e MappingEntry, Version);

impl VersionSource<'_> {
    /// Returns the wanted version for each of an app's entries in the stage to change. Entries
    /// without a wanted version stay as they are.
    ///
    /// # Errors
    /// [`PlanObstacle`] if the version is ambiguous or does not exist.
    pub(super) fn versions<'e>(
        &self,
        app: &AppName,
        entries: &[&'e MappingEntry],
        targets: &[TargetName],
    ) -> Result<Vec<EntryVersion<'e>>, PlanObstacle> {
        match *self {
            VersionSource::Runs { stage, entries: all } => {
                versions_running(app, entries, targets, stage, all)
            }
            VersionSource::Ran { stage, entries: all, version, past } => {
                versions_that_ran(app, entries, stage, all, version, past)
            }
            VersionSource::Made(version) => versions_built(app, entries, version),
            VersionSource::Before(past) => versions_before(app, entries, past),
            VersionSource::Back { version, past } => {
                versions_to_restore(app, entries, version, past)
            }
        }
    }
}

fn versions_running<'e>(
    app: &AppName,
    entries: &[&'e MappingEntry],
    targets: &[TargetName],
    stage: &StageName,
    all: &[MappingEntry],
) -> Result<Vec<EntryVersion<'e>>, PlanObstacle> {
    let mut out = Vec::new();
    for entry in entries {
        let mut found = find_counterparts(entry, entries, stage, all);
        if !targets.is_empty() && found.iter().any(|other| other.target == entry.target) {
            found.retain(|other| other.target == entry.target);
        }
        let versions: BTreeSet<&Version> = found.iter().map(|other| &other.version).collect();
        match (found.first(), versions.len()) {
            (None, _) => {}
            (Some(one), 1) => out.push((*entry, one.version.clone())),
            _ => return Err(differing_versions(app, stage, &found)),
        }
    }
    if out.is_empty() {
        let reason = format!("{app} does not run in {stage}, so there is nothing to promote");
        return Err(PlanObstacle::new(
            "not-upstream",
            reason,
            format!(
                "--from names another stage; `towpath deploy {app} VERSION --to {stage}` deploys \
                 a version there"
            ),
        ));
    }
    Ok(out)
}

fn differing_versions(app: &AppName, stage: &StageName, found: &[&MappingEntry]) -> PlanObstacle {
    let said: BTreeSet<String> = found.iter().map(|entry| version_text(entry)).collect();
    let said: Vec<String> = said.into_iter().collect();
    let reason = format!("{stage} runs several versions of {app}: {}", said.join(", "));
    PlanObstacle::new(
        "targets-disagree",
        reason,
        "choose one with --version, or promote a single target with --target",
    )
}

fn version_text(entry: &MappingEntry) -> String {
    match &entry.target {
        Some(target) => format!("{} ({target})", entry.version),
        None => entry.version.to_string(),
    }
}

/// Finds the counterparts of an entry in another stage: the same component, or the only one if
/// formats name components differently; if some have the same image, only those.
fn find_counterparts<'a>(
    entry: &MappingEntry,
    siblings: &[&MappingEntry],
    stage: &StageName,
    all: &'a [MappingEntry],
) -> Vec<&'a MappingEntry> {
    let there = || all.iter().filter(|other| other.stage == *stage && other.app == entry.app);
    let components: BTreeSet<_> = there().map(|other| &other.component).collect();
    let here: BTreeSet<_> = siblings.iter().map(|other| &other.component).collect();
    let are_alone = components.len() == 1 && here.len() == 1;
    let same = |other: &&MappingEntry| other.component == entry.component || are_alone;
    let mut found: Vec<&MappingEntry> = there().filter(same).collect();
    if entry.image.is_some() && found.iter().any(|other| other.image == entry.image) {
        found.retain(|other| other.image == entry.image);
    }
    found
}

fn versions_that_ran<'e>(
    app: &AppName,
    entries: &[&'e MappingEntry],
    stage: &StageName,
    all: &[MappingEntry],
    version: &Version,
    past: &PastVersions,
) -> Result<Vec<EntryVersion<'e>>, PlanObstacle> {
    let ran = |entry: &&&'e MappingEntry| {
        let cells =
            find_counterparts(entry, entries, stage, all).into_iter().map(MappingEntry::cell);
        let found = cells.filter_map(|cell| find_past_version(past, &cell, version)).next();
        found.map(|version| (**entry, version))
    };
    let out: Vec<EntryVersion<'e>> = entries.iter().filter_map(|entry| ran(&entry)).collect();
    if out.is_empty() {
        let reason = format!("{stage} has never run {version} of {app}");
        let hint = format!("`towpath history {app} --stage {stage}` lists the versions it ran");
        return Err(PlanObstacle::new("never-ran", reason, hint));
    }
    Ok(out)
}

/// The version in the form in which it ran: with its digest, even if only a tag is wanted.
fn find_past_version(past: &PastVersions, cell: &CellKey, version: &Version) -> Option<Version> {
    let fits = |ran: &&PastVersion| ran.version == *version || ran.version.is_same(version);
    past.get(cell)?.iter().find(fits).map(|ran| ran.version.clone())
}

/// A build makes one image. The image is unambiguous if all images of an app have one version, and
/// none is known to come from another repository than the others; a remote base with that version
/// moves along.
fn versions_built<'e>(
    app: &AppName,
    entries: &[&'e MappingEntry],
    version: &Version,
) -> Result<Vec<EntryVersion<'e>>, PlanObstacle> {
    let is_image = |entry: &&MappingEntry| !entry.notes.contains(&EntryNote::Remote);
    let has_images = entries.iter().any(is_image);
    let images = entries.iter().filter(|entry| !has_images || is_image(entry));
    let components: BTreeSet<_> = images.clone().map(|entry| &entry.component).collect();
    let current: BTreeSet<&Version> = images.clone().map(|entry| &entry.version).collect();
    let repositories: BTreeSet<&String> =
        images.clone().filter_map(|entry| entry.image.as_ref()).collect();
    let difference = match (components.len(), current.len(), repositories.len()) {
        (2.., 2.., _) => Some("with different versions"),
        (2.., _, 2..) => Some("of different repositories"),
        _ => None,
    };
    if let Some(difference) = difference {
        let name = |component: Option<String>| match component {
            Some(component) => format!("{app}/{component}"),
            None => app.to_string(),
        };
        let names: Vec<String> = components.into_iter().cloned().map(name).collect();
        let reason = format!("{app} has several images, {difference}: {}", names.join(", "));
        return Err(PlanObstacle::new("several-images", reason, "name one of them"));
    }
    let moves = |entry: &&&MappingEntry| is_image(entry) || current.contains(&entry.version);
    Ok(entries.iter().filter(moves).map(|entry| (*entry, version.clone())).collect())
}

/// Rolls back the components that moved last; others stay. The version to restore is the one before
/// the current version first arrived, so that a rollback is not rolled back.
fn versions_before<'e>(
    app: &AppName,
    entries: &[&'e MappingEntry],
    past: &PastVersions,
) -> Result<Vec<EntryVersion<'e>>, PlanObstacle> {
    let arrived = |entry: &MappingEntry| {
        past.get(&entry.cell()).and_then(|ran| ran.first()).map(|ran| ran.time)
    };
    let last = entries.iter().filter_map(|entry| arrived(entry)).max();
    let newest = entries.iter().filter(|entry| last.is_some() && arrived(entry) == last);
    let back = |entry: &&'e MappingEntry| {
        let ran = past.get(&entry.cell())?;
        let first = ran.iter().rposition(|ran| ran.version == entry.version)?;
        Some((*entry, ran.get(first + 1)?.version.clone()))
    };
    let out: Vec<EntryVersion<'e>> = newest.filter_map(back).collect();
    if out.is_empty() {
        let reason = format!("the history has no earlier version of {app}");
        let hint = format!(
            "`towpath history {app}` lists the known versions; `towpath deploy` accepts any version"
        );
        return Err(PlanObstacle::new("nothing-before", reason, hint));
    }
    Ok(out)
}

fn versions_to_restore<'e>(
    app: &AppName,
    entries: &[&'e MappingEntry],
    version: &Version,
    past: &PastVersions,
) -> Result<Vec<EntryVersion<'e>>, PlanObstacle> {
    let ran =
        |entry: &&'e MappingEntry| Some((*entry, find_past_version(past, &entry.cell(), version)?));
    let out: Vec<EntryVersion<'e>> = entries.iter().filter_map(ran).collect();
    match (out.is_empty(), entries.first()) {
        (true, Some(entry)) => {
            let reason = format!("{} has never run {version} of {app}", entry.stage);
            let hint = format!(
                "`towpath history {app} --stage {}` lists the versions it ran",
                entry.stage
            );
            Err(PlanObstacle::new("never-ran", reason, hint))
        }
        _ => Ok(out),
    }
}
