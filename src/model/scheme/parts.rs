//! The parts of a tag: branch, commit, time, version and number.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

/// What a tag says by itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TagParts {
    pub branch: Option<String>,
    /// The commit, in full or its first digits.
    pub commit: Option<String>,
    /// Seconds since 1970.
    pub time: Option<i64>,
    /// A semantic version, as written.
    pub version: Option<String>,
    pub number: Option<u64>,
}

/// The form in which build systems write a branch into a tag: `feature/x` as `feature-x`.
pub fn branch_slug(branch: &str) -> String {
    let keep = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '_' | '.') { c } else { '-' };
    branch.chars().map(keep).collect::<String>().trim_matches(['-', '.']).to_ascii_lowercase()
}

/// Parses a time in a tag, in UTC: `20260218-131642`, `20260218T131642Z`, `20260218131642`,
/// `202602181316`, `20260218`, `2026-02-18`, `2026.02.18`, or seconds since 1970 with ten digits.
pub fn parse_tag_time(text: &str) -> Option<i64> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let is_plain = text.bytes().all(|b| b.is_ascii_digit());
    let has_known_marks = text
        .bytes()
        .all(|b| b.is_ascii_digit() || matches!(b, b'-' | b'.' | b'_' | b'T' | b't' | b'Z' | b'z'));
    if !has_known_marks {
        return None;
    }
    if is_plain && digits.len() == 10 {
        // A date with an hour would have ten digits, too, and would begin with the year.
        return digits.parse().ok().filter(|seconds| *seconds >= 1_000_000_000);
    }
    let number = |from: usize, to: usize| digits.get(from..to).and_then(|part| part.parse().ok());
    let short = |from: usize, to: usize| number(from, to).and_then(|n: i16| i8::try_from(n).ok());
    let date = Date::new(number(0, 4)?, short(4, 6)?, short(6, 8)?).ok()?;
    let time = match digits.len() {
        8 => (0, 0, 0),
        12 => (short(8, 10)?, short(10, 12)?, 0),
        14 => (short(8, 10)?, short(10, 12)?, short(12, 14)?),
        _ => return None,
    };
    let moment = DateTime::from(date);
    let moment = moment.with().hour(time.0).minute(time.1).second(time.2).build().ok()?;
    let moment = moment.to_zoned(TimeZone::UTC).ok()?;
    (date.year() >= 2000).then(|| moment.timestamp().as_second())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_their_usual_forms() {
        let noon = Some(1_771_420_602);
        for text in ["20260218-131642", "20260218T131642Z", "20260218131642", "2026-02-18T13.16.42"]
        {
            assert_eq!(parse_tag_time(text), noon, "{text}");
        }
        let day = Some(1_771_372_800);
        for text in ["20260218", "2026-02-18", "2026.02.18", "2026_02_18"] {
            assert_eq!(parse_tag_time(text), day, "{text}");
        }
        assert_eq!(parse_tag_time("1771420602"), noon);
        for none in ["", "20261345", "20260230", "1999-01-01", "12", "2026-02-18x", "9999999999999"]
        {
            assert_eq!(parse_tag_time(none), None, "{none}");
        }
    }

    #[test]
    fn a_branch_is_found_as_tags_write_it() {
        assert_eq!(branch_slug("feature/Login_2"), "feature-login_2");
        assert_eq!(branch_slug("main"), "main");
    }
}
