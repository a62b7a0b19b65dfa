//! What witnesses see of the cells, for the audit rules about what really runs.

use crate::audit::{LiveSighting, SightingKind};
use crate::live::{FileWitness, LiveScope, Witness};
use crate::model::{CellKey, MappingEntry};
use crate::ops::error::Failure;
use crate::ops::gates::GateContext;
use crate::ops::live::{LiveLook, LiveSource, LiveSubject};
use crate::pipeline::ExternalFacts;
use crate::report::LiveState;
use std::collections::HashMap;

/// The most snapshots of a series.
const MAX_SNAPSHOTS: usize = 1000;

/// Asks the witnesses about every cell, or reads snapshots. The newest one is compared with the
/// present state, and each earlier one with what the repository said at its time. What they cannot
/// see is told as a caution.
///
/// # Errors
/// When no witness is configured, or a snapshot cannot be read.
pub fn find_sightings(
    context: &GateContext<'_>,
    sources: &[LiveSource],
) -> Result<Vec<LiveSighting>, Failure> {
    if sources.len() > MAX_SNAPSHOTS {
        let message = format!("there are more than {MAX_SNAPSHOTS} snapshots");
        return Err(Failure::usage(message));
    }
    let mut timed: Vec<(Option<i64>, &LiveSource)> = Vec::new();
    for source in sources {
        timed.push((time_of(source)?, source));
    }
    // What the witnesses see now has no time, and is the newest.
    timed.sort_by_key(|(time, _)| time.unwrap_or(i64::MAX));
    let mut out = Vec::new();
    for (at, (time, source)) in timed.iter().enumerate() {
        let until = time.filter(|_| at + 1 < timed.len());
        out.extend(look(context, source, until)?);
    }
    Ok(out)
}

/// The time of a snapshot.
fn time_of(source: &LiveSource) -> Result<Option<i64>, Failure> {
    let LiveSource::Snapshot(path) = source else { return Ok(None) };
    let seen = Witness::look(&FileWitness::new(path), &LiveScope::default())?;
    Ok(Some(seen.time.as_second()))
}

/// What one look shows. `until` is the time of one that is not the newest.
fn look(
    context: &GateContext<'_>,
    source: &LiveSource,
    until: Option<i64>,
) -> Result<Vec<LiveSighting>, Failure> {
    let present = &context.survey.mapping.entries;
    let past = until.map(|until| entries_at(context, until));
    let entries = past.as_deref().unwrap_or(present);
    let subject = LiveSubject::new(context.repository, &context.survey, &context.chronicle);
    let subject = LiveSubject { entries, until, ..subject };
    let cells: Vec<_> = entries.iter().map(MappingEntry::cell).collect();
    let look = LiveLook::take(subject, &cells, source, context.session)?;
    if until.is_none() {
        for warning in look.warnings() {
            context.session.caution(&warning.message);
        }
    }
    let answers = look.answers(entries.iter().map(|entry| (entry.app.as_str(), entry)));
    let unknown = answers.iter().filter(|answer| answer.state == LiveState::Unknown).count();
    if unknown > 0 && until.is_none() {
        context.session.caution(&format!("what runs is unknown for {unknown} of the cells"));
    }
    let sightings = cells.into_iter().zip(answers).filter_map(|(cell, answer)| {
        let kind = match answer.state {
            LiveState::Drift => SightingKind::Drift,
            LiveState::NotApplied => SightingKind::NotApplied,
            LiveState::Unwell => SightingKind::Unwell,
            LiveState::AsWanted => SightingKind::Well,
            _ => SightingKind::Other,
        };
        Some(LiveSighting {
            cell,
            version: answer.wanted,
            kind,
            runs: answer.runs,
            landed: answer.landed.map(|time| time.as_second()),
            applied: answer.applied.map(|time| time.as_second()),
            looked: answer.looked?.as_second(),
            since: answer.since.map(|time| time.as_second()),
            is_newest: until.is_none(),
        })
    });
    Ok(sightings.collect())
}

/// The present entries with the versions of a time. Those that had none then are left out, and so
/// are those whose past this clone does not have.
fn entries_at(context: &GateContext<'_>, at: i64) -> Vec<MappingEntry> {
    let (past, facts) = (context.whole_past(), ExternalFacts::default());
    let evidence = context.evidence(&past, &facts);
    let timeline = &context.chronicle.timeline;
    let known: HashMap<&CellKey, &CellKey> =
        timeline.cells().iter().map(|cell| (cell, cell)).collect();
    let entry_at = |entry: &MappingEntry| {
        let cell = *known.get(&entry.cell())?;
        let runs = evidence.run_periods(cell, None);
        let run = runs.iter().find(|run| run.time.is_some_and(|time| time <= at))?;
        let is_there = run.left.is_none_or(|left| left > at);
        is_there.then(|| MappingEntry { version: run.version.clone(), ..entry.clone() })
    };
    context.survey.mapping.entries.iter().filter_map(entry_at).collect()
}
