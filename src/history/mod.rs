//! The past of the mapping, read from the mainline: what was deployed when, and which commit put a version where it is.

mod account;
mod classify;
mod compare;
mod comparison;
pub mod index;
mod keys;
mod marks;
mod metrics;
mod mix;
mod pipeline;
mod pull_request;
#[cfg(test)]
mod replay_tests;
mod since;
mod spread;
#[cfg(test)]
pub(crate) mod testing;
mod timeline;
mod trace;
mod walk;

pub use account::{CommitDetails, CommitDetailsReader};
pub use classify::classify;
pub use compare::{AheadSide, CellHistories, CellState};
pub use comparison::{StageComparison, StageLink, StagePair, StageRelation};
pub use marks::{CommitFlagCache, CommitFlags};
pub use metrics::{DoraFigures, Metrics, StagePairFigures, TimeWindow, compute_metrics};
pub use pipeline::stages;
pub use pull_request::number as pull_request_number;
pub use since::{
    IntroducingCommit, IntroducingCommits, find_introducing_commits, load_introducing_commit,
};
pub use spread::DurationStats;
pub use timeline::{Deployment, DeploymentKind, ImageVersion, Timeline};
pub use trace::{RunPeriod, VersionQuery, VersionTrace, trace_versions};
pub use walk::{WalkOptions, WalkResult, deployments};
