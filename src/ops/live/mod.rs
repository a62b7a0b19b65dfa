//! What really runs, beside what the repository says.
//!
//! The witnesses are those of `live:` in the configuration, or a snapshot that the user names. No
//! witness is asked unless an operation is told to.

mod applied;
mod evidence;
mod judgement;
mod look;
#[cfg(test)]
mod model_tests;
#[cfg(test)]
mod pipeline_model_tests;
mod rbac;
mod revisions;
#[cfg(test)]
mod rollback_tests;
mod sight;
mod snapshot;
#[cfg(test)]
mod tests;
mod witnesses;

pub use applied::AppliedTimes;
pub use evidence::{evidence_source, stage_evidence};
pub use look::{LiveLook, LiveSource, LiveSubject};
pub use rbac::{RbacQuery, render_rbac};
pub use snapshot::{SnapshotQuery, take_snapshot};

use crate::model::Warning;
use crate::ops::error::Failure;
use crate::ops::session::Session;
use crate::ops::status::{StatusQuery, status};
use crate::report::{LiveCell, LiveReport};
use jiff::SignedDuration;
use std::thread;

/// The selection and options of a look.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LiveQuery {
    pub status: StatusQuery,
    /// How often the witnesses are asked again, and for how long; `None` for once.
    pub wait: Option<LiveWait>,
}

/// How long to wait until everything runs as wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LiveWait {
    pub every: SignedDuration,
    /// `None` for ever.
    pub timeout: Option<SignedDuration>,
}

/// Asks the witnesses about the selected cells. With a wait, they are asked again until everything
/// runs as wanted or the time is over; `observer` gets each answer.
///
/// # Errors
/// When the state cannot be read, or no witness is configured.
pub fn look_at_cells(
    query: &LiveQuery,
    session: &Session,
    observer: &mut dyn FnMut(&LiveReport) -> Result<(), Failure>,
) -> Result<LiveReport, Failure> {
    let start = session.now();
    let mut session = session.clone();
    loop {
        let report = look_once(&query.status, &session)?;
        observer(&report)?;
        let Some(wait) = query.wait.filter(|_| !report.is_as_wanted()) else { return Ok(report) };
        session = session.at_current_time();
        let is_over = |limit: SignedDuration| session.now().duration_since(start) >= limit;
        if wait.timeout.is_some_and(is_over) {
            return Ok(report);
        }
        thread::sleep(wait.every.unsigned_abs());
        session = session.at_current_time();
    }
}

fn look_once(query: &StatusQuery, session: &Session) -> Result<LiveReport, Failure> {
    let answer = status(query, session)?;
    let status = answer.report;
    let warnings: Vec<Warning> = status
        .warnings
        .iter()
        .filter(|warning| warning.code.starts_with("live-"))
        .cloned()
        .collect();
    let cells: Vec<LiveCell> =
        status.occupants.into_iter().filter_map(|occupant| occupant.live).collect();
    Ok(LiveReport {
        repository: status.repository,
        revision: status.revision,
        time: session.now(),
        cells,
        warnings,
    })
}
