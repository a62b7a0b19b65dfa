//! Ages and durations in short form.

use jiff::Timestamp;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Formats an age, rounded down: `40s`, `12m`, `3h`, `9d`, `5mo`, `2y`. Future times are `0s`.
pub fn format_age(then: Timestamp, now: Timestamp) -> String {
    let seconds = (now.as_second() - then.as_second()).max(0);
    let days = seconds / DAY;
    match seconds {
        s if s < MINUTE => format!("{s}s"),
        s if s < HOUR => format!("{}m", s / MINUTE),
        s if s < DAY => format!("{}h", s / HOUR),
        _ if days < 61 => format!("{days}d"),
        // Mean length of a month and a year in the Gregorian calendar.
        _ if days < 365 => format!("{}mo", days * 10_000 / 304_369),
        _ => format!("{}y", (days * 10_000 / 3_652_425).max(1)),
    }
}

/// Formats a duration in one or two units: `46s`, `8m 46s`, `2h 5m`, `3d 4h`, `80d`.
pub fn format_duration(seconds: i64) -> String {
    let seconds = seconds.max(0);
    let two = |unit: i64, name: &str, part: i64, part_name: &str| match seconds % unit / part {
        0 => format!("{}{name}", seconds / unit),
        rest => format!("{}{name} {rest}{part_name}", seconds / unit),
    };
    match seconds {
        s if s < MINUTE => format!("{s}s"),
        s if s < HOUR => two(MINUTE, "m", 1, "s"),
        s if s < DAY => two(HOUR, "h", MINUTE, "m"),
        s if s < 30 * DAY => two(DAY, "d", HOUR, "h"),
        s => format!("{}d", s / DAY),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_one_word() {
        let now = Timestamp::from_second(1_700_000_000).expect("in range");
        let ago = |seconds: i64| {
            format_age(Timestamp::from_second(1_700_000_000 - seconds).expect("in range"), now)
        };
        assert_eq!(ago(-5), "0s");
        assert_eq!(ago(59), "59s");
        assert_eq!(ago(3599), "59m");
        assert_eq!(ago(3 * DAY), "3d");
        assert_eq!(ago(60 * DAY), "60d");
        assert_eq!(ago(61 * DAY), "2mo");
        assert_eq!(ago(160 * DAY), "5mo");
        assert_eq!(ago(365 * DAY), "1y");
        assert_eq!(ago(800 * DAY), "2y");
    }

    #[test]
    fn spans_have_two_words_at_most() {
        let said =
            [-5, 46, 526, 3600, 7500, 3 * DAY + 4 * HOUR + 59, 80 * DAY].map(format_duration);
        assert_eq!(said, ["0s", "46s", "8m 46s", "1h", "2h 5m", "3d 4h", "80d"]);
    }
}
