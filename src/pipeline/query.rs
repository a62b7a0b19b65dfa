//! What is asked of the gates.

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
    /// Is this slot meant?
    pub fn matches_cell(&self, slot: &CellKey) -> bool {
        slot.app == self.app && (self.component.is_none() || slot.component == self.component)
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

/// Forth or back?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MoveDirection {
    Forward,
    /// To a version that ran there before: the way out of a failure.
    Back,
}

/// May this version of this app go to that stage at this moment?
#[derive(Debug, Clone, Copy)]
pub struct GateQuery<'q> {
    pub subject: &'q AppComponent,
    pub stage: &'q StageName,
    /// All of the stage's targets, unless some are named.
    pub targets: &'q [TargetName],
    pub version: &'q Version,
    pub at: Timestamp,
    /// What came after `at` is not looked at. Otherwise all counts that is known, whatever the clocks
    /// of others said.
    pub is_past: bool,
    pub purpose: MoveDirection,
}

impl GateQuery<'_> {
    /// The moment, in seconds since 1970.
    pub fn seconds(&self) -> i64 {
        self.at.as_second()
    }

    /// Where the past ends for this question.
    pub fn history_end(&self) -> Option<i64> {
        self.is_past.then(|| self.seconds())
    }

    /// Is this one of the slots that would move?
    pub fn moves_cell(&self, slot: &CellKey) -> bool {
        slot.stage == *self.stage
            && self.subject.matches_cell(slot)
            && (self.targets.is_empty() || self.names_target(slot))
    }

    /// Is this one of the targets that are named?
    pub fn names_target(&self, slot: &CellKey) -> bool {
        slot.target.as_ref().is_some_and(|target| self.targets.contains(target))
    }
}
