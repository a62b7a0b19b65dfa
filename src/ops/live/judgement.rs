//! Compares what a cell should run with what was seen of it.
//!
//! Health counts only together with the wanted version: that of an old version, or of a state that
//! the controller has not seen, says nothing about the new one.

use super::sight::{CellSight, is_same_repository};
use crate::live::{AppliedRevision, LiveHealth, LiveImage, LiveObject};
use crate::model::{EntryNote, ImageReference, MappingEntry, Version};
use crate::report::{LiveCell, LivePart, LiveState};
use jiff::Timestamp;

/// What the repository says about a cell.
pub struct WantedCell<'w> {
    pub name: String,
    pub entry: &'w MappingEntry,
    /// When the version landed, in the known history.
    pub landed: Option<Timestamp>,
    /// The versions just before: one of them still runs where the newest is not applied yet.
    pub before: Vec<&'w Version>,
    /// Whether a revision contains the commit that brought the version; `None` if unknown.
    pub covers: &'w dyn Fn(&str) -> Option<bool>,
}

/// Judges a cell.
pub fn judge_cell(wanted: &WantedCell<'_>, sight: &CellSight<'_>) -> LiveCell {
    let entry = wanted.entry;
    let mut parts: Vec<LivePart> = sight
        .deliveries
        .iter()
        .map(|object| judge_delivery(wanted, object, !sight.workloads.is_empty()))
        .collect();
    for (object, images) in &sight.workloads {
        let is_over = matches!(object.health, LiveHealth::Completed | LiveHealth::Degraded);
        for image in images {
            let part = judge_workload(wanted, object, image);
            // A Job of an older version that has ended is no workload of this one.
            let is_old = matches!(part.state, LiveState::Drift | LiveState::NotApplied);
            if !(object.kind == "Job" && is_over && is_old) {
                parts.push(part);
            }
        }
    }
    let worst = parts.iter().max_by_key(|part| part.state);
    let (mut state, mut reason) = match (&sight.trouble, worst) {
        (Some(trouble), _) => (LiveState::Unknown, Some(trouble.clone())),
        (None, None) => (LiveState::Unknown, Some(nothing_seen(entry, sight))),
        (None, Some(part)) => (part.state, part.reason.clone()),
    };
    let is_older = sight.looked.zip(wanted.landed).is_some_and(|(looked, landed)| looked < landed);
    if is_older && matches!(state, LiveState::Drift | LiveState::NotApplied) {
        state = LiveState::Unknown;
        reason = Some("seen before the version landed".to_owned());
    }
    let rolled_back = sight.deliveries.iter().find_map(|object| find_rollback(wanted, object));
    if let Some((_, revision)) = &rolled_back
        && matches!(state, LiveState::Drift | LiveState::NotApplied)
    {
        state = LiveState::Drift;
        reason = Some(format!("rolled back: {revision} was applied again"));
    }
    let since = since_of(state, &parts, wanted.landed);
    let mut runs: Vec<Version> = Vec::new();
    for version in parts.iter().filter_map(|part| part.version.as_ref()) {
        if !runs.contains(version) {
            runs.push(version.clone());
        }
    }
    LiveCell {
        name: wanted.name.clone(),
        app: entry.app.to_string(),
        component: entry.component.clone(),
        stage: entry.stage.to_string(),
        target: entry.target.as_ref().map(ToString::to_string),
        image: entry.image.clone(),
        wanted: entry.version.clone(),
        landed: wanted.landed,
        is_evidence: is_evidence(state, since, &parts, sight),
        runs,
        state,
        since,
        reason,
        applied: applied_at(wanted, sight),
        rolled_back: rolled_back.map(|(time, _)| time),
        looked: sight.looked,
        witness: None,
        context: None,
        parts,
    }
}

/// The latest of the parts that are in this state, but not before the version landed. Unknown if a
/// part does not know it.
fn since_of(state: LiveState, parts: &[LivePart], landed: Option<Timestamp>) -> Option<Timestamp> {
    if state == LiveState::NotApplied {
        return landed;
    }
    let times = parts.iter().filter(|part| part.state == state).map(|part| part.since);
    let newest = times.reduce(|one, other| Some(one?.max(other?)))??;
    match state {
        LiveState::AsWanted | LiveState::Unwell | LiveState::Rolling => {
            Some(landed.map_or(newest, |landed| newest.max(landed)))
        }
        _ => Some(newest),
    }
}

/// True where the state of the cell can count as an outcome.
fn is_evidence(
    state: LiveState,
    since: Option<Timestamp>,
    parts: &[LivePart],
    sight: &CellSight<'_>,
) -> bool {
    let runs = |part: &LivePart| part.replicas.is_none_or(|count| count.ready > 0);
    match state {
        LiveState::AsWanted => since.is_some() && sight.gaps.is_empty() && parts.iter().all(runs),
        LiveState::Unwell => since.is_some(),
        _ => false,
    }
}

/// When a controller first applied a revision that contains the version. Controllers forget the
/// oldest revisions, so that it is known only if they applied one without it before.
fn applied_at(wanted: &WantedCell<'_>, sight: &CellSight<'_>) -> Option<Timestamp> {
    let first = |object: &LiveObject| first_application(&object.applied, wanted.covers);
    sight.deliveries.iter().filter_map(|object| first(object)).min()
}

