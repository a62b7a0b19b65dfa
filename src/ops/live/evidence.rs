//! What witnesses see of a stage, as evidence for outcomes.

use super::look::{LiveLook, LiveSource, LiveSubject};
use crate::model::{CellKey, MappingEntry, StageName, WitnessKind};
use crate::ops::gates::GateContext;
use crate::pipeline::LiveEvidence;
use crate::report::{LiveCell, LiveState};
use jiff::{SignedDuration, Timestamp};
use std::collections::HashMap;
use std::path::PathBuf;

/// What tells the cells of a stage, for the evidence of an outcome.
pub fn evidence_source(context: &GateContext<'_>, cell: &CellKey) -> &'static str {
    let rule = context.config().live.rule_for(cell);
    match (context.session.variable(SNAPSHOT), rule) {
        (Some(_), _) | (None, None) => "a snapshot",
        (None, Some(rule)) => rule.witness.as_str(),
    }
}

/// Names a snapshot that counts for gates in place of the witnesses.
const SNAPSHOT: &str = "TOWPATH_LIVE_SNAPSHOT";

/// An older look says nothing about now.
const MAX_AGE: SignedDuration = SignedDuration::from_mins(15);

/// What the witnesses see of the cells of a stage. A stage without an answer is unknown, with the
/// reason.
pub fn stage_evidence(
    context: &GateContext<'_>,
    stage: &StageName,
) -> HashMap<CellKey, LiveEvidence> {
    let entries = &context.survey.mapping.entries;
    let subject = LiveSubject::new(context.repository, &context.survey, &context.chronicle);
    let session = context.session;
    let here: Vec<&MappingEntry> = entries.iter().filter(|entry| entry.stage == *stage).collect();
    let cells: Vec<CellKey> = here.iter().map(|entry| entry.cell()).collect();
    let source = match session.variable(SNAPSHOT) {
        Some(path) => LiveSource::Snapshot(PathBuf::from(path)),
        None => LiveSource::Configured,
    };
    let is_named = source != LiveSource::Configured;
    let look = match LiveLook::take(subject, &cells, &source, session) {
        Ok(look) => look,
        Err(failure) => {
            let unknown = || LiveEvidence::Unknown(failure.message());
            return cells.into_iter().map(|cell| (cell, unknown())).collect();
        }
    };
    let answers = look.answers(here.iter().map(|entry| (entry.app.as_str(), *entry)));
    cells
        .into_iter()
        .zip(answers)
        .map(|(cell, answer)| {
            let rule = context.config().live.rule_for(&cell);
            // Whoever can write to the repository could write the snapshot.
            let is_own = rule.is_some_and(|rule| rule.witness == WitnessKind::File) && !is_named;
            let found = match is_own {
                true => LiveEvidence::Unknown(format!(
                    "a snapshot in the repository is no evidence; {SNAPSHOT} names another one"
                )),
                false => to_evidence(&answer, session.now()),
            };
            (cell, found)
        })
        .collect()
}

/// What an answer is worth at a time.
pub(super) fn to_evidence(cell: &LiveCell, now: Timestamp) -> LiveEvidence {
    let reason = || {
        let reason = cell.reason.as_ref().map(|reason| format!(": {reason}"));
        format!("{}{}", cell.state.words(), reason.unwrap_or_default())
    };
    let Some(looked) = cell.looked else { return LiveEvidence::Unknown(reason()) };
    let age = now.duration_since(looked);
    if age.abs() > MAX_AGE {
        let minutes = age.abs().as_mins();
        return LiveEvidence::Unknown(format!("the look is {minutes} minutes from now"));
    }
    if let Some(since) = cell.rolled_back {
        let (version, since, looked) = (cell.wanted.clone(), since.as_second(), looked.as_second());
        let reason = cell.reason.clone().unwrap_or_default();
        return LiveEvidence::RolledBack { version, since, looked, reason };
    }
    let Some(since) = cell.since.filter(|_| cell.is_evidence) else {
        let more = match cell.state {
            LiveState::AsWanted => ", but not everything was seen, or not since when",
            _ => "",
        };
        return LiveEvidence::Unknown(reason() + more);
    };
    let (version, since, looked) = (cell.wanted.clone(), since.as_second(), looked.as_second());
    match cell.state {
        LiveState::AsWanted => LiveEvidence::Well { version, since, looked },
        LiveState::Unwell => {
            let unwell = cell.parts.iter().filter(|part| part.state == LiveState::Unwell);
            let is_final = unwell.into_iter().any(|part| part.object.starts_with("Job "));
            let reason = cell.reason.clone().unwrap_or_default();
            LiveEvidence::Unwell { version, since, looked, reason, is_final }
        }
        _ => LiveEvidence::Unknown(reason()),
    }
}
