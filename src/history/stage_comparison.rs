//! How the deployments of a stage relate to the stages before it: what [`classify`](super::classify())
//! finds out beside kinds and leads.

use crate::model::StageName;

/// A stage's place in the pipeline.
pub(super) type StageIndex = usize;

/// How a deployment relates to a stage before that had the app by then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum StageRelation {
    /// The stage got the version so many seconds before; `None` where history does not reach back.
    Before(Option<i64>),
    /// The same commit, or the same second (one push of several commits), brought it to both.
    Same,
    /// The stage got the version so many seconds later.
    After(i64),
    /// The stage never had the version.
    Never,
}

impl StageRelation {
    /// Seconds from the stage before to here.
    pub fn lead(self) -> Option<i64> {
        match self {
            StageRelation::Before(seconds) => seconds,
            StageRelation::Same => Some(0),
            StageRelation::After(seconds) => Some(-seconds),
            StageRelation::Never => None,
        }
    }
}

/// One deployment seen from one of the stages before it, direct or not.
#[derive(Debug, Clone, Copy)]
pub struct StageLink {
    /// The deployment's index in the timeline.
    pub index: usize,
    /// The stage before, as an index of [`Comparison::stages`].
    pub before: StageIndex,
    pub stage: StageIndex,
    pub relation: StageRelation,
    /// No stage between the two had the app.
    pub near: bool,
    /// It is the first time that the stage got the version.
    pub(super) is_new: bool,
}

/// A stage and one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StagePair {
    pub before: StageIndex,
    pub stage: StageIndex,
    /// How many different versions came while the stage before had the app.
    pub versions: usize,
    /// How many of them the stage before ever had.
    pub met: usize,
}

impl StagePair {
    /// Do the two stages write the same version alike? Not where more than half never match: there
    /// tags are renamed on the way.
    pub fn is_comparable(&self) -> bool {
        (self.versions - self.met) * 2 <= self.versions
    }
}

/// All deployments seen from the stages before them.
#[derive(Debug, Clone, Default)]
pub struct StageComparison {
    /// In pipeline order.
    pub stages: Vec<StageName>,
    pub links: Vec<StageLink>,
    pub pairs: Vec<StagePair>,
    /// In seconds: a version that comes to the stage before this much later was only overtaken.
    pub tolerance: i64,
}

impl StageComparison {
    /// The pair of two stages, if anything was deployed in it.
    pub fn pair(&self, before: StageIndex, stage: StageIndex) -> Option<&StagePair> {
        self.pairs.iter().find(|pair| pair.before == before && pair.stage == stage)
    }

    /// Was the version where it belonged by then, merges that overtook each other allowed for?
    pub fn is_in_order(&self, relation: StageRelation) -> bool {
        match relation {
            StageRelation::Before(_) | StageRelation::Same => true,
            StageRelation::After(seconds) => seconds <= self.tolerance,
            StageRelation::Never => false,
        }
    }
}
