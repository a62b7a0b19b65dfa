//! The pause before the next attempt after losing a race for a ref.

use std::time::Duration;

/// Upper limit of a pause. Below it, a pause is a random part of the duration of the attempt (from
/// reading the ref to the push), doubled with each lost race: the more writers compete, the longer
/// each attempt takes and the fewer should try at once.
const LONGEST_PAUSE: Duration = Duration::from_secs(8);

/// Returns the pause after an attempt of this duration and this many races lost in a row. `chance`
/// is random, from 0 to 1.
pub fn backoff_pause(attempt: Duration, losses: u32, chance: f64) -> Duration {
    let longest = attempt.saturating_mul(1 << losses.saturating_sub(1).min(10)).min(LONGEST_PAUSE);
    if losses == 0 { Duration::ZERO } else { longest.mul_f64(chance) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_grows_and_has_an_end() {
        let attempt = Duration::from_millis(100);
        let chances = || (0..50).map(|part| f64::from(part) / 49.0);
        assert_eq!(backoff_pause(attempt, 0, 1.0), Duration::ZERO);
        assert!(chances().all(|chance| backoff_pause(attempt, 1, chance) <= attempt));
        assert!(chances().any(|chance| backoff_pause(attempt, 5, chance) > attempt));
        assert!(chances().all(|chance| backoff_pause(attempt, 400, chance) <= LONGEST_PAUSE));
    }
}
