//! Sixty moments against opening hours and freezes.

use super::DeployCalendar;
use crate::config::gates::{FreezePeriod, WindowHours};
use jiff::Timestamp;

const LONDON: &[&str] = &["Mon-Thu 09:00-16:00 Europe/London"];
const NIGHT: &[&str] = &["Fri 22:00-02:00 Europe/Berlin"];
const TWO: &[&str] = &["Mon-Thu 09:00-16:00 Europe/London", "Fri 09:00-12:00 Europe/London"];
const LUNCH: &[&str] = &["Mon-Fri 09:00-17:00 UTC", "closed 12:00-13:00 UTC"];
const CLOSED: &[&str] = &["closed Sat,Sun UTC"];
const EARLY: &[&str] = &["01:30-02:30 America/New_York"];
const WRAP: &[&str] = &["Fri-Mon UTC"];
const DAILY: &[&str] = &["daily 00:00-24:00 Asia/Kathmandu"];
const LEAP: &[&str] = &["Thu 08:00-09:00 UTC"];
const LATE: &[&str] = &["closed 22:00-06:00 Australia/Lord_Howe"];

/// Rules, a moment, and when it opens from there: `open` where it is.
const CASES: &[(&[&str], &str, &str)] = &[
    // Days and hours; the end is not included.
    (LONDON, "2026-01-05T09:00:00Z", "open"),
    (LONDON, "2026-01-05T08:59:59Z", "2026-01-05T09:00:00Z"),
    (LONDON, "2026-01-05T15:59:59Z", "open"),
    (LONDON, "2026-01-05T16:00:00Z", "2026-01-06T09:00:00Z"),
    (LONDON, "2026-01-08T16:00:00Z", "2026-01-12T09:00:00Z"),
    (LONDON, "2026-01-09T10:00:00Z", "2026-01-12T09:00:00Z"),
    (LONDON, "2026-01-11T23:59:59Z", "2026-01-12T09:00:00Z"),
    // The same clock in summer is an hour earlier in UTC.
    (LONDON, "2026-07-06T08:00:00Z", "open"),
    (LONDON, "2026-07-06T07:59:59Z", "2026-07-06T08:00:00Z"),
    (LONDON, "2026-07-06T15:00:00Z", "2026-07-07T08:00:00Z"),
    // Over both week ends at which the clock changes.
    (LONDON, "2026-03-26T16:00:00Z", "2026-03-30T08:00:00Z"),
    (LONDON, "2026-10-22T15:00:00Z", "2026-10-26T09:00:00Z"),
    // Beyond midnight: the hours belong to Friday.
    (NIGHT, "2026-01-09T21:00:00Z", "open"),
    (NIGHT, "2026-01-09T20:59:59Z", "2026-01-09T21:00:00Z"),
    (NIGHT, "2026-01-09T23:00:00Z", "open"),
    (NIGHT, "2026-01-10T00:59:59Z", "open"),
    (NIGHT, "2026-01-10T01:00:00Z", "2026-01-16T21:00:00Z"),
    (NIGHT, "2026-01-09T00:30:00Z", "2026-01-09T21:00:00Z"),
    // Saturday, not Friday, has the change of the clock in Berlin; the night before is as usual.
    (NIGHT, "2026-03-27T22:30:00Z", "open"),
    // Several add up.
    (TWO, "2026-01-09T11:59:59Z", "open"),
    (TWO, "2026-01-09T12:00:00Z", "2026-01-12T09:00:00Z"),
    (TWO, "2026-01-08T16:30:00Z", "2026-01-09T09:00:00Z"),
    (TWO, "2026-01-08T10:00:00Z", "open"),
    // Closed wins.
    (LUNCH, "2026-01-05T11:59:59Z", "open"),
    (LUNCH, "2026-01-05T12:00:00Z", "2026-01-05T13:00:00Z"),
    (LUNCH, "2026-01-05T13:00:00Z", "open"),
    (LUNCH, "2026-01-09T17:00:00Z", "2026-01-12T09:00:00Z"),
    (LUNCH, "2026-01-10T12:30:00Z", "2026-01-12T09:00:00Z"),
    // Only closed hours: open else.
    (CLOSED, "2026-01-09T23:59:59Z", "open"),
    (CLOSED, "2026-01-10T00:00:00Z", "2026-01-12T00:00:00Z"),
    (CLOSED, "2026-01-11T23:59:59Z", "2026-01-12T00:00:00Z"),
    (CLOSED, "2026-01-12T00:00:00Z", "open"),
    // New York, 8 March 2026: 02:00 to 03:00 does not exist.
    (EARLY, "2026-03-08T06:29:59Z", "2026-03-08T06:30:00Z"),
    (EARLY, "2026-03-08T06:59:59Z", "open"),
    (EARLY, "2026-03-08T07:00:00Z", "2026-03-09T05:30:00Z"),
    (EARLY, "2026-03-07T07:30:00Z", "2026-03-08T06:30:00Z"),
    // New York, 1 November 2026: 01:00 to 02:00 comes twice.
    (EARLY, "2026-11-01T05:30:00Z", "open"),
    (EARLY, "2026-11-01T05:59:59Z", "open"),
    (EARLY, "2026-11-01T06:00:00Z", "2026-11-01T06:30:00Z"),
    (EARLY, "2026-11-01T06:30:00Z", "open"),
    (EARLY, "2026-11-01T07:29:59Z", "open"),
    (EARLY, "2026-11-01T07:30:00Z", "2026-11-02T06:30:00Z"),
    // Days that wrap around the week.
    (WRAP, "2026-01-12T23:59:59Z", "open"),
    (WRAP, "2026-01-13T00:00:00Z", "2026-01-16T00:00:00Z"),
    (WRAP, "2026-01-17T12:00:00Z", "open"),
    // Always, in a zone of three quarters of an hour.
    (DAILY, "2026-01-13T18:15:00Z", "open"),
    (DAILY, "2026-01-13T18:14:59Z", "open"),
    // A leap day: 29 February 2028 is a Tuesday, 2024 a Thursday.
    (LEAP, "2024-02-29T08:30:00Z", "open"),
    (LEAP, "2024-02-29T09:00:00Z", "2024-03-07T08:00:00Z"),
    (LEAP, "2028-02-28T08:30:00Z", "2028-03-02T08:00:00Z"),
    // Lord Howe moves its clock by half an hour: 5 April 2026 back, at 02:00, in the closed night.
    (LATE, "2026-04-04T10:59:59Z", "open"),
    (LATE, "2026-04-04T11:00:00Z", "2026-04-04T19:30:00Z"),
    (LATE, "2026-10-03T19:00:00Z", "open"),
    // The turn of the year.
    (LONDON, "2026-12-31T16:00:00Z", "2027-01-04T09:00:00Z"),
    (CLOSED, "2026-12-31T23:59:59Z", "open"),
];

