use super::*;
use crate::model::StageName;
use snapbox::{IntoData, assert_data_eq, str};

fn entry(schedule: StageSchedule) -> CalendarEntry {
    CalendarEntry {
        stage: StageName::new("prod"),
        schedule,
        apps: Vec::new(),
        exempt: Vec::new(),
        line: 7,
        is_one_of_several: false,
    }
}

fn hours(text: &str) -> CalendarEntry {
    entry(StageSchedule::Hours(WindowHours::parse(text).expect("hours")))
}

fn rendered(entries: Vec<CalendarEntry>) -> String {
    let time = "2026-08-20T10:00:00Z".parse().expect("a time");
    render_calendar(&CalendarReport { repository: "deploy".into(), time, entries })
}

#[test]
fn hours_are_weekly_events_on_the_local_clock() {
    let text = rendered(vec![hours("Mon-Thu 09:00-16:30 Europe/London")]);
    assert!(text.lines().count() == text.matches("\r\n").count(), "{text}");
    assert_data_eq!(
        text.replace("\r\n", "\n"),
        str![[r#"
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//towpath//towpath 0.1.0//EN
NAME:Freezes and opening hours of deploy
X-WR-CALNAME:Freezes and opening hours of deploy
REFRESH-INTERVAL;VALUE=DURATION:PT1H
BEGIN:VTIMEZONE
TZID:Europe/London
BEGIN:STANDARD
DTSTART:20250101T000000
TZOFFSETFROM:+0000
TZOFFSETTO:+0000
TZNAME:GMT
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:20250330T010000
TZOFFSETFROM:+0000
TZOFFSETTO:+0100
TZNAME:BST
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:20251026T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0000
TZNAME:GMT
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
UID:58ee0e6d-0ee5-8c03-8a25-dc429bdec0d9
DTSTAMP:20260820T100000Z
DTSTART;TZID=Europe/London:20260101T090000
DURATION:PT7H30M
RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH
SUMMARY:prod open
DESCRIPTION:prod is open: Mon\, Tue\, Wed\, Thu 09:00-16:30 Europe/London.\
 nRule: towpath.yaml\, line 7
CATEGORIES:OPENING HOURS
TRANSP:TRANSPARENT
END:VEVENT
END:VCALENDAR

"#]]
        .raw()
    );
}

#[test]
fn a_freeze_has_its_reason_and_the_apps_that_it_is_for() {
    let freeze = FreezePeriod::parse(
        "2026-12-20",
        "2027-01-03",
        Some("Europe/London"),
        Some("holidays; nobody, at all\nEND:VEVENT"),
    );
    let freeze = entry(StageSchedule::Freeze(freeze.expect("a freeze")));
    let limited = CalendarEntry {
        apps: vec!["web*".into()],
        exempt: vec!["web-docs".into()],
        ..freeze.clone()
    };
    let text = rendered(vec![freeze, limited]).replace("\r\n ", "").replace("\r\n", "\n");
    assert!(text.contains("DTSTART:20261220T000000Z\nDTEND:20270104T000000Z\n"), "{text}");
    assert!(text.contains("SUMMARY:prod frozen: holidays\\; nobody\\, at all\\nEND:VEVENT\n"));
    assert!(text.contains("Only for: web*\\nNot for: web-docs\\nRule: towpath.yaml\\, line 7\n"));
    assert_eq!(text.matches("\nEND:VEVENT\n").count(), 2);
    assert_eq!(uids(&text).len(), 2);
}

fn uids(text: &str) -> BTreeSet<&str> {
    text.lines().filter_map(|line| line.strip_prefix("UID:")).collect()
}

#[test]
fn ids_survive_another_end_and_another_order() {
    let until = |to: &str| {
        let freeze = FreezePeriod::parse("2026-12-20", to, None, Some("holidays"));
        entry(StageSchedule::Freeze(freeze.expect("a freeze")))
    };
    let early = rendered(vec![until("2027-01-03"), hours("Mon-Thu 09:00-16:30 UTC")]);
    let late = rendered(vec![hours("Mon-Thu 09:00-16:30 UTC"), until("2027-01-10")]);
    assert_eq!((uids(&early).len(), uids(&early)), (2, uids(&late)));
    let twice = rendered(vec![until("2027-01-03"), until("2027-01-03")]);
    assert_eq!(uids(&twice).len(), 2);
}

#[test]
fn hours_may_span_midnight_or_a_whole_day_and_be_closed() {
    let text = rendered(vec![
        hours("Fri 22:00-02:30 UTC"),
        hours("closed Sat,Sun America/New_York"),
        hours("daily 10:00-10:05 Asia/Kolkata"),
    ]);
    let has = |lines: &[&str]| assert!(text.contains(&(lines.join("\r\n") + "\r\n")), "{text}");
    has(&["DTSTART:20260102T220000Z", "DURATION:PT4H30M", "RRULE:FREQ=WEEKLY;BYDAY=FR"]);
    has(&["DTSTART;TZID=America/New_York:20260103T000000", "DURATION:P1D"]);
    has(&["SUMMARY:prod closed"]);
    has(&["DURATION:PT5M", "RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU"]);
    has(&["TZOFFSETFROM:+0530", "TZOFFSETTO:+0530", "TZNAME:IST", "END:STANDARD", "END:VTIMEZONE"]);
    has(&["RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU"]);
}

#[test]
fn a_zone_without_a_yearly_rule_lists_its_changes() {
    // Morocco leaves its summer time for Ramadan, which follows the moon.
    let text = rendered(vec![hours("Mon 09:00-10:00 Africa/Casablanca")]).replace("\r\n ", "");
    assert!(text.matches("RDATE:").count() == 2 && !text.contains("FREQ=YEARLY"), "{text}");
}

#[test]
fn a_calendar_without_events_is_still_one() {
    let text = rendered(Vec::new());
    assert!(text.contains("TZID:UTC\r\n") && !text.contains("VEVENT"), "{text}");
}
