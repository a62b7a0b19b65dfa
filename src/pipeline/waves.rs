//! Waves: targets of a stage that follow each other.

use super::evidence::Evidence;
use super::query::{AppComponent, GateQuery};
use crate::config::gates::StageWaves;
use crate::model::{CellKey, StageName, TargetName};
use std::collections::{BTreeMap, BTreeSet};

/// The wave before one that is to move.
pub(super) struct PreviousWave<'e> {
    pub waves: &'e StageWaves,
    /// Index of the wave that is to move.
    pub moving: usize,
    /// Index of the nearest earlier wave in which the app runs.
    pub index: usize,
    /// Cells of the app in that wave.
    pub slots: Vec<&'e CellKey>,
}

/// Targets of an app in a stage, by wave. A single empty entry means that all targets move
/// together.
pub fn targets_by_wave(
    evidence: &Evidence<'_>,
    subject: &AppComponent,
    stage: &StageName,
    end: Option<i64>,
) -> Vec<Vec<TargetName>> {
    let mut turns: BTreeMap<usize, BTreeSet<TargetName>> = BTreeMap::new();
    if let Some(waves) = evidence.config.pipeline.waves_of(stage) {
        for slot in running_cells(evidence, subject, stage, end) {
            turns
                .entry(waves.wave_index(slot.target.as_ref()))
                .or_default()
                .extend(slot.target.clone());
        }
    }
    if turns.len() < 2 {
        return vec![Vec::new()];
    }
    turns.into_values().map(|targets| targets.into_iter().collect()).collect()
}

/// Returns the wave before each wave that a query would move.
pub(super) fn previous_waves<'e>(
    evidence: &Evidence<'e>,
    question: &GateQuery<'_>,
) -> Vec<PreviousWave<'e>> {
    let Some(waves) = evidence.config.pipeline.waves_of(question.stage) else { return Vec::new() };
    let end = question.history_end();
    let moving = moving_cells(evidence, question);
    let indices: BTreeSet<usize> =
        moving.iter().map(|slot| waves.wave_index(slot.target.as_ref())).collect();
    let all: Vec<&CellKey> = running_cells(evidence, question.subject, question.stage, end)
        .into_iter()
        .filter(|slot| moving.iter().any(|other| other.component == slot.component))
        .collect();
    let of = |moving: usize| {
        let at = |slot: &&CellKey| waves.wave_index(slot.target.as_ref());
        let index = all.iter().map(at).filter(|index| *index < moving).max()?;
        let slots = all.iter().copied().filter(|slot| at(slot) == index).collect();
        Some(PreviousWave { waves, moving, index, slots })
    };
    indices.into_iter().filter_map(of).collect()
}

/// Queried cells that do not run the version yet.
pub(super) fn moving_cells<'e>(
    evidence: &Evidence<'e>,
    question: &GateQuery<'_>,
) -> Vec<&'e CellKey> {
    let end = question.history_end();
    let has_it = |slot| {
        evidence.current_run(slot, end).is_some_and(|now| now.version.is_same(question.version))
    };
    evidence.queried_cells(question).into_iter().filter(|slot| !has_it(*slot)).collect()
}

/// Cells in which the app runs at that time.
fn running_cells<'e>(
    evidence: &Evidence<'e>,
    subject: &AppComponent,
    stage: &StageName,
    end: Option<i64>,
) -> Vec<&'e CellKey> {
    let slots = evidence.cells_of_app(subject).into_iter();
    slots.filter(|slot| slot.stage == *stage && evidence.current_run(slot, end).is_some()).collect()
}
