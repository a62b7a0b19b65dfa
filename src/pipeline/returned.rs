//! Versions that a stage ran and left again.

use super::evidence::{Evidence, EvidenceRunPeriod};
use super::query::GateQuery;
use crate::git::short_id;
use crate::model::CellKey;
use jiff::Timestamp;

/// A version that a stage ran before, and what replaced it.
#[derive(Debug, Clone, Copy)]
pub struct LeftVersion<'e> {
    before: EvidenceRunPeriod<'e>,
    /// The run that replaced it.
    next: EvidenceRunPeriod<'e>,
    /// True if the stage had run `next` before, too: it went back.
    pub is_taken_back: bool,
}

impl<'e> Evidence<'e> {
    /// The newest run of the queried version in the queried cells that ended.
    pub fn find_left_version(&self, question: &GateQuery<'_>) -> Option<LeftVersion<'e>> {
        let cells = self.queried_cells(question);
        let mut runs = cells.into_iter().map(|cell| self.run_periods(cell, question.history_end()));
        runs.find_map(|course| {
            let index = course.iter().position(|run| run.version.is_same(question.version))?;
            let next = *course.get(index.checked_sub(1)?)?;
            let mut older = course[index + 1..].iter();
            let is_taken_back = older.any(|run| run.version.is_same(next.version));
            Some(LeftVersion { before: course[index], next, is_taken_back })
        })
    }
}

impl<'e> Evidence<'e> {
    /// The run before the present one of a cell, if the cell went back from it to a version that it
    /// had run before.
    pub fn find_rolled_back(&self, cell: &'e CellKey) -> Option<RolledBackRun<'e>> {
        let runs = self.run_periods(cell, None);
        let (next, run) = (*runs.first()?, *runs.get(1)?);
        let mut older = runs[2..].iter();
        let is_back = next.left.is_none() && older.any(|one| one.version.is_same(next.version));
        is_back.then_some(RolledBackRun { run, next })
    }
}

/// A run that a rollback in the repository ended.
#[derive(Debug, Clone, Copy)]
pub struct RolledBackRun<'e> {
    pub run: EvidenceRunPeriod<'e>,
    /// The run that replaced it.
    pub next: EvidenceRunPeriod<'e>,
}

impl LeftVersion<'_> {
    /// `prod ran it before, and went to 1.0 by 1a2b3c4d5e on 2026-08-26`.
    pub fn sentence(&self, stage: &str) -> String {
        let commit = self.next.commit.map(|id| format!(" by {}", short_id(id)));
        let left = self.before.left.and_then(|at| Timestamp::from_second(at).ok());
        let left = left.map(|at| at.strftime(" on %Y-%m-%d").to_string());
        format!(
            "{stage} ran it before, and went to {}{}{}",
            self.next.version,
            commit.unwrap_or_default(),
            left.unwrap_or_default()
        )
    }
}
