//! What witnesses see of the cells, for the audit rules about what really runs.

use crate::audit::{LiveSighting, SightingKind};
use crate::model::MappingEntry;
use crate::ops::error::Failure;
use crate::ops::gates::GateContext;
use crate::ops::live::{LiveLook, LiveSource, LiveSubject};
use crate::report::LiveState;

/// Asks the witnesses about every cell. What they cannot see is told as a caution.
///
/// # Errors
/// When none is configured, or the named snapshot cannot be read.
pub fn find_sightings(
    context: &GateContext<'_>,
    source: &LiveSource,
) -> Result<Vec<LiveSighting>, Failure> {
    let entries = &context.survey.mapping.entries;
    let subject = LiveSubject {
        repository: context.repository,
        config: context.config(),
        timeline: &context.chronicle.timeline,
        entries,
    };
    let cells: Vec<_> = entries.iter().map(MappingEntry::cell).collect();
    let look = LiveLook::take(subject, &cells, source, context.session)?;
    for warning in look.warnings() {
        context.session.caution(&warning.message);
    }
    let answers = look.answers(entries.iter().map(|entry| (entry.app.as_str(), entry)));
    let unknown = answers.iter().filter(|answer| answer.state == LiveState::Unknown).count();
    if unknown > 0 {
        context.session.caution(&format!("what runs is unknown for {unknown} of the cells"));
    }
    let sightings = cells.into_iter().zip(answers).filter_map(|(cell, answer)| {
        let kind = match answer.state {
            LiveState::Drift => SightingKind::Drift,
            LiveState::NotApplied => SightingKind::NotApplied,
            _ => SightingKind::Other,
        };
        Some(LiveSighting {
            cell,
            kind,
            runs: answer.runs,
            landed: answer.landed.map(|time| time.as_second()),
            applied: answer.applied.map(|time| time.as_second()),
            looked: answer.looked?.as_second(),
        })
    });
    Ok(sightings.collect())
}
