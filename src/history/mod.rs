//! The history of the mapping, read from the mainline: what was deployed when, and by which commit.

mod cell_histories;
mod classify;
mod commit_details;
mod commit_flags;
mod duration_stats;
pub mod index;
mod metrics;
mod pull_request;
#[cfg(test)]
mod replay_tests;
mod since;
mod stage_comparison;
mod stage_order;
#[cfg(test)]
pub(crate) mod testing;
mod timeline;
mod version_keys;
mod version_trace;
mod walk;

pub use cell_histories::{AheadSide, CellHistories, CellState};
pub use classify::classify;
pub use commit_details::{CommitDetails, CommitDetailsReader};
pub use commit_flags::{CommitFlagCache, CommitFlags};
pub use duration_stats::DurationStats;
pub use metrics::{DoraFigures, Metrics, StagePairFigures, TimeWindow, compute_metrics};
pub use pull_request::number as pull_request_number;
pub use since::{
    IntroducingCommit, IntroducingCommits, find_introducing_commits, load_introducing_commit,
};
pub use stage_comparison::{StageComparison, StageLink, StagePair, StageRelation};
pub use stage_order::stages;
pub use timeline::{Deployment, DeploymentKind, ImageVersion, Timeline};
pub use version_trace::{RunPeriod, VersionQuery, VersionTrace, trace_versions};
pub use walk::{WalkOptions, WalkResult, deployments};

/// The number of seconds by which merges may overtake each other without breaking the order of
/// stages: a promotion that landed this much before the previous stage is no skip.
pub const MERGE_TOLERANCE: i64 = 10 * 60;
