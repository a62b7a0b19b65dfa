//! Freezes and opening hours as an iCalendar (RFC 5545).
//!
//! A freeze is an event in UTC. Opening hours are a weekly event on the local clock, with the
//! definition of its time zone. The text depends on the report alone, so that its `ETag` holds.

mod content_lines;
mod time_zone;

use crate::config::gates::{FreezePeriod, WindowHours};
use crate::report::{CalendarEntry, CalendarReport, StageSchedule};
use crate::ui::atom::stable_uuid;
use content_lines::ContentLines;
use jiff::civil::{Date, Weekday, date};
use jiff::{Timestamp, ToSpan};
use std::collections::{BTreeMap, BTreeSet};
use time_zone::write_zone;

/// The content type of a calendar.
pub const ICALENDAR: &str = "text/calendar; charset=utf-8";

/// Renders a calendar.
pub fn render_calendar(report: &CalendarReport) -> String {
    // Hours of every week begin with the year of the commit.
    let start = date(report.time.to_zoned(jiff::tz::TimeZone::UTC).year(), 1, 1);
    let mut lines = ContentLines::default();
    lines.add("BEGIN", "VCALENDAR");
    lines.add("VERSION", "2.0");
    lines.add("PRODID", concat!("-//towpath//towpath ", env!("CARGO_PKG_VERSION"), "//EN"));
    let name = format!("Freezes and opening hours of {}", report.repository);
    lines.add_text("NAME", &name);
    lines.add_text("X-WR-CALNAME", &name);
    lines.add("REFRESH-INTERVAL;VALUE=DURATION", "PT1H");
    write_zones(&mut lines, report, start);
    let mut seen = BTreeMap::new();
    for entry in &report.entries {
        write_event(&mut lines, report, entry, start, &mut seen);
    }
    lines.add("END", "VCALENDAR");
    lines.into_text()
}

/// The time zones of the hours. A calendar needs one component at least, so that one without events
/// has UTC.
fn write_zones(lines: &mut ContentLines, report: &CalendarReport, start: Date) {
    let mut names = BTreeSet::new();
    for entry in &report.entries {
        let StageSchedule::Hours(hours) = &entry.schedule else { continue };
        if !is_utc(hours) && names.insert(&hours.zone_name) {
            write_zone(lines, &hours.zone_name, &hours.zone, start);
        }
    }
    if report.entries.is_empty() {
        write_zone(lines, "UTC", &jiff::tz::TimeZone::UTC, start);
    }
}

fn is_utc(hours: &WindowHours) -> bool {
    hours.zone_name == "UTC"
}

fn write_event(
    lines: &mut ContentLines,
    report: &CalendarReport,
    entry: &CalendarEntry,
    start: Date,
    seen: &mut BTreeMap<String, usize>,
) {
    let identity = identity(entry);
    // The same rule may be written twice.
    let count = seen.entry(identity.clone()).or_default();
    let uid = stable_uuid(&["calendar", &report.repository, &identity, &count.to_string()]);
    *count += 1;
    lines.add("BEGIN", "VEVENT");
    lines.add("UID", &uid);
    lines.add("DTSTAMP", &utc(report.time));
    match &entry.schedule {
        StageSchedule::Freeze(period) => {
            lines.add("DTSTART", &utc(period.from.timestamp()));
            lines.add("DTEND", &utc(period.to.timestamp()));
        }
        StageSchedule::Hours(hours) => write_hours(lines, hours, start),
    }
    lines.add_text("SUMMARY", &summary(entry));
    lines.add_text("DESCRIPTION", &description(entry));
    lines.add("CATEGORIES", category(entry));
    // Nobody is busy because a stage is open.
    lines.add("TRANSP", "TRANSPARENT");
    lines.add("END", "VEVENT");
}

/// What stays the same when a rule gets another end: the event is the same then.
fn identity(entry: &CalendarEntry) -> String {
    let apps = entry.apps.join(",");
    let what = match &entry.schedule {
        StageSchedule::Freeze(FreezePeriod { from, reason, .. }) => {
            let reason = reason.as_deref().unwrap_or_default();
            format!("freeze\0{}\0{reason}", from.timestamp())
        }
        StageSchedule::Hours(hours) => {
            format!("{}\0{}\0{}", category(entry), hours.to_text(), hours.zone_name)
        }
    };
    [entry.stage.as_str(), &apps, &what].join("\0")
}

