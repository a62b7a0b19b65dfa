//! What witnesses saw of a cell, as evidence for outcomes.

use super::evidence::EvidenceRunPeriod;
use super::ledger::Outcome;
use crate::model::{Version, format_duration};

/// What witnesses saw of a cell. Times are in seconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LiveEvidence {
    /// This version runs, everything of the cell was seen, and it is well.
    Well { version: Version, since: i64, looked: i64 },
    /// This version runs and is not well.
    Unwell { version: Version, since: i64, looked: i64, reason: String, is_final: bool },
    /// A controller had applied this version, and went back to another one.
    RolledBack { version: Version, since: i64, looked: i64, reason: String },
    /// Nothing that could be an outcome, with the reason.
    Unknown(String),
}

/// How long a version must be well to pass, and unwell to fail, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LiveTerms {
    pub well_for: i64,
    pub unwell_for: i64,
}

/// What the evidence says about a run of a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LiveVerdict {
    Decided {
        outcome: Outcome,
        since: i64,
        reason: String,
    },
    /// Well, but not for long enough.
    Wait {
        until: i64,
        reason: String,
    },
    Unknown(String),
}

impl LiveEvidence {
    /// Judges a run. What is seen now says nothing about a run that is over, and health says
    /// nothing about a version that does not run.
    pub fn judge(&self, run: &EvidenceRunPeriod<'_>, terms: LiveTerms) -> LiveVerdict {
        if run.left.is_some() {
            return LiveVerdict::Unknown(format!("{} runs there no more", run.version));
        }
        let (version, since, looked) = match self {
            LiveEvidence::Well { version, since, looked }
            | LiveEvidence::RolledBack { version, since, looked, .. }
            | LiveEvidence::Unwell { version, since, looked, .. } => (version, *since, *looked),
            LiveEvidence::Unknown(reason) => return LiveVerdict::Unknown(reason.clone()),
        };
        if version != run.version {
            return LiveVerdict::Unknown(format!("{version} was seen, not {}", run.version));
        }
        let since = since.max(run.time.unwrap_or(since));
        if since > looked {
            return LiveVerdict::Unknown("the times of the cluster and of commits differ".into());
        }
        let span = format_duration(looked - since);
        match self {
            LiveEvidence::RolledBack { reason, .. } => LiveVerdict::Decided {
                outcome: Outcome::Failed,
                since,
                reason: format!("{reason}, {span} ago"),
            },
            LiveEvidence::Unwell { reason, is_final, .. } => {
                if !is_final && looked - since < terms.unwell_for {
                    return LiveVerdict::Unknown(format!("unwell for {span}: {reason}"));
                }
                let reason = format!("unwell for {span}: {reason}");
                LiveVerdict::Decided { outcome: Outcome::Failed, since, reason }
            }
            _ if looked - since >= terms.well_for => {
                let reason = format!("well for {span}");
                LiveVerdict::Decided { outcome: Outcome::Passed, since, reason }
            }
            _ => {
                let needed = format_duration(terms.well_for);
                let reason = format!("well for {span} of {needed}");
                LiveVerdict::Wait { until: since.saturating_add(terms.well_for), reason }
            }
        }
    }
}
