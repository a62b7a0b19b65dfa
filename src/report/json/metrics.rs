//! `towpath.metrics/1`.

use crate::history::{DoraFigures, DurationStats, StagePairFigures};
use crate::report::MetricsReport;
use serde::Serialize;

/// Answer of `metrics --output json`.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(title = "towpath.metrics/1"))]
pub struct MetricsJson {
    #[cfg_attr(test, schemars(extend("const" = "towpath.metrics/1")))]
    pub schema: &'static str,
    pub repository: String,
    pub since: String,
    pub until: String,
    pub tolerance_seconds: i64,
    pub complete: bool,
    pub overall: DoraFiguresJson,
    pub stages: Vec<DoraFiguresJson>,
    pub apps: Vec<DoraFiguresJson>,
    pub pairs: Vec<StagePairJson>,
}

/// Figures of an app in a stage, of a stage, or overall.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct DoraFiguresJson {
    pub app: Option<String>,
    pub stage: Option<String>,
    pub deployments: usize,
    pub deployments_per_week: f64,
    pub weeks: Vec<usize>,
    pub lead_seconds: DurationStatsJson,
    pub rollbacks: usize,
    pub change_failure_rate: Option<f64>,
    pub restore_seconds: DurationStatsJson,
    /// From the landing until a controller applied it, with `--live`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub applied_seconds: Option<DurationStatsJson>,
    /// From the landing in the earlier stage until it was applied here, with `--live`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub running_seconds: Option<DurationStatsJson>,
}

/// Statistics of durations.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct DurationStatsJson {
    pub count: usize,
    pub median: Option<i64>,
    pub p90: Option<i64>,
}

/// Figures for a stage and an earlier one.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct StagePairJson {
    pub from: String,
    pub to: String,
    pub changes: usize,
    pub before: usize,
    pub same_commit: usize,
    pub after: usize,
    pub after_within_tolerance: usize,
    pub never: usize,
    pub lead_seconds: DurationStatsJson,
    pub versions: usize,
    pub versions_matched: usize,
    pub comparable: bool,
}

impl MetricsJson {
    /// Creates the answer for a repository.
    pub fn new(measured: &MetricsReport, repository: String, complete: bool) -> Self {
        let figures = |figures: &DoraFigures| {
            DoraFiguresJson::new(figures, measured.per_week(figures.deployments))
        };
        let metrics = &measured.metrics;
        MetricsJson {
            schema: "towpath.metrics/1",
            repository,
            since: measured.since.to_string(),
            until: measured.until.to_string(),
            tolerance_seconds: measured.tolerance,
            complete,
            overall: figures(&metrics.overall),
            stages: metrics.stages.iter().map(figures).collect(),
            apps: metrics.apps.iter().map(figures).collect(),
            pairs: metrics.pairs.iter().map(StagePairJson::from).collect(),
        }
    }
}

impl DoraFiguresJson {
    fn new(figures: &DoraFigures, per_week: f64) -> Self {
        DoraFiguresJson {
            app: figures.app.as_ref().map(ToString::to_string),
            stage: figures.stage.as_ref().map(ToString::to_string),
            deployments: figures.deployments,
            deployments_per_week: round_to_thousandths(per_week),
            weeks: figures.per_week.clone(),
            lead_seconds: DurationStatsJson::from(&figures.lead),
            rollbacks: figures.rollbacks,
            change_failure_rate: figures.failure_rate().map(round_to_thousandths),
            restore_seconds: DurationStatsJson::from(&figures.restore),
            applied_seconds: known(&figures.applied),
            running_seconds: known(&figures.running),
        }
    }
}

fn known(stats: &DurationStats) -> Option<DurationStatsJson> {
    (stats.count() > 0).then(|| DurationStatsJson::from(stats))
}

/// Rounds to three decimals; more would be noise.
fn round_to_thousandths(number: f64) -> f64 {
    (number * 1000.0).round() / 1000.0
}

impl From<&DurationStats> for DurationStatsJson {
    fn from(spread: &DurationStats) -> Self {
        DurationStatsJson { count: spread.count(), median: spread.median(), p90: spread.p90() }
    }
}

impl From<&StagePairFigures> for StagePairJson {
    fn from(pair: &StagePairFigures) -> Self {
        StagePairJson {
            from: pair.before.to_string(),
            to: pair.stage.to_string(),
            changes: pair.changes,
            before: pair.had,
            same_commit: pair.same_commit,
            after: pair.after,
            after_within_tolerance: pair.tolerated,
            never: pair.never,
            lead_seconds: DurationStatsJson::from(&pair.lead),
            versions: pair.versions,
            versions_matched: pair.met,
            comparable: pair.comparable,
        }
    }
}