/// The first day of the hours, how long they last, and the days of the week. A length in days is a
/// day of the local clock, even where that has 23 hours.
fn write_hours(lines: &mut ContentLines, hours: &WindowHours, start: Date) {
    let (from, to) = hours.minutes();
    let days: Vec<Weekday> = hours.days().collect();
    let mut first = start;
    while !days.contains(&first.weekday()) {
        first = first.saturating_add(1.day());
    }
    let begin = format!("{}T{:02}{:02}00", first.strftime("%Y%m%d"), from / 60, from % 60);
    if is_utc(hours) {
        lines.add("DTSTART", &format!("{begin}Z"));
    } else {
        lines.add(&format!("DTSTART;TZID={}", hours.zone_name), &begin);
    }
    let minutes = if from < to { to - from } else { to + 24 * 60 - from };
    lines.add("DURATION", &duration(minutes));
    let names: Vec<&str> = days.into_iter().map(day_name).collect();
    lines.add("RRULE", &format!("FREQ=WEEKLY;BYDAY={}", names.join(",")));
}

fn duration(minutes: u16) -> String {
    match (minutes / 60, minutes % 60) {
        (24, 0) => "P1D".to_owned(),
        (hours, 0) => format!("PT{hours}H"),
        (0, minutes) => format!("PT{minutes}M"),
        (hours, minutes) => format!("PT{hours}H{minutes}M"),
    }
}

/// The name of a day in a rule (RFC 5545, 3.3.10).
fn day_name(day: Weekday) -> &'static str {
    ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
        [usize::from(day.to_monday_zero_offset().unsigned_abs())]
}

fn utc(time: Timestamp) -> String {
    time.strftime("%Y%m%dT%H%M%SZ").to_string()
}

fn category(entry: &CalendarEntry) -> &'static str {
    match &entry.schedule {
        StageSchedule::Freeze(_) => "FREEZE",
        StageSchedule::Hours(hours) if hours.is_closed => "CLOSED HOURS",
        StageSchedule::Hours(_) => "OPENING HOURS",
    }
}

fn summary(entry: &CalendarEntry) -> String {
    let stage = &entry.stage;
    let what = match &entry.schedule {
        StageSchedule::Freeze(FreezePeriod { reason: Some(reason), .. }) => {
            format!("{stage} frozen: {reason}")
        }
        StageSchedule::Freeze(_) => format!("{stage} frozen"),
        StageSchedule::Hours(hours) if hours.is_closed => format!("{stage} closed"),
        StageSchedule::Hours(_) => format!("{stage} open"),
    };
    match entry.apps.is_empty() {
        true => what,
        false => format!("{what} ({})", entry.apps.join(", ")),
    }
}

fn description(entry: &CalendarEntry) -> String {
    let stage = &entry.stage;
    let mut lines = vec![match &entry.schedule {
        StageSchedule::Freeze(_) => format!("Nothing is deployed to {stage}."),
        StageSchedule::Hours(hours) if hours.is_closed => {
            format!("{stage} is closed: {}.", hours.to_text())
        }
        StageSchedule::Hours(hours) => format!("{stage} is open: {}.", hours.to_text()),
    }];
    if let StageSchedule::Freeze(FreezePeriod { reason: Some(reason), .. }) = &entry.schedule {
        lines.push(format!("Reason: {reason}"));
    }
    if !entry.apps.is_empty() {
        lines.push(format!("Only for: {}", entry.apps.join(", ")));
    }
    if !entry.exempt.is_empty() {
        lines.push(format!("Not for: {}", entry.exempt.join(", ")));
    }
    if entry.is_one_of_several {
        lines.push("The other opening hours of the stage have to be open as well.".to_owned());
    }
    lines.push(format!("Rule: towpath.yaml, line {}", entry.line));
    lines.join("\n")
}

#[cfg(test)]
mod tests;
