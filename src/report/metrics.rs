//! The report of `towpath metrics`.

use crate::history::Metrics;
use jiff::Timestamp;

/// The metrics and their time window.
#[derive(Debug, Clone)]
pub struct MetricsReport {
    pub metrics: Metrics,
    pub since: Timestamp,
    pub until: Timestamp,
    /// Length of the window in weeks.
    pub weeks: f64,
    /// Seconds by which merges may overtake each other.
    pub tolerance: i64,
}

impl MetricsReport {
    /// Deployments per week.
    #[expect(clippy::cast_precision_loss, reason = "there are fewer than 2^53 deployments")]
    pub fn per_week(&self, deployments: usize) -> f64 {
        if self.weeks > 0.0 { deployments as f64 / self.weeks } else { 0.0 }
    }
}
