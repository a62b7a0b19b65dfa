//! `--at REV|TIME`: a revision, or a time in one of several common forms.

use super::{GitError, Oid, Repository};
use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::{Span, Timestamp, Zoned};

/// The accepted forms of a time, for messages and help.
pub const TIME_FORMS: &str = "`2026-05-05`, `2026-05-05T10:00`, `2026-05-05T10:00:00Z`, `14:05` (today), \
     `now`, `today`, `yesterday`, `noon`, `last monday`, `3 days ago`, `2 weeks ago`, `90d`";

/// Why a text is neither a revision nor a time.
#[derive(Debug, thiserror::Error)]
pub enum RevisionError {
    #[error("`{text}` is neither a commit, branch or tag in this repository nor a time")]
    Unknown { text: String },
    #[error("the mainline has no commit as old as {time}; its first commit is newer")]
    TooEarly { time: Timestamp },
    #[error(transparent)]
    Git(#[from] GitError),
}

impl RevisionError {
    /// Returns a remedy.
    pub fn hint(&self) -> Option<String> {
        match self {
            RevisionError::Unknown { .. } => Some(format!("a time can be written {TIME_FORMS}")),
            RevisionError::TooEarly { .. } => {
                Some("run `git fetch --unshallow` if the clone is shallow".into())
            }
            RevisionError::Git(error) => error.hint(),
        }
    }
}

/// Returns the commit that `text` names: a revision, or else the newest commit of the mainline of
/// `tip` that existed at that time. Newest is by position: if clocks ran backwards, it is the first
/// commit from the tip whose committer time is not later.
///
/// # Errors
/// [`RevisionError`].
pub fn resolve_at(
    repository: &Repository,
    tip: Oid,
    text: &str,
    now: &Zoned,
) -> Result<Oid, RevisionError> {
    if let Ok(commit) = repository.resolve_revision(text) {
        return Ok(commit);
    }
    let time =
        parse_time(text, now).ok_or_else(|| RevisionError::Unknown { text: text.to_owned() })?;
    let found = repository.find_on_mainline(tip, |_, seconds| seconds <= time.as_second())?;
    found.ok_or(RevisionError::TooEarly { time })
}

/// Parses a time relative to `now`, in its time zone. A date alone is its first moment; a day word
/// is the current time on that day, as in git. `None` if the text has none of [`TIME_FORMS`].
pub fn parse_time(text: &str, now: &Zoned) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(exact) = text.parse::<Timestamp>() {
        return Some(exact);
    }
    if let Ok(zoned) = text.parse::<Zoned>() {
        return Some(zoned.timestamp());
    }
    let local = parse_civil(text, now).or_else(|| parse_words(&text.to_lowercase(), now))?;
    local.to_zoned(now.time_zone().clone()).ok().map(|zoned| zoned.timestamp())
}

/// `2026-05-05`, `2026-05-05T10:00`, `2026-05-05 10:00`, `14:05`.
fn parse_civil(text: &str, now: &Zoned) -> Option<DateTime> {
    let starts_with_a_year = text
        .as_bytes()
        .get(..5)
        .is_some_and(|b| b[..4].iter().all(u8::is_ascii_digit) && b[4] == b'-');
    if starts_with_a_year {
        let date_time = text.parse::<DateTime>().ok();
        return date_time
            .or_else(|| text.parse::<Date>().ok().map(|date| date.to_datetime(Time::midnight())));
    }
    // The parser also accepts `1405` as a time; require a colon.
    let time = text.contains(':').then(|| text.parse::<Time>().ok()).flatten()?;
    Some(now.date().to_datetime(time))
}

fn parse_words(text: &str, now: &Zoned) -> Option<DateTime> {
    let words: Vec<&str> = text.split([' ', '.', '_']).filter(|word| !word.is_empty()).collect();
    let here = now.datetime();
    match words.as_slice() {
        ["now"] => Some(here),
        ["today"] | ["midnight"] => Some(now.date().to_datetime(Time::midnight())),
        ["noon"] => {
            // The most recent noon, as in git.
            let noon = now.date().to_datetime(Time::constant(12, 0, 0, 0));
            if noon <= here { Some(noon) } else { subtract_units(noon, 1, "day") }
        }
        ["yesterday"] => subtract_units(here, 1, "day"),
        ["last", unit @ ("week" | "month" | "year" | "day" | "hour")] => {
            subtract_units(here, 1, unit)
        }
        ["last", day] => last_weekday(here, parse_weekday(day)?),
        [one] => match parse_span(one) {
            Some((count, unit)) => subtract_units(here, count, unit),
            None => last_weekday(here, parse_weekday(one)?),
        },
        ["a" | "an", unit, "ago"] => subtract_units(here, 1, unit),
        [count, unit, "ago"] => subtract_units(here, count.parse().ok()?, unit),
        _ => None,
    }
}

/// `90d`, `2w`, `6mo`: an amount of time before now, in the units of ages and durations.
fn parse_span(word: &str) -> Option<(i64, &'static str)> {
    let digits = word.find(|c: char| !c.is_ascii_digit())?;
    let (count, unit) = word.split_at(digits);
    let unit = match unit {
        "s" => "second",
        "m" => "minute",
        "h" => "hour",
        "d" => "day",
        "w" => "week",
        "mo" => "month",
        "y" => "year",
        _ => return None,
    };
    Some((count.parse().ok()?, unit))
}

fn subtract_units(from: DateTime, count: i64, unit: &str) -> Option<DateTime> {
    let count = Some(count).filter(|count| *count >= 0)?;
    let span = match unit.strip_suffix('s').unwrap_or(unit) {
        "second" | "sec" => Span::new().try_seconds(count),
        "minute" | "min" => Span::new().try_minutes(count),
        "hour" => Span::new().try_hours(count),
        "day" => Span::new().try_days(count),
        "week" => Span::new().try_weeks(count),
        "month" => Span::new().try_months(count),
        "year" => Span::new().try_years(count),
        _ => return None,
    };
    from.checked_sub(span.ok()?).ok()
}

/// Returns the most recent such weekday before today, at the same time of day.
fn last_weekday(from: DateTime, day: Weekday) -> Option<DateTime> {
    let date = from.date().nth_weekday(-1, day).ok()?;
    Some(date.to_datetime(from.time()))
}

fn parse_weekday(word: &str) -> Option<Weekday> {
    let days = [
        ("monday", Weekday::Monday),
        ("tuesday", Weekday::Tuesday),
        ("wednesday", Weekday::Wednesday),
        ("thursday", Weekday::Thursday),
        ("friday", Weekday::Friday),
        ("saturday", Weekday::Saturday),
        ("sunday", Weekday::Sunday),
    ];
    days.into_iter().find(|(name, _)| *name == word || name[..3] == *word).map(|(_, day)| day)
}

#[cfg(test)]
#[path = "revision_or_time_tests.rs"]
mod tests;
