//! What the repository wants beside what runs.

pub use crate::live::{LiveObject, LiveSnapshot, ReplicaCounts};
use crate::model::{Version, Warning};
use jiff::Timestamp;

/// Answer of `live`: each cell, and what the witnesses saw of it.
#[derive(Debug, Clone)]
pub struct LiveReport {
    pub repository: String,
    /// The commit that says what is wanted.
    pub revision: Option<String>,
    /// Now.
    pub time: Timestamp,
    /// By app, in pipeline order.
    pub cells: Vec<LiveCell>,
    /// What the witnesses could not see.
    pub warnings: Vec<Warning>,
}

/// How what runs compares with what is wanted. The order is that of severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LiveState {
    /// The wanted version runs and is well.
    AsWanted,
    /// Nothing can be said. Never the same as well.
    Unknown,
    /// The wanted version is on its way.
    Rolling,
    /// The version that the repository said before still runs.
    NotApplied,
    /// The wanted version is not well.
    Unwell,
    /// A version runs that the repository does not say.
    Drift,
}

/// The state of one or more cells in a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveMark {
    pub state: LiveState,
    /// What runs instead of the wanted version.
    pub others: Vec<Version>,
}

/// A cell, and what runs in it.
#[derive(Debug, Clone)]
pub struct LiveCell {
    /// The app, or `app/component` if the app has several.
    pub name: String,
    pub app: String,
    pub component: Option<String>,
    pub stage: String,
    pub target: Option<String>,
    pub image: Option<String>,
    pub wanted: Version,
    /// When the wanted version landed in the repository.
    pub landed: Option<Timestamp>,
    /// The different versions that run.
    pub runs: Vec<Version>,
    pub state: LiveState,
    /// Since when the state is what it is, as far as the witnesses know.
    pub since: Option<Timestamp>,
    pub reason: Option<String>,
    /// When the wanted version was applied, where a controller keeps that.
    pub applied: Option<Timestamp>,
    /// When a controller went back to a revision without the wanted version.
    pub rolled_back: Option<Timestamp>,
    /// When the witnesses looked.
    pub looked: Option<Timestamp>,
    /// The kind of witness, and the cluster.
    pub witness: Option<&'static str>,
    pub context: Option<String>,
    pub parts: Vec<LivePart>,
    /// True where the state can count as an outcome: the wanted version runs in at least one pod,
    /// everything of the cell was seen, and it is known since when.
    pub is_evidence: bool,
}

/// A container of a workload, or an object of a controller.
#[derive(Debug, Clone)]
pub struct LivePart {
    /// `Deployment shop/web`.
    pub object: String,
    pub container: Option<String>,
    pub image: Option<String>,
    /// The digests that pods run.
    pub digests: Vec<String>,
    pub revision: Option<String>,
    pub replicas: Option<ReplicaCounts>,
    pub state: LiveState,
    pub since: Option<Timestamp>,
    pub reason: Option<String>,
    /// The version that runs; `None` where only a revision is known.
    pub version: Option<Version>,
}

impl LiveState {
    /// All states, in the order of severity.
    pub const ALL: [LiveState; 6] = [
        LiveState::AsWanted,
        LiveState::Unknown,
        LiveState::Rolling,
        LiveState::NotApplied,
        LiveState::Unwell,
        LiveState::Drift,
    ];

    /// The word used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            LiveState::AsWanted => "as-wanted",
            LiveState::Unknown => "unknown",
            LiveState::Rolling => "rolling",
            LiveState::NotApplied => "not-applied",
            LiveState::Unwell => "unwell",
            LiveState::Drift => "drift",
        }
    }

    /// The words used in tables.
    pub fn words(self) -> &'static str {
        match self {
            LiveState::AsWanted => "as wanted",
            LiveState::Unknown => "unknown",
            LiveState::Rolling => "rolling",
            LiveState::NotApplied => "not yet applied",
            LiveState::Unwell => "unwell",
            LiveState::Drift => "something else runs",
        }
    }
}

impl LiveMark {
    /// Takes the graver state of two, and all versions.
    pub fn merge(&mut self, other: &LiveMark) {
        self.state = self.state.max(other.state);
        for version in &other.others {
            if !self.others.contains(version) {
                self.others.push(version.clone());
            }
        }
    }
}

impl LiveCell {
    /// The state, and what runs instead of the wanted version.
    pub fn mark(&self) -> LiveMark {
        let others = self.runs.iter().filter(|version| !version.is_same(&self.wanted));
        LiveMark { state: self.state, others: others.cloned().collect() }
    }

    /// `prod`, or `prod/eu`.
    pub fn place(&self) -> String {
        let target = self.target.as_ref().map(|target| format!("/{target}"));
        format!("{}{}", self.stage, target.unwrap_or_default())
    }
}

impl LiveReport {
    /// The number of cells in a state.
    pub fn count(&self, state: LiveState) -> usize {
        self.cells.iter().filter(|cell| cell.state == state).count()
    }

    /// True where every cell runs what is wanted.
    pub fn is_as_wanted(&self) -> bool {
        self.count(LiveState::AsWanted) == self.cells.len()
    }
}
