//! Relations of deployments to the stages before them, found by [`classify`](super::classify())
//! beside kinds and lead times.

use crate::model::StageName;

/// Position of a stage in the pipeline.
pub(super) type StageIndex = usize;

/// Relation of a deployment to an earlier stage that had the app by then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum StageRelation {
    /// The earlier stage had the version this many seconds before; `None` if history does not reach
    /// back.
    Before(Option<i64>),
    /// Both stages got it in one commit, or in the same second (one push of several commits).
    Same,
    /// The earlier stage got the version this many seconds later.
    After(i64),
    /// The earlier stage never had the version.
    Never,
}

impl StageRelation {
    /// Seconds from the earlier stage to this one; negative if the earlier stage came later.
    pub fn lead(self) -> Option<i64> {
        match self {
            StageRelation::Before(seconds) => seconds,
            StageRelation::Same => Some(0),
            StageRelation::After(seconds) => Some(-seconds),
            StageRelation::Never => None,
        }
    }
}

/// A deployment compared with one stage before it, direct or not.
#[derive(Debug, Clone, Copy)]
pub struct StageLink {
    /// Index of the deployment in the timeline.
    pub index: usize,
    /// The earlier stage, as an index of [`StageComparison::stages`].
    pub before: StageIndex,
    pub stage: StageIndex,
    pub relation: StageRelation,
    /// True if no stage between the two had the app.
    pub near: bool,
    /// True if the stage got the version for the first time.
    pub(super) is_new: bool,
}

/// Counts for a stage and an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StagePair {
    pub before: StageIndex,
    pub stage: StageIndex,
    /// Number of different versions that came while the earlier stage had the app.
    pub versions: usize,
    /// Number of them that the earlier stage ever had.
    pub met: usize,
    /// Number of those that it only got later, by more than the tolerance.
    pub later: usize,
    /// True if the order of the two is assumed, and the past contradicts it.
    pub is_contradicted: bool,
}

/// Fewer versions than these contradict nothing.
const FEW_VERSIONS: usize = 3;

impl StagePair {
    /// True if at least half of the versions match, and the order of the two is not in doubt.
    /// Otherwise the two stages do not write versions alike: tags are renamed on the way.
    pub fn is_comparable(&self) -> bool {
        !self.is_contradicted && (self.versions - self.met) * 2 <= self.versions
    }
}

/// Comparison of all deployments with the stages before them.
#[derive(Debug, Clone, Default)]
pub struct StageComparison {
    /// In pipeline order.
    pub stages: Vec<StageName>,
    pub links: Vec<StageLink>,
    pub pairs: Vec<StagePair>,
    /// Seconds by which the earlier stage may be late because merges overtook each other.
    pub tolerance: i64,
}

impl StageComparison {
    /// Marks the pairs in which most versions came to the later stage first. Only for stages whose
    /// order is assumed: such a pair says more about the assumption than about the deployments.
    pub fn mark_contradicted_pairs(&mut self) {
        for pair in &mut self.pairs {
            pair.is_contradicted = pair.later >= FEW_VERSIONS && pair.later * 2 > pair.met;
        }
    }

    /// Returns the counts of two stages, if anything was deployed in them.
    pub fn pair(&self, before: StageIndex, stage: StageIndex) -> Option<&StagePair> {
        self.pairs.iter().find(|pair| pair.before == before && pair.stage == stage)
    }

    /// True if the earlier stage had the version in time, or late by no more than the tolerance.
    pub fn is_in_order(&self, relation: StageRelation) -> bool {
        match relation {
            StageRelation::Before(_) | StageRelation::Same => true,
            StageRelation::After(seconds) => seconds <= self.tolerance,
            StageRelation::Never => false,
        }
    }
}
