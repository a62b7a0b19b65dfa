//! Reports: what a command has to tell, as plain values that `ui` prints.
//!
//! The JSON types are apart from the internal ones: they are a promise, and only ever grow.

mod audit;
mod cells;
mod change;
mod diff;
mod guard;
pub mod json;
mod judged;
mod metrics;
mod plan;
mod proposals;
mod status;
mod trace;

pub use crate::forge::{Proposal, ProposalState};
pub use crate::history::{
    AheadSide, DeploymentKind, DoraFigures, DurationStats, ImageVersion, StagePairFigures,
};
pub use audit::{AuditPage, AuditReport, DeploymentPlot, FindingGroup, FindingReport, StagePlot};
pub use cells::{CellVersion, Matrix, MatrixCell, MatrixColumn, MatrixRow};
pub use change::{DeploymentReport, to_timestamp};
pub use diff::{AppDifference, DiffReport, DiffSide, SideVersion};
pub use guard::GuardReport;
pub use judged::{GateReport, WaveReports};
pub use metrics::MetricsReport;
pub use plan::PlanReport;
pub use proposals::ProposalsReport;
pub use status::{BroughtBy, StatusEntry, StatusReport, display_names, names_over_time};
pub use trace::{ReportedRunPeriod, TraceReport, VersionTraceReport};
