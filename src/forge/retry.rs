//! Decides after a failed attempt whether to retry and when. Pure functions.

use super::access::RequestLimits;
use jiff::fmt::rfc2822;
use std::time::Duration;
use ureq::http::HeaderMap;

/// Whether a request may be repeated without checking the effect of the first attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RetrySafety {
    /// Reads, and idempotent writes.
    Safe,
    /// Repeated only if the first attempt certainly had no effect.
    Once,
}

/// Attempts and waiting time of one request so far.
#[derive(Debug, Default)]
pub(super) struct RetryState {
    pub attempts: u32,
    pub waited: Duration,
}

impl RetryState {
    /// Returns the pause before the next attempt: the one `asked` by the forge, or twice the last
    /// one, plus random jitter of up to half the first pause. `None` if the limits are reached.
    pub(super) fn next_pause(
        &self,
        limits: &RequestLimits,
        asked: Option<Duration>,
        chance: f64,
    ) -> Option<Duration> {
        if self.attempts >= limits.attempts {
            return None;
        }
        let doubled = limits.pause.saturating_mul(1 << self.attempts.saturating_sub(1).min(10));
        let jitter = limits.pause.mul_f64(chance.clamp(0.0, 1.0) / 2.0);
        let pause = asked.unwrap_or(doubled).saturating_add(jitter);
        (self.waited.saturating_add(pause) <= limits.patience).then_some(pause)
    }
}

/// Recognises a rate limit; the inner value is its end in seconds since 1970, if given.
pub(super) fn rate_limit(
    status: u16,
    headers: &HeaderMap,
    text: &str,
    now: i64,
) -> Option<Option<i64>> {
    let spent = header_number(headers, "x-ratelimit-remaining") == Some(0)
        || header_number(headers, "ratelimit-remaining") == Some(0);
    let until = retry_after(headers, now).or_else(|| {
        let reset = header_number(headers, "x-ratelimit-reset")
            .or_else(|| header_number(headers, "ratelimit-reset"));
        reset.filter(|_| spent || status == 429)
    });
    let said = text.to_ascii_lowercase().contains("rate limit");
    match status {
        429 => Some(until),
        403 if spent || headers.contains_key("retry-after") || said => Some(until),
        _ => None,
    }
}

/// Returns the time in `Retry-After`, given as seconds or a date, in seconds since 1970.
pub(super) fn retry_after(headers: &HeaderMap, now: i64) -> Option<i64> {
    let text = headers.get("retry-after")?.to_str().ok()?.trim();
    match text.parse::<i64>() {
        Ok(seconds) if seconds >= 0 => Some(now.saturating_add(seconds)),
        Ok(_) => None,
        Err(_) => rfc2822::parse(text).ok().map(|time| time.timestamp().as_second()),
    }
}

/// Returns the duration from now until a time; zero if it has passed.
pub(super) fn pause_until(until: i64, now: i64) -> Duration {
    Duration::from_secs(u64::try_from(until.saturating_sub(now)).unwrap_or(0))
}

fn header_number(headers: &HeaderMap, name: &str) -> Option<i64> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ureq::http::{HeaderName, HeaderValue};

    fn headers(of: &[(&'static str, &str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &str)| {
            (HeaderName::from_static(name), HeaderValue::from_str(value).expect("a header"))
        };
        of.iter().map(pair).collect()
    }

    #[test]
    fn a_limit_is_told_from_a_refusal() {
        assert_eq!(rate_limit(403, &headers(&[]), "no access", 0), None);
        assert_eq!(
            rate_limit(403, &headers(&[]), "You have exceeded a secondary rate limit", 0),
            Some(None)
        );
        let spent = headers(&[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1700000000")]);
        assert_eq!(rate_limit(403, &spent, "", 0), Some(Some(1_700_000_000)));
        let left = headers(&[("x-ratelimit-remaining", "7"), ("x-ratelimit-reset", "1700000000")]);
        assert_eq!(rate_limit(403, &left, "", 0), None);
        assert_eq!(rate_limit(404, &spent, "", 0), None);
        assert_eq!(rate_limit(429, &headers(&[("retry-after", "30")]), "", 100), Some(Some(130)));
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        assert_eq!(
            retry_after(&headers(&[("retry-after", "Wed, 21 Oct 2015 07:28:00 GMT")]), 0),
            Some(1_445_412_480)
        );
        assert_eq!(retry_after(&headers(&[("retry-after", "-5")]), 0), None);
        assert_eq!(retry_after(&headers(&[("retry-after", "soon")]), 0), None);
        assert_eq!(pause_until(90, 100), Duration::ZERO);
    }

    #[test]
    fn pauses_double_and_end() {
        let limits = RequestLimits::default();
        let pauses = |attempts, asked, chance| {
            RetryState { attempts, ..RetryState::default() }
                .next_pause(&limits, asked, chance)
                .map(|pause| pause.as_millis())
        };
        assert_eq!(pauses(1, None, 0.0), Some(500));
        assert_eq!(pauses(2, None, 0.0), Some(1000));
        assert_eq!(pauses(3, None, 1.0), Some(2250));
        assert_eq!(pauses(4, None, 0.0), None);
        assert_eq!(pauses(1, Some(Duration::from_secs(60)), 0.0), Some(60_000));
        assert_eq!(pauses(1, Some(Duration::from_secs(3600)), 0.0), None);
    }
}
