//! Formats times and durations in gate reasons.

use jiff::{Timestamp, Zoned};

/// `2026-08-03 10:00 UTC`.
pub(super) fn format_seconds(seconds: i64) -> String {
    Timestamp::from_second(seconds)
        .map(|at| at.strftime("%Y-%m-%d %H:%M UTC").to_string())
        .unwrap_or_default()
}

/// `Mon 2026-08-03 09:00 Europe/London`.
pub(super) fn format_zoned(zoned: &Zoned) -> String {
    let zone = zoned.time_zone().iana_name().unwrap_or("UTC");
    format!("{} {zone}", zoned.strftime("%a %Y-%m-%d %H:%M"))
}

/// Quotes a word as a shell argument if necessary.
pub(super) fn shell_argument(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./@:+=".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}
