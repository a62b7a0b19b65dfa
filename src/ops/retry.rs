//! How long to go on after races for a branch that were lost.

use crate::git;
use crate::ops::random::random_fraction;
use std::thread;
use std::time::{Duration, Instant};

/// After so long nothing new is begun.
const PATIENCE: Duration = Duration::from_secs(40);

/// After so long what is under way is given up.
const LONGEST: Duration = Duration::from_secs(50);

/// How long to wait after an attempt of this length, and so many races lost in a row.
fn retry_delay(attempt: Duration, losses: u32) -> Duration {
    git::backoff_pause(attempt, losses, random_fraction())
}

/// When the last attempt of those that began at `started` has to be over.
pub fn retry_deadline(started: Instant) -> Instant {
    started + LONGEST
}

/// Waits after an attempt, unless the next one would begin too late: then it is `false`, at once.
pub fn goes_on(started: Instant, attempt: Duration, losses: u32) -> bool {
    let pause = retry_delay(attempt, losses);
    let is_in_time = started.elapsed() + pause < PATIENCE;
    if is_in_time {
        thread::sleep(pause);
    }
    is_in_time
}
