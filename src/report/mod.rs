//! Reports: answers of commands as plain values that `ui` prints.
//!
//! JSON types are separate from internal ones: they are a stable interface and only ever grow.

mod advance;
mod audit;
mod calendar;
mod changes;
mod commit_trace;
mod deployment;
mod diff;
mod explanation;
mod gates;
mod guard;
pub mod json;
mod left_out;
mod live;
mod matrix;
mod measurements;
mod metrics;
mod plan;
mod proposals;
mod publish;
mod status;
#[cfg(test)]
pub(crate) mod testing;
mod trace;
mod versions;

pub use crate::forge::{ForgeRepository, Proposal, ProposalState};
pub use crate::history::{
    AheadSide, DeploymentKind, DoraFigures, DurationStats, ImageVersion, StagePairFigures,
};
pub use advance::AdvanceLine;
pub use audit::{
    AuditPage, AuditReport, DeploymentPlot, FindingGroup, FindingReport, StagePlot, UnknownImage,
};
pub use calendar::{CalendarEntry, CalendarReport, StageSchedule};
pub use changes::{ChangedCommit, ChangesEnd, ChangesReport, SourceChanges};
pub use commit_trace::{AppCommitTrace, CellWithCommit, CommitPresence, CommitTraceReport};
pub use deployment::{DeploymentReport, to_timestamp};
pub use diff::{AppDifference, DiffReport, DiffSide, SideVersion};
pub use explanation::{DiscoveryExplanation, LeftOutFiles, SourceEvidence, StageEvidence};
pub use gates::{GateReport, WaveReports, format_time};
pub use guard::GuardReport;
pub use left_out::LeftOutEntry;
pub use live::{
    LiveCell, LiveMark, LiveObject, LivePart, LiveReport, LiveSnapshot, LiveState, ReplicaCounts,
};
pub use matrix::{CellVersion, Matrix, MatrixCell, MatrixColumn, MatrixRow};
pub use measurements::MeasurementReport;
pub use metrics::MetricsReport;
pub use plan::PlanReport;
pub use proposals::ProposalsReport;
pub use publish::{PublishReport, PublishedChange, PublishedDeployment};
pub use status::{BroughtBy, StatusEntry, StatusReport, display_names, names_over_time};
pub use trace::{ReportedRunPeriod, TraceReport, VersionTraceReport};
pub use versions::{AvailableVersion, LeftOutTag, VersionObstacle, VersionOrder, VersionsReport};
