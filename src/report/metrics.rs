//! What `towpath metrics` tells.

use crate::history::Metrics;
use jiff::Timestamp;

/// The figures, and what they are about.
#[derive(Debug, Clone)]
pub struct MetricsReport {
    pub metrics: Metrics,
    pub since: Timestamp,
    pub until: Timestamp,
    /// How many weeks that is.
    pub weeks: f64,
    /// Merges may overtake each other by so many seconds.
    pub tolerance: i64,
}

impl MetricsReport {
    /// How many deployments there are in a week.
    #[expect(clippy::cast_precision_loss, reason = "there are fewer than 2^53 deployments")]
    pub fn per_week(&self, deployments: usize) -> f64 {
        if self.weeks > 0.0 { deployments as f64 / self.weeks } else { 0.0 }
    }
}
