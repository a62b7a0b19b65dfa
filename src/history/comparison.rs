//! How the deployments of a stage relate to the stages before it: what [`classify`](super::classify())
//! finds out beside kinds and leads.

use crate::model::StageName;

/// A stage's place in the pipeline.
pub(super) type Stage = usize;

/// How a deployment relates to a stage before that had the app by then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Relation {
    /// The stage got the version so many seconds before; `None` where history does not reach back.
    Before(Option<i64>),
    /// The same commit, or the same second (one push of several commits), brought it to both.
    Same,
    /// The stage got the version so many seconds later.
    After(i64),
    /// The stage never had the version.
    Never,
}

impl Relation {
    /// Seconds from the stage before to here.
    pub fn lead(self) -> Option<i64> {
        match self {
            Relation::Before(seconds) => seconds,
            Relation::Same => Some(0),
            Relation::After(seconds) => Some(-seconds),
            Relation::Never => None,
        }
    }
}

/// One deployment seen from one of the stages before it, direct or not.
#[derive(Debug, Clone, Copy)]
pub struct Link {
    /// The deployment's index in the timeline.
    pub index: usize,
    /// The stage before, as an index of [`Comparison::stages`].
    pub before: Stage,
    pub stage: Stage,
    pub relation: Relation,
    /// No stage between the two had the app.
    pub near: bool,
    /// It is the first time that the stage got the version.
    pub(super) is_new: bool,
}

/// A stage and one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    pub before: Stage,
    pub stage: Stage,
    /// How many different versions came while the stage before had the app.
    pub versions: usize,
    /// How many of them the stage before ever had.
    pub met: usize,
}

impl Pair {
    /// Do the two stages write the same version alike? Not where more than half never match: there
    /// tags are renamed on the way.
    pub fn is_comparable(&self) -> bool {
        (self.versions - self.met) * 2 <= self.versions
    }
}

/// All deployments seen from the stages before them.
#[derive(Debug, Clone, Default)]
pub struct Comparison {
    /// In pipeline order.
    pub stages: Vec<StageName>,
    pub links: Vec<Link>,
    pub pairs: Vec<Pair>,
    /// In seconds: a version that comes to the stage before this much later was only overtaken.
    pub tolerance: i64,
}

impl Comparison {
    /// The pair of two stages, if anything was deployed in it.
    pub fn pair(&self, before: Stage, stage: Stage) -> Option<&Pair> {
        self.pairs.iter().find(|pair| pair.before == before && pair.stage == stage)
    }

    /// Was the version where it belonged by then, merges that overtook each other allowed for?
    pub fn is_in_order(&self, relation: Relation) -> bool {
        match relation {
            Relation::Before(_) | Relation::Same => true,
            Relation::After(seconds) => seconds <= self.tolerance,
            Relation::Never => false,
        }
    }
}
