//! Definitions of time zones (RFC 5545, 3.6.5): the changes of the clock, as yearly rules where the
//! zone has some, and as dates where it does not.

use super::content_lines::ContentLines;
use super::day_name;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};

/// Years of changes that are looked at, and listed where they follow no rule. Eleven years move a
/// date through all days of the week.
const YEARS: i16 = 12;

/// A change of the clock.
#[derive(Debug, Clone)]
struct ClockChange {
    /// By the clock before the change.
    local: DateTime,
    from: Offset,
    to: Offset,
    name: String,
    is_daylight: bool,
}

/// Writes a zone with its changes from the year before a day.
pub(super) fn write_zone(lines: &mut ContentLines, name: &str, zone: &TimeZone, start: Date) {
    let first = Date::new(start.year() - 1, 1, 1).unwrap_or(start).at(0, 0, 0, 0);
    let begin = Offset::UTC.to_timestamp(first).unwrap_or(Timestamp::UNIX_EPOCH);
    let changes = clock_changes(zone, begin, start.year() + YEARS - 1);
    let info = zone.to_offset_info(begin);
    let before = ClockChange {
        local: first,
        from: info.offset(),
        to: info.offset(),
        name: info.abbreviation().to_owned(),
        is_daylight: info.dst().is_dst(),
    };
    lines.add("BEGIN", "VTIMEZONE");
    lines.add("TZID", name);
    write_observance(lines, &[&before], None);
    let mut rest: Vec<&ClockChange> = changes.iter().collect();
    while let Some(one) = rest.first().copied() {
        let is_same = |other: &&ClockChange| {
            (other.from, other.to, other.is_daylight, &other.name)
                == (one.from, one.to, one.is_daylight, &one.name)
        };
        let (group, others): (Vec<_>, Vec<_>) = rest.into_iter().partition(is_same);
        write_observance(lines, &group, yearly_rule(&group));
        rest = others;
    }
    lines.add("END", "VTIMEZONE");
}

fn clock_changes(zone: &TimeZone, begin: Timestamp, last_year: i16) -> Vec<ClockChange> {
    let mut before = zone.to_offset(begin);
    let mut changes = Vec::new();
    for change in zone.following(begin) {
        let local = before.to_datetime(change.timestamp());
        if local.year() > last_year {
            break;
        }
        changes.push(ClockChange {
            local,
            from: before,
            to: change.offset(),
            name: change.abbreviation().to_owned(),
            is_daylight: change.dst().is_dst(),
        });
        before = change.offset();
    }
    changes
}

/// The rule that changes follow, if they come once in each year, at the same time, on the same day
/// of the same week of a month.
fn yearly_rule(changes: &[&ClockChange]) -> Option<String> {
    let first = changes.first()?.local;
    let is_yearly = (0..).zip(changes).all(|(years, change)| {
        let local = change.local;
        local.year() == first.year() + years
            && (local.month(), local.weekday(), local.time())
                == (first.month(), first.weekday(), first.time())
    });
    if !is_yearly || changes.len() < usize::from(YEARS.unsigned_abs()) {
        return None;
    }
    let week = |change: &&ClockChange| (change.local.day() - 1) / 7 + 1;
    let is_last = |change: &&ClockChange| change.local.day() + 7 > change.local.days_in_month();
    let nth = week(changes.first()?);
    let week = match changes {
        _ if changes.iter().all(|change| week(change) == nth) => nth,
        _ if changes.iter().all(is_last) => -1,
        _ => return None,
    };
    let day = day_name(first.weekday());
    Some(format!("FREQ=YEARLY;BYMONTH={};BYDAY={week}{day}", first.month()))
}

/// Writes changes between the same two offsets.
fn write_observance(lines: &mut ContentLines, changes: &[&ClockChange], rule: Option<String>) {
    let Some((first, later)) = changes.split_first() else { return };
    let kind = if first.is_daylight { "DAYLIGHT" } else { "STANDARD" };
    lines.add("BEGIN", kind);
    lines.add("DTSTART", &local_time(first.local));
    lines.add("TZOFFSETFROM", &offset_text(first.from));
    lines.add("TZOFFSETTO", &offset_text(first.to));
    lines.add_text("TZNAME", &first.name);
    match rule {
        Some(rule) => lines.add("RRULE", &rule),
        None if later.is_empty() => {}
        None => {
            let dates: Vec<String> = later.iter().map(|one| local_time(one.local)).collect();
            lines.add("RDATE", &dates.join(","));
        }
    }
    lines.add("END", kind);
}

fn local_time(time: DateTime) -> String {
    time.strftime("%Y%m%dT%H%M%S").to_string()
}

fn offset_text(offset: Offset) -> String {
    let seconds = offset.seconds();
    let sign = if seconds < 0 { '-' } else { '+' };
    let seconds = seconds.unsigned_abs();
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match rest {
        0 => format!("{sign}{hours:02}{minutes:02}"),
        rest => format!("{sign}{hours:02}{minutes:02}{rest:02}"),
    }
}
