//! Plans a promotion, deployment or rollback, with one result per app.
//!
//! An app that cannot be promoted has a result like any other and never blocks the rest.

use super::edit_base::EditBase;
use super::edits::EntryChange;
use super::file_edits::{EditConsent, FileEdits};
use super::refusal::EditRefusal;
use super::sharing::move_together;
use super::version_change::VersionChange;
use super::version_source::{EntryVersion, PlanObstacle, VersionSource};
use crate::config::gates::StageWaves;
use crate::model::{AppName, CellKey, MappingEntry, StageName, TargetName, Version};
use std::collections::{BTreeMap, BTreeSet};

/// Request for a plan.
pub struct PlanRequest<'a> {
    /// The stage to change.
    pub to: &'a StageName,
    /// Targets to change; empty means all.
    pub targets: &'a [TargetName],
    /// Waves of the stage; with these only the targets whose turn it is move.
    pub waves: Option<&'a StageWaves>,
    /// The version that each app is to have.
    pub choice: VersionSource<'a>,
    /// Selects the named apps and components; `None` means all.
    pub named: Option<&'a dyn Fn(&CellKey) -> bool>,
    pub consent: EditConsent,
    /// True where one commit contains all apps, so that apps which share a value can move together.
    pub together: bool,
}

/// Results in the order of the apps.
#[derive(Debug, Clone)]
pub struct Plan {
    pub to: StageName,
    pub items: Vec<PlanItem>,
}

/// Result for one app.
#[derive(Debug, Clone)]
pub struct PlanItem {
    pub app: AppName,
    /// The named component, if the app has several.
    pub component: Option<String>,
    /// Targets that the item is limited to: those named, or the wave whose turn it is.
    pub targets: Vec<TargetName>,
    pub outcome: ItemOutcome,
}

impl PlanItem {
    /// `web`, or `api/nginx` if only that component was named.
    pub fn name(&self) -> String {
        match &self.component {
            Some(component) => format!("{}/{component}", self.app),
            None => self.app.to_string(),
        }
    }
}

/// Outcome for one app.
#[derive(Debug, Clone)]
pub enum ItemOutcome {
    Moves(PlannedMoves),
    /// Everything is as wanted; holds the current version.
    UpToDate(Version),
    Refused(PlanObstacle),
}

/// Moves of one app, and the edits that make them.
#[derive(Debug, Clone)]
pub struct PlannedMoves {
    pub steps: Vec<PlannedMove>,
    pub edits: FileEdits,
}

/// A mapping entry that gets another version.
#[derive(Debug, Clone)]
pub struct PlannedMove {
    /// The current entry.
    pub entry: MappingEntry,
    /// The version after the edit.
    pub to: Version,
}

impl Plan {
    /// Apps that move.
    pub fn moving_items(&self) -> impl Iterator<Item = (&PlanItem, &PlannedMoves)> {
        self.items.iter().filter_map(|item| match &item.outcome {
            ItemOutcome::Moves(moves) => Some((item, moves)),
            _ => None,
        })
    }

    /// Apps that were refused, with the reason.
    pub fn refused_items(&self) -> impl Iterator<Item = (&PlanItem, &PlanObstacle)> {
        self.items.iter().filter_map(|item| match &item.outcome {
            ItemOutcome::Refused(obstacle) => Some((item, obstacle)),
            _ => None,
        })
    }

    /// Combines the edits of all apps that move; two of them may be in one file.
    ///
    /// # Errors
    /// [`EditRefusal`] if they cannot be made together.
    pub fn combined_edits(
        &self,
        ground: &EditBase<'_>,
        consent: EditConsent,
    ) -> Result<FileEdits, EditRefusal> {
        let mut moving = self.moving_items();
        match (moving.next(), moving.next()) {
            (Some((_, only)), None) => Ok(only.edits.clone()),
            _ => {
                edits_for(ground, self.moving_items().flat_map(|(_, moves)| &moves.steps), consent)
            }
        }
    }
}

/// Makes a plan. Changes nothing.
pub fn make_plan(ground: &EditBase<'_>, request: &PlanRequest<'_>) -> Plan {
    let mapping = ground.to_mapping();
    let mut apps: BTreeMap<&AppName, Vec<&MappingEntry>> = BTreeMap::new();
    for entry in &mapping.entries {
        if request.named.is_some_and(|named| named(&entry.cell())) {
            apps.entry(&entry.app).or_default();
        }
        if is_meant(entry, request) {
            apps.entry(&entry.app).or_default().push(entry);
        }
    }
    let item = |(app, entries): (&AppName, &[&MappingEntry])| {
        let (targets, outcome) = in_turn(ground, request, app, entries);
        let component = request.named.and_then(|_| only_component(&mapping.entries, entries));
        PlanItem {
            app: app.clone(),
            component,
            targets,
            outcome: outcome.unwrap_or_else(ItemOutcome::Refused),
        }
    };
    let mut items: Vec<PlanItem> = apps.iter().map(|(app, found)| item((app, found))).collect();
    if request.together {
        move_together(ground, request, &apps, &mut items);
    }
    Plan { to: request.to.clone(), items }
}

