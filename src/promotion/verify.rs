//! Reads the edited files again: wanted versions must be there, and everything else unchanged.

use super::edit_base::EditBase;
use super::file_edits::PlannedChange;
use super::refusal::{EditRefusal, RefusalReason};
use crate::git::Snapshot;
use crate::model::{CellKey, ImagePart, Location, MappingEntry, Version};
use std::collections::BTreeSet;

/// A fact of a mapping: a version in a cell, and its place. The place is left out for wanted
/// changes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct MappingFact {
    cell: CellKey,
    image: Option<String>,
    version: Version,
    place: Option<(String, u32, String, ImagePart)>,
}

/// Compares the mapping before and after the edits.
///
/// # Errors
/// [`RefusalReason::Shared`] if more would change than is wanted, [`RefusalReason::ReadsOtherwise`]
/// if the wanted version would not be read back.
pub(super) fn check(
    ground: &EditBase<'_>,
    after: &Snapshot<'_>,
    paths: &[&str],
    planned: &[PlannedChange<'_>],
) -> Result<(), EditRefusal> {
    let claims = ground.looking_at(paths.iter().copied());
    let read = ground.read_claims(after, &claims).into_iter().map(|(_, entries)| entries);
    let new = crate::source::assemble_entries(ground.config, read);
    let expected: BTreeSet<MappingFact> =
        ground.said_by(&claims).iter().flat_map(|entry| expected_facts(entry, planned)).collect();
    let found: BTreeSet<MappingFact> = new
        .iter()
        .flat_map(|entry| mapping_facts(entry, entry.version.clone(), None, planned))
        .collect();
    if expected == found {
        return Ok(());
    }
    let lost: Vec<&MappingFact> = expected.difference(&found).collect();
    let refuse = |reason| refusal_at(&lost, planned, paths, reason);
    let others: BTreeSet<&CellKey> =
        lost.iter().filter(|fact| fact.place.is_some()).map(|fact| &fact.cell).collect();
    if !others.is_empty() {
        return Err(refuse(shared_with(&others, planned)));
    }
    let (expected, found) =
        (fact_text(lost.first().copied()), fact_text(found.difference(&expected).next()));
    Err(refuse(RefusalReason::ReadsOtherwise { expected, found }))
}

fn shared_with(others: &BTreeSet<&CellKey>, planned: &[PlannedChange<'_>]) -> RefusalReason {
    let is_planned = |cell: &CellKey| planned.iter().any(|one| one.entry.stage == cell.stage);
    RefusalReason::Shared {
        others: others.iter().map(|cell| cell_text(cell)).collect(),
        is_one_stage: others.iter().all(|cell| is_planned(cell)),
    }
}

/// Refuses at the place whose file lost a fact, or else at the first place.
fn refusal_at(
    lost: &[&MappingFact],
    planned: &[PlannedChange<'_>],
    paths: &[&str],
    reason: RefusalReason,
) -> EditRefusal {
    let struck = |at: &&Location| {
        lost.iter().filter_map(|fact| fact.place.as_ref()).any(|place| place.0 == at.path)
    };
    let mut places = planned.iter().flat_map(|planned| &planned.entry.locations);
    let place = places.clone().find(struck).or_else(|| places.next());
    place.map_or_else(
        || EditRefusal::of_file(paths[0], RefusalReason::Unknown),
        |location| EditRefusal::at_location(location, reason),
    )
}

fn fact_text(fact: Option<&MappingFact>) -> String {
    let Some(fact) = fact else { return "nothing".into() };
    let image = fact.image.as_ref().map(|image| format!(" of {image}")).unwrap_or_default();
    format!("{}{image} for {}", fact.version, cell_text(&fact.cell))
}

/// Facts of an entry that are expected after the edit.
fn expected_facts(entry: &MappingEntry, planned: &[PlannedChange<'_>]) -> Vec<MappingFact> {
    match planned.iter().find(|planned| planned.is_about(entry)) {
        Some(planned) => mapping_facts(
            entry,
            planned.change.new.clone(),
            planned.change.image.clone(),
            std::slice::from_ref(planned),
        ),
        None => mapping_facts(entry, entry.version.clone(), None, planned),
    }
}

fn mapping_facts(
    entry: &MappingEntry,
    version: Version,
    image: Option<String>,
    planned: &[PlannedChange<'_>],
) -> Vec<MappingFact> {
    let cell = entry.cell();
    let meant =
        planned.iter().any(|planned| planned.change.new == version && planned.entry.cell() == cell);
    let image = image.or_else(|| entry.image.clone());
    let fact = |place| MappingFact {
        cell: cell.clone(),
        image: image.clone(),
        version: version.clone(),
        place,
    };
    if meant {
        return vec![fact(None)];
    }
    let places = entry.locations.iter();
    places.map(|at| fact(Some((at.path.clone(), at.document, at.key.clone(), at.part)))).collect()
}

/// Formats a cell as `web/nginx in prod (eu)`.
pub(super) fn cell_text(cell: &CellKey) -> String {
    let component =
        cell.component.as_ref().map(|component| format!("/{component}")).unwrap_or_default();
    let target = cell.target.as_ref().map(|target| format!(" ({target})")).unwrap_or_default();
    format!("{}{component} in {}{target}", cell.app, cell.stage)
}
