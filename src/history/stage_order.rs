//! Stages as numbers in pipeline order, and their upstream stages.

use super::Timeline;
use crate::config::Config;
use crate::model::StageName;

/// Stages in pipeline order. Stages that are no longer configured come last, without upstream
/// stages.
pub(super) struct StageOrder {
    stages: Vec<StageName>,
    /// Direct upstream stages of each stage.
    direct: Vec<Vec<usize>>,
    /// All upstream stages of each stage, in pipeline order.
    all: Vec<Vec<usize>>,
}

/// Returns the configured stages and those found only in the history, in pipeline order.
pub fn stages(timeline: &Timeline, config: &Config) -> Vec<StageName> {
    StageOrder::new(config, timeline.cells().iter().map(|cell| &cell.stage)).into_stages()
}

impl StageOrder {
    pub fn new<'a>(config: &Config, used: impl Iterator<Item = &'a StageName>) -> Self {
        let mut stages: Vec<StageName> =
            config.stages.iter().map(|stage| stage.name.clone()).collect();
        for stage in used {
            if !stages.contains(stage) {
                stages.push(stage.clone());
            }
        }
        let number = |name: &StageName| stages.iter().position(|stage| stage == name);
        let before = |name: &StageName| {
            config.stages.iter().find(|stage| stage.name == *name).map(|stage| &stage.after)
        };
        let direct: Vec<Vec<usize>> = stages
            .iter()
            .map(|stage| before(stage).into_iter().flatten().filter_map(number).collect())
            .collect();
        let all = (0..stages.len()).map(|stage| all_upstream(stage, &direct)).collect();
        StageOrder { stages, direct, all }
    }

    /// Number of stages.
    pub fn len(&self) -> usize {
        self.stages.len()
    }

    /// Position of a stage.
    pub fn position(&self, name: &StageName) -> usize {
        self.stages
            .iter()
            .position(|stage| stage == name)
            .expect("made with every stage that is used")
    }

    /// All upstream stages of a stage.
    pub fn all_before(&self, stage: usize) -> &[usize] {
        &self.all[stage]
    }

    /// The nearest upstream stages that satisfy `accept`; the search along a path ends at the first
    /// one.
    pub fn nearest_upstream(&self, stage: usize, accept: &dyn Fn(usize) -> bool) -> Vec<usize> {
        let mut found = Vec::new();
        let mut seen = vec![stage];
        let mut open = self.direct[stage].clone();
        while let Some(next) = open.pop() {
            if seen.contains(&next) {
                continue;
            }
            seen.push(next);
            if accept(next) {
                found.push(next);
            } else {
                open.extend(&self.direct[next]);
            }
        }
        found
    }

    /// Returns the names, in order.
    pub fn into_stages(self) -> Vec<StageName> {
        self.stages
    }
}

/// All upstream stages of a stage. Terminates even for cycles, which a valid configuration has not.
fn all_upstream(stage: usize, direct: &[Vec<usize>]) -> Vec<usize> {
    let mut found: Vec<usize> = Vec::new();
    let mut open = direct[stage].clone();
    while let Some(next) = open.pop() {
        if next != stage && !found.contains(&next) {
            found.push(next);
            open.extend(&direct[next]);
        }
    }
    found.sort_unstable();
    found
}
