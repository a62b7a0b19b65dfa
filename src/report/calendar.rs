//! The calendar of a repository: when its stages are frozen, and when they are open.

use crate::config::gates::{FreezePeriod, WindowHours};
use crate::model::StageName;
use jiff::Timestamp;

/// The scheduled gates of all stages at one commit.
#[derive(Debug, Clone)]
pub struct CalendarReport {
    pub repository: String,
    /// The committer time of the commit; that of the reading, where the files have no commit.
    pub time: Timestamp,
    pub entries: Vec<CalendarEntry>,
}

/// One schedule of one stage.
#[derive(Debug, Clone)]
pub struct CalendarEntry {
    pub stage: StageName,
    pub schedule: StageSchedule,
    /// Patterns of the apps that it is for; empty means all.
    pub apps: Vec<String>,
    /// Patterns of the apps that a later rule exempts.
    pub exempt: Vec<String>,
    /// The line of the rule in the configuration, 1-based.
    pub line: u32,
    /// True where other opening hours of the stage have to be open as well.
    pub is_one_of_several: bool,
}

/// What an entry is about.
#[derive(Debug, Clone)]
pub enum StageSchedule {
    /// Nothing is deployed for a period.
    Freeze(FreezePeriod),
    /// Hours of every week at which the stage is open, or closed.
    Hours(WindowHours),
}
