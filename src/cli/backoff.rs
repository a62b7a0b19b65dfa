//! How long to go on after races for a branch that were lost.

use super::environment::chance;
use crate::git;
use std::time::Duration;

/// After so long nothing new is begun.
pub const PATIENCE: Duration = Duration::from_secs(40);

/// How long to wait after an attempt of this length, and so many races lost in a row.
pub fn pause(attempt: Duration, losses: u32) -> Duration {
    git::pause(attempt, losses, chance())
}