/// When the first of these revisions that contains a commit was applied, if one without it was
/// applied before.
pub fn first_application(
    applied: &[AppliedRevision],
    covers: &dyn Fn(&str) -> Option<bool>,
) -> Option<Timestamp> {
    let time_of = |answer: bool| {
        let fitting = applied.iter().filter(move |one| covers(&one.revision) == Some(answer));
        fitting.map(|one| one.time).min()
    };
    let first = time_of(true)?;
    time_of(false).filter(|without| *without < first).map(|_| first)
}

/// When a controller went back to a revision without the version, which it had applied before, and
/// that revision.
fn find_rollback(wanted: &WantedCell<'_>, object: &LiveObject) -> Option<(Timestamp, String)> {
    let covers = |revision: &str| (wanted.covers)(revision);
    let had_it = object.applied.iter().filter(|one| covers(&one.revision) == Some(true));
    let had_it = had_it.map(|one| one.time).max()?;
    let last = object.applied.iter().max_by_key(|one| one.time)?;
    let is_back = last.time > had_it && covers(&last.revision) == Some(false);
    let runs_it = object.revisions.contains(&last.revision);
    (is_back && runs_it).then(|| (last.time, last.revision.clone()))
}

fn nothing_seen(entry: &MappingEntry, sight: &CellSight<'_>) -> String {
    if let Some(gap) = sight.gaps.first() {
        let place = gap.namespace.as_ref().map(|name| format!(" in {name}")).unwrap_or_default();
        return format!("{} could not be seen{place}: {}", gap.what, gap.reason);
    }
    match &entry.image {
        Some(image) => format!("nothing was seen that runs {image}"),
        None => format!("no workload named like {} was seen", entry.app),
    }
}

/// A part of a cell, before it is judged.
fn part_of(object: &LiveObject) -> LivePart {
    LivePart {
        object: object.title(),
        container: None,
        image: None,
        digests: Vec::new(),
        revision: object.revisions.first().cloned(),
        replicas: object.replicas,
        state: LiveState::Unknown,
        since: object.since,
        reason: object.reason.clone(),
        version: None,
    }
}

/// Judges an Application, a Kustomization or a HelmRelease: by its revision, and by its images
/// where it knows those.
fn judge_delivery(wanted: &WantedCell<'_>, object: &LiveObject, has_workloads: bool) -> LivePart {
    let part = part_of(object);
    let covers: Vec<Option<bool>> =
        object.revisions.iter().map(|revision| (wanted.covers)(revision)).collect();
    let covered = match () {
        () if covers.contains(&Some(true)) => Some(true),
        () if covers.contains(&Some(false)) => Some(false),
        () => None,
    };
    let image = wanted.entry.image.as_deref();
    let ours = |one: &&LiveImage| image.is_some_and(|name| is_same_repository(&one.image, name));
    let versions: Vec<Version> = object
        .images
        .iter()
        .filter(ours)
        .map(|one| ImageReference::parse(&one.image).version)
        .collect();
    let has_wanted = versions.iter().any(|version| is_wanted(wanted, version));
    let other = versions.iter().find(|version| !is_wanted(wanted, version)).cloned();
    let shown = if has_wanted { Some(wanted.entry.version.clone()) } else { other.clone() };
    let part = LivePart { image: image.map(str::to_owned), version: shown, ..part };
    match (covered, has_wanted, other) {
        (Some(false), false, None) => {
            let revision = part.revision.clone().unwrap_or_default();
            let more = object.reason.as_ref().map(|reason| format!("; {reason}"));
            let reason = format!("{revision} is applied{}", more.unwrap_or_default());
            with_state(part, LiveState::NotApplied, &reason)
        }
        (_, true, Some(other)) => {
            with_state(part, LiveState::Rolling, &format!("{other} runs, too"))
        }
        (_, true, None) | (Some(true), false, None) => by_health(part, object),
        (Some(true), false, Some(_)) => {
            with_state(part, LiveState::Drift, "the revision is applied, but another version runs")
        }
        (_, false, Some(other)) => by_other_version(wanted, part, &other),
        // The workloads tell the version, and this object only whether something is wrong.
        (None, false, None) if has_workloads => by_health(part, object),
        (None, false, None) => {
            let reason = match object.revisions.first() {
                Some(revision) => format!("the revision {revision} is not in this clone"),
                None => "no revision and no image is known".to_owned(),
            };
            LivePart { reason: Some(reason), ..part }
        }
    }
}