/// Rules, a freeze, a moment, and when it opens.
const FREEZES: &[(&[&str], [&str; 3], &str, &str)] = &[
    (LONDON, ["2026-12-20", "2027-01-03", "Europe/London"], "2026-12-17T10:00:00Z", "open"),
    (
        LONDON,
        ["2026-12-20", "2027-01-03", "Europe/London"],
        "2026-12-21T10:00:00Z",
        "2027-01-04T09:00:00Z",
    ),
    (
        &[],
        ["2026-12-20", "2027-01-03", "Europe/London"],
        "2027-01-03T23:59:59Z",
        "2027-01-04T00:00:00Z",
    ),
    (
        &[],
        ["2026-07-01T12:00", "2026-07-01T13:00", "Europe/London"],
        "2026-07-01T11:30:00Z",
        "2026-07-01T12:00:00Z",
    ),
    (&[], ["2028-02-29", "2028-02-29", "UTC"], "2028-02-29T12:00:00Z", "2028-03-01T00:00:00Z"),
    (WRAP, ["2026-01-16", "2026-01-18", "UTC"], "2026-01-13T00:00:00Z", "2026-01-19T00:00:00Z"),
];

fn opens(texts: &[&str], freeze: Option<[&str; 3]>, at: &str) -> String {
    let openings: Vec<WindowHours> =
        texts.iter().map(|text| WindowHours::parse(text).expect(text)).collect();
    let freeze =
        freeze.map(|[from, to, zone]| FreezePeriod::parse(from, to, Some(zone), None).expect(from));
    let windows = if openings.is_empty() { Vec::new() } else { vec![openings.as_slice()] };
    let calendar = DeployCalendar { windows, freezes: freeze.iter().collect() };
    let at: Timestamp = at.parse().expect(at);
    match calendar.next_opening(at) {
        Some(opens) if opens.timestamp() == at => "open".into(),
        Some(opens) => opens.timestamp().to_string(),
        None => "never".into(),
    }
}

#[test]
fn sixty_moments() {
    assert!(CASES.len() + FREEZES.len() >= 60, "{}", CASES.len() + FREEZES.len());
    for (texts, at, expected) in CASES {
        assert_eq!(opens(texts, None, at), *expected, "{texts:?} at {at}");
    }
    for (texts, freeze, at, expected) in FREEZES {
        assert_eq!(opens(texts, Some(*freeze), at), *expected, "{texts:?} {freeze:?} at {at}");
    }
}

#[test]
fn what_never_opens_is_found_out() {
    assert_eq!(opens(&["Mon UTC", "closed Mon UTC"], None, "2026-01-05T12:00:00Z"), "never");
}

/// Between two moments that are an hour apart, the answer must not depend on where one stands.
#[test]
fn the_next_opening_is_the_same_from_everywhere_before_it() {
    for texts in [LONDON, NIGHT, TWO, LUNCH, CLOSED, EARLY, WRAP, LATE] {
        let start: Timestamp = "2026-02-27T00:00:00Z".parse().expect("a time");
        let openings: Vec<WindowHours> =
            texts.iter().map(|text| WindowHours::parse(text).expect(text)).collect();
        let calendar = DeployCalendar { windows: vec![&openings], freezes: Vec::new() };
        for quarter in 0..4 * 24 * 40 {
            let at = start + jiff::SignedDuration::from_mins(quarter * 15);
            let opens = calendar.next_opening(at).expect("it opens").timestamp();
            let mut first = at;
            while !calendar.is_open(first) {
                first += jiff::SignedDuration::from_mins(15);
            }
            assert_eq!(opens, first, "{texts:?} from {at}");
        }
    }
}
