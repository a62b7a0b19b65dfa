//! The stages as numbers, and which come before which.

use super::Timeline;
use crate::config::Config;
use crate::model::StageName;

/// Stages in pipeline order; those that no configuration names any more come last, with nothing
/// before them.
pub(super) struct StageOrder {
    stages: Vec<StageName>,
    /// Of each stage: those right before it.
    direct: Vec<Vec<usize>>,
    /// Of each stage: all before it, in pipeline order.
    all: Vec<Vec<usize>>,
}

/// The stages of a configuration and those that only the past knows, in pipeline order.
pub fn stages(timeline: &Timeline, config: &Config) -> Vec<StageName> {
    StageOrder::new(config, timeline.cells().iter().map(|slot| &slot.stage)).into_stages()
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

    /// How many stages there are.
    pub fn len(&self) -> usize {
        self.stages.len()
    }

    /// The number of a stage.
    pub fn position(&self, name: &StageName) -> usize {
        self.stages
            .iter()
            .position(|stage| stage == name)
            .expect("made with every stage that is used")
    }

    /// All stages before one.
    pub fn all_before(&self, stage: usize) -> &[usize] {
        &self.all[stage]
    }

    /// The nearest stages before one that `accept` takes: each way upwards is followed until it
    /// meets one.
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

    /// The names, in order.
    pub fn into_stages(self) -> Vec<StageName> {
        self.stages
    }
}

/// Everything upwards of a stage. A configuration has no circles, but they would do no harm.
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