/// Judges a container of a workload.
fn judge_workload(wanted: &WantedCell<'_>, object: &LiveObject, image: &LiveImage) -> LivePart {
    let spec = ImageReference::parse(&image.image).version;
    let mut digests: Vec<String> =
        image.running.iter().filter_map(|running| running.digest.clone()).collect();
    digests.dedup();
    let part = LivePart {
        container: image.container.clone(),
        image: Some(image.image.clone()),
        version: Some(spec.clone()),
        digests,
        ..part_of(object)
    };
    let entry = wanted.entry;
    if let Some(name) =
        entry.image.as_deref().filter(|name| !is_same_repository(&image.image, name))
    {
        let reason = format!("it runs another image than {name}");
        return with_state(part, LiveState::Drift, &reason);
    }
    match compare(&entry.version, &spec, image) {
        VersionComparison::Other => return by_other_version(wanted, part, &spec),
        VersionComparison::OtherDigest(digest) => {
            let reason = format!("the tag runs with another digest, {digest}");
            return with_state(part, LiveState::Drift, &reason);
        }
        VersionComparison::Undecided(reason) => {
            return LivePart { reason: Some(reason), ..part };
        }
        VersionComparison::Same => {}
    }
    if entry.notes.contains(&EntryNote::AppVersion) {
        return with_state(part, LiveState::Unknown, "the repository leaves the tag to the chart");
    }
    let older = image.running.iter().find(|running| {
        let version = ImageReference::parse(&running.image).version;
        version.tag.is_some() && spec.tag.is_some() && version.tag != spec.tag
    });
    if let Some(older) = older.filter(|_| object.health != LiveHealth::Degraded) {
        let version = ImageReference::parse(&older.image).version;
        let reason = format!("{} of the pods run {version}", older.pods);
        return with_state(part, LiveState::Rolling, &reason);
    }
    by_health(part, object)
}

/// The state of a part that has the wanted version.
fn by_health(part: LivePart, object: &LiveObject) -> LivePart {
    if !object.observed {
        return with_state(part, LiveState::Rolling, "the controller has not seen it yet");
    }
    let state = match object.health {
        LiveHealth::Healthy | LiveHealth::Completed => LiveState::AsWanted,
        LiveHealth::Progressing => LiveState::Rolling,
        LiveHealth::Degraded => LiveState::Unwell,
        LiveHealth::Unknown => LiveState::Unknown,
    };
    let is_idle = state == LiveState::AsWanted && object.replicas.is_some_and(|r| r.wanted == 0);
    let reason = match (part.reason.clone(), is_idle) {
        (None, true) => Some("it is scaled to zero".to_owned()),
        (None, _) if state == LiveState::Unknown => Some("its health is unknown".to_owned()),
        (reason, _) => reason,
    };
    LivePart { state, reason, ..part }
}

/// The state of a part that has another version than the wanted one.
fn by_other_version(wanted: &WantedCell<'_>, part: LivePart, runs: &Version) -> LivePart {
    if wanted.before.iter().any(|before| before.is_same(runs)) {
        return with_state(part, LiveState::NotApplied, &format!("{runs} runs"));
    }
    with_state(part, LiveState::Drift, &format!("{runs} runs, which the repository does not say"))
}

fn with_state(part: LivePart, state: LiveState, reason: &str) -> LivePart {
    // The health of another version is no news about this one.
    let since = matches!(state, LiveState::Rolling).then_some(part.since).flatten();
    LivePart { state, since, reason: Some(reason.to_owned()), ..part }
}

/// How a running version compares with the wanted one.
enum VersionComparison {
    Same,
    Other,
    OtherDigest(String),
    Undecided(String),
}

fn is_wanted(wanted: &WantedCell<'_>, version: &Version) -> bool {
    let image = LiveImage::default();
    matches!(compare(&wanted.entry.version, version, &image), VersionComparison::Same)
}

/// Compares versions. Digests decide where the repository names one; those of the pods count where
/// the object names none.
fn compare(wanted: &Version, spec: &Version, image: &LiveImage) -> VersionComparison {
    match (&wanted.digest, &spec.digest) {
        (Some(one), Some(other)) if one == other => return VersionComparison::Same,
        (Some(_), Some(_)) => return VersionComparison::Other,
        (Some(digest), None) => {
            if wanted.tag.is_some() && wanted.tag != spec.tag {
                return VersionComparison::Other;
            }
            let mut running = image.running.iter().map(|one| one.digest.as_ref()).peekable();
            if running.peek().is_none() {
                let reason = "the digest that runs is unknown".to_owned();
                return VersionComparison::Undecided(reason);
            }
            for found in running {
                match found {
                    Some(found) if found == digest => {}
                    Some(found) => return VersionComparison::OtherDigest(found.clone()),
                    None => {
                        let reason = "the digest of a pod is unknown".to_owned();
                        return VersionComparison::Undecided(reason);
                    }
                }
            }
            return VersionComparison::Same;
        }
        (None, _) => {}
    }
    match (&wanted.tag, &spec.tag) {
        (Some(one), Some(other)) if one == other => VersionComparison::Same,
        (Some(_), Some(_)) => VersionComparison::Other,
        // A reference without a tag and a digest is `latest`.
        (Some(one), None) if spec.digest.is_none() && one == "latest" => VersionComparison::Same,
        (Some(_), None) if spec.digest.is_none() => VersionComparison::Other,
        (Some(_), None) => {
            VersionComparison::Undecided("only its digest is known, and only the tag wanted".into())
        }
        (None, _) => VersionComparison::Undecided("the repository names no version".to_owned()),
    }
}
