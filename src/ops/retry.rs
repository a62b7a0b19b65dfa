//! Pauses and time limits for pushes that are retried because other pushes came first.

use crate::git;
use crate::ops::random::random_fraction;
use std::thread;
use std::time::{Duration, Instant};

/// The time after which no new attempt begins.
const PATIENCE: Duration = Duration::from_secs(40);

/// The time after which a running attempt is abandoned.
const LONGEST: Duration = Duration::from_secs(50);

/// The pause after an attempt of this length, and this number of losses in a row.
fn retry_delay(attempt: Duration, losses: u32) -> Duration {
    git::backoff_pause(attempt, losses, random_fraction())
}

/// The time at which the last attempt must end, if the first one began at `started`.
pub fn retry_deadline(started: Instant) -> Instant {
    started + LONGEST
}

/// Waits before the next attempt; returns `false` at once if that attempt would begin too late.
pub fn goes_on(started: Instant, attempt: Duration, losses: u32) -> bool {
    let pause = retry_delay(attempt, losses);
    let is_in_time = started.elapsed() + pause < PATIENCE;
    if is_in_time {
        thread::sleep(pause);
    }
    is_in_time
}