/// The component of these entries, if the app has other components too.
fn only_component(all: &[MappingEntry], entries: &[&MappingEntry]) -> Option<String> {
    let first = entries.first()?;
    let is_only = entries.iter().all(|entry| entry.component == first.component);
    let siblings = |other: &&MappingEntry| (&other.app, &other.stage) == (&first.app, &first.stage);
    let has_more = all.iter().filter(siblings).any(|other| other.component != first.component);
    first.component.clone().filter(|_| is_only && has_more)
}

/// Outcome for the first wave that is not up to date, with its targets; without waves, for all
/// entries.
fn in_turn(
    ground: &EditBase<'_>,
    request: &PlanRequest<'_>,
    app: &AppName,
    entries: &[&MappingEntry],
) -> (Vec<TargetName>, Result<ItemOutcome, PlanObstacle>) {
    let mut waves: BTreeMap<usize, Vec<&MappingEntry>> = BTreeMap::new();
    for entry in entries {
        let index = request.waves.map_or(0, |waves| waves.wave_index(entry.target.as_ref()));
        waves.entry(index).or_default().push(entry);
    }
    if waves.len() < 2 || !request.targets.is_empty() {
        return (
            request.targets.to_vec(),
            item_outcome(ground, request, app, (entries, request.targets)),
        );
    }
    let mut same = None;
    for wave in waves.values() {
        let targets: BTreeSet<TargetName> =
            wave.iter().filter_map(|entry| entry.target.clone()).collect();
        let targets: Vec<TargetName> = targets.into_iter().collect();
        match item_outcome(ground, request, app, (wave, &targets)) {
            Ok(ItemOutcome::UpToDate(version)) => same = same.or(Some(version)),
            other => return (targets, other),
        }
    }
    (Vec::new(), Ok(ItemOutcome::UpToDate(same.unwrap_or_default())))
}

fn is_meant(entry: &MappingEntry, request: &PlanRequest<'_>) -> bool {
    entry.stage == *request.to
        && (request.targets.is_empty()
            || entry.target.as_ref().is_some_and(|target| request.targets.contains(target)))
        && request.named.is_none_or(|named| named(&entry.cell()))
}

/// Outcome for some entries of an app, limited to these targets.
fn item_outcome(
    ground: &EditBase<'_>,
    request: &PlanRequest<'_>,
    app: &AppName,
    (entries, targets): (&[&MappingEntry], &[TargetName]),
) -> Result<ItemOutcome, PlanObstacle> {
    if entries.is_empty() {
        return Err(PlanObstacle::absent_app(app, request.to, targets));
    }
    let wanted = request.choice.versions(app, entries, targets)?;
    let steps = wanted_moves(&wanted, request)?;
    if steps.is_empty() {
        let runs = wanted.first().map(|(entry, _)| entry.version.clone()).unwrap_or_default();
        return Ok(ItemOutcome::UpToDate(runs));
    }
    let edits = edits_for(ground, &steps, request.consent)?;
    Ok(ItemOutcome::Moves(PlannedMoves { steps, edits }))
}

/// The moves of entries that do not have their wanted version yet.
pub(super) fn wanted_moves(
    wanted: &[EntryVersion<'_>],
    request: &PlanRequest<'_>,
) -> Result<Vec<PlannedMove>, PlanObstacle> {
    let mut steps = Vec::new();
    for (entry, version) in wanted {
        let change = VersionChange::of(&entry.version, version, None, request.consent);
        let to = change.map_err(|reason| PlanObstacle::edit_refused(entry, reason))?.new;
        let adds_digest = entry.version.digest.is_none() && to.digest.is_some();
        if adds_digest || !entry.version.is_same(&to) {
            steps.push(PlannedMove { entry: (*entry).clone(), to });
        }
    }
    Ok(steps)
}

pub(super) fn edits_for<'s>(
    ground: &EditBase<'_>,
    steps: impl IntoIterator<Item = &'s PlannedMove>,
    consent: EditConsent,
) -> Result<FileEdits, EditRefusal> {
    let change = |step: &'s PlannedMove| EntryChange {
        entry: &step.entry,
        version: step.to.clone(),
        image: None,
    };
    ground.compute_edits(&steps.into_iter().map(change).collect::<Vec<_>>(), consent)
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
