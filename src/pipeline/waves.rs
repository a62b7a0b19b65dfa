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
    pub cells: Vec<&'e CellKey>,
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
        for cell in running_cells(evidence, subject, stage, end) {
            turns
                .entry(waves.wave_index(cell.target.as_ref()))
                .or_default()
                .extend(cell.target.clone());
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
        moving.iter().map(|cell| waves.wave_index(cell.target.as_ref())).collect();
    let all: Vec<&CellKey> = running_cells(evidence, question.subject, question.stage, end)
        .into_iter()
        .filter(|cell| moving.iter().any(|other| other.component == cell.component))
        .collect();
    let of = |moving: usize| {
        let at = |cell: &&CellKey| waves.wave_index(cell.target.as_ref());
        let index = all.iter().map(at).filter(|index| *index < moving).max()?;
        let cells = all.iter().copied().filter(|cell| at(cell) == index).collect();
        Some(PreviousWave { waves, moving, index, cells })
    };
    indices.into_iter().filter_map(of).collect()
}

/// Queried cells that do not run the version yet.
pub(super) fn moving_cells<'e>(
    evidence: &Evidence<'e>,
    question: &GateQuery<'_>,
) -> Vec<&'e CellKey> {
    let end = question.history_end();
    let has_it = |cell| {
        evidence.current_run(cell, end).is_some_and(|now| now.version.is_same(question.version))
    };
    evidence.queried_cells(question).into_iter().filter(|cell| !has_it(*cell)).collect()
}

/// Cells in which the app runs at that time.
fn running_cells<'e>(
    evidence: &Evidence<'e>,
    subject: &AppComponent,
    stage: &StageName,
    end: Option<i64>,
) -> Vec<&'e CellKey> {
    let cells = evidence.cells_of_app(subject).into_iter();
    cells.filter(|cell| cell.stage == *stage && evidence.current_run(cell, end).is_some()).collect()
}
