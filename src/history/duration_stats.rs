//! Median and 90th percentile of durations.

/// Durations in seconds.
#[derive(Debug, Clone, Default)]
pub struct DurationStats(Vec<i64>);

impl DurationStats {
    /// Adds a duration.
    pub fn add(&mut self, seconds: i64) {
        self.0.push(seconds);
    }

    /// Number of durations.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Median: the smallest value that at least half of the durations do not exceed.
    pub fn median(&self) -> Option<i64> {
        self.percentile(50)
    }

    /// 90th percentile: the smallest value that at least nine in ten do not exceed.
    pub fn p90(&self) -> Option<i64> {
        self.percentile(90)
    }

    /// Nearest-rank percentile, so that the result is one of the durations.
    fn percentile(&self, percent: usize) -> Option<i64> {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let rank = (sorted.len() * percent).div_ceil(100);
        sorted.get(rank.checked_sub(1)?).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::DurationStats;

    #[test]
    fn ranks_are_numbers_that_occur() {
        let spread = |numbers: &[i64]| {
            let spread = DurationStats(numbers.to_vec());
            (spread.median(), spread.p90())
        };
        assert_eq!(spread(&[]), (None, None));
        assert_eq!(spread(&[7]), (Some(7), Some(7)));
        assert_eq!(spread(&[4, 1, 3, 2]), (Some(2), Some(4)));
        assert_eq!(spread(&(1..=100).rev().collect::<Vec<_>>()), (Some(50), Some(90)));
    }
}
