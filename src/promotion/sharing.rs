//! Apps that read one value move together: none of them can move alone.

use super::edit_base::EditBase;
use super::plan::{
    ItemOutcome, PlanItem, PlanRequest, PlannedMove, PlannedMoves, edits_for, wanted_moves,
};
use crate::model::{AppName, MappingEntry};
use std::collections::BTreeMap;

/// Codes of the refusals of an app that shares a value with another one: a file that both read, and
/// a value that both take in by aliases.
const SHARED: [&str; 2] = ["shared", "anchor"];

/// Lets refused apps move that share their values with each other and with no app outside of the
/// plan. Each group has the edits of all of its apps.
pub(super) fn move_together(
    ground: &EditBase<'_>,
    request: &PlanRequest<'_>,
    apps: &BTreeMap<&AppName, Vec<&MappingEntry>>,
    items: &mut [PlanItem],
) {
    let mut waiting: Vec<(usize, Vec<PlannedMove>)> = items
        .iter()
        .enumerate()
        .filter(|(_, item)| is_shared(&item.outcome))
        .filter_map(|(at, item)| Some((at, moves_of(request, apps.get(&item.app)?, item)?)))
        .collect();
    while let Some(first) = waiting.pop() {
        let mut group = vec![first];
        while let Some(at) = waiting.iter().position(|(_, steps)| is_near(&group, steps)) {
            group.push(waiting.swap_remove(at));
        }
        let steps = group.iter().flat_map(|(_, steps)| steps);
        let Ok(edits) = edits_for(ground, steps, request.consent) else { continue };
        for (at, steps) in group {
            items[at].outcome = ItemOutcome::Moves(PlannedMoves { steps, edits: edits.clone() });
        }
    }
}

fn is_shared(outcome: &ItemOutcome) -> bool {
    matches!(outcome, ItemOutcome::Refused(obstacle) if SHARED.contains(&obstacle.code))
}

/// The moves that an item would make.
fn moves_of(
    request: &PlanRequest<'_>,
    entries: &[&MappingEntry],
    item: &PlanItem,
) -> Option<Vec<PlannedMove>> {
    let is_meant = |entry: &&&MappingEntry| {
        item.targets.is_empty()
            || entry.target.as_ref().is_some_and(|target| item.targets.contains(target))
    };
    let entries: Vec<&MappingEntry> = entries.iter().filter(is_meant).copied().collect();
    let wanted = request.choice.versions(&item.app, &entries, &item.targets).ok()?;
    wanted_moves(&wanted, request).ok().filter(|steps| !steps.is_empty())
}

/// True if one of these moves changes a value that a move of the group changes.
fn is_near(group: &[(usize, Vec<PlannedMove>)], steps: &[PlannedMove]) -> bool {
    let places =
        || group.iter().flat_map(|(_, steps)| steps).flat_map(|step| &step.entry.locations);
    let are_one = |a: &crate::model::Location, b: &crate::model::Location| {
        (&a.path, a.span.start) == (&b.path, b.span.start)
    };
    steps
        .iter()
        .flat_map(|step| &step.entry.locations)
        .any(|location| places().any(|place| are_one(place, location)))
}
