//! How long to wait after a race for a branch that was lost.

use super::environment::chance;
use std::time::Duration;

/// After so long nothing new is begun.
pub const PATIENCE: Duration = Duration::from_secs(40);

/// A pause is any part of the time that the attempt took, from seeing the branch to the push, doubled
/// with each race that is lost: the more there are, the longer each takes, and the fewer should try at
/// once. It is never longer than this.
const LONGEST_PAUSE: Duration = Duration::from_secs(8);

/// How long to wait after an attempt of this length, and so many races lost in a row.
pub fn pause(attempt: Duration, losses: u32) -> Duration {
    let longest = attempt.saturating_mul(1 << losses.saturating_sub(1).min(10)).min(LONGEST_PAUSE);
    if losses == 0 { Duration::ZERO } else { longest.mul_f64(chance()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_grows_and_has_an_end() {
        let attempt = Duration::from_millis(100);
        assert_eq!(pause(attempt, 0), Duration::ZERO);
        assert!((0..50).all(|_| pause(attempt, 1) <= attempt));
        assert!((0..50).any(|_| pause(attempt, 5) > attempt));
        assert!((0..50).all(|_| pause(attempt, 400) <= LONGEST_PAUSE));
    }
}
