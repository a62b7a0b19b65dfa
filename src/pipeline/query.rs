//! The query that gates answer.

use crate::model::{AppName, CellKey, StageName, TargetName, Version};
use jiff::Timestamp;
use std::fmt;

/// An app, or one of its images.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AppComponent {
    pub app: AppName,
    pub component: Option<String>,
}

impl AppComponent {
    /// The app and image of a cell.
    pub fn of_cell(cell: CellKey) -> Self {
        AppComponent { app: cell.app, component: cell.component }
    }

    /// True if the name is that of the app, or of this image of it.
    pub fn is_called(&self, name: &str) -> bool {
        name == self.app.as_str() || name == self.to_string()
    }

    /// True if the cell belongs to the subject.
    pub fn matches_cell(&self, cell: &CellKey) -> bool {
        cell.app == self.app && (self.component.is_none() || cell.component == self.component)
    }
}

impl fmt::Display for AppComponent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.component {
            Some(component) => write!(f, "{}/{component}", self.app),
            None => f.pad(self.app.as_str()),
        }
    }
}

/// Direction of a move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MoveDirection {
    Forward,
    /// To a version that ran there before; used after a failure.
    Back,
}

/// Asks whether a version of an app may go to a stage at a time.
#[derive(Debug, Clone, Copy)]
pub struct GateQuery<'q> {
    pub subject: &'q AppComponent,
    pub stage: &'q StageName,
    /// Named targets; empty means all targets of the stage.
    pub targets: &'q [TargetName],
    pub version: &'q Version,
    pub at: Timestamp,
    /// True to ignore everything after `at`. Otherwise all known facts count, whatever the clocks
    /// of others said.
    pub is_past: bool,
    pub purpose: MoveDirection,
}

impl GateQuery<'_> {
    /// The time in seconds since 1970.
    pub fn seconds(&self) -> i64 {
        self.at.as_second()
    }

    /// End of the history for this query; `None` if all of it counts.
    pub fn history_end(&self) -> Option<i64> {
        self.is_past.then(|| self.seconds())
    }

    /// True if the cell would move.
    pub fn moves_cell(&self, cell: &CellKey) -> bool {
        cell.stage == *self.stage
            && self.subject.matches_cell(cell)
            && (self.targets.is_empty() || self.names_target(cell))
    }

    /// True if the cell's target is one of the named ones.
    pub fn names_target(&self, cell: &CellKey) -> bool {
        cell.target.as_ref().is_some_and(|target| self.targets.contains(target))
    }
}
