//! Opening hours: `Mon-Thu 09:00-16:00 Europe/London`.

use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;

const DAY: u16 = 24 * 60;

/// Days and hours in a time zone at which a window is open or closed.
#[derive(Debug, Clone)]
pub struct WindowHours {
    /// Bit set, Monday lowest. Hours beyond midnight belong to the day they begin on.
    days: u8,
    /// In minutes since midnight.
    from: u16,
    /// Exclusive; less than `from` if the hours span midnight.
    to: u16,
    pub zone: TimeZone,
    pub zone_name: String,
    /// True for hours at which the window is closed, whatever other hours say.
    pub is_closed: bool,
}

impl WindowHours {
    /// Parses `[closed] [DAYS] [HOURS] [ZONE]`.
    ///
    /// # Errors
    /// A phrase that describes the problem.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut words = text.split_whitespace().peekable();
        let is_closed = words.next_if(|word| word.eq_ignore_ascii_case("closed")).is_some();
        let is_days = |word: &&str| {
            word.as_bytes().first().is_some_and(u8::is_ascii_alphabetic) && !word.contains('/')
        };
        let days = match words.next_if(|word| is_days(word) && *word != "UTC") {
            Some(word) => self::parse_days(word)?,
            None => 0x7f,
        };
        let is_hours = |word: &&str| word.as_bytes().first().is_some_and(u8::is_ascii_digit);
        let (from, to) = match words.next_if(is_hours) {
            Some(word) => parse_hours(word)?,
            None => (0, DAY),
        };
        let zone_name = words.next().unwrap_or("UTC").to_owned();
        let zone = zone(&zone_name)?;
        match words.next() {
            Some(rest) => Err(format!("unexpected `{rest}` after the time zone")),
            None => Ok(WindowHours { days, from, to, zone, zone_name, is_closed }),
        }
    }

    /// True if a local time is within the hours.
    pub fn contains(&self, day: Weekday, time: Time) -> bool {
        let minute =
            u16::try_from(i32::from(time.hour()) * 60 + i32::from(time.minute())).unwrap_or(0);
        let on = |day: Weekday| self.days & (1 << day.to_monday_zero_offset()) != 0;
        if self.from < self.to {
            return on(day) && (self.from..self.to).contains(&minute);
        }
        (on(day) && minute >= self.from) || (on(day.previous()) && minute < self.to)
    }

    /// The days that the hours begin on, Monday first.
    pub fn days(&self) -> impl Iterator<Item = Weekday> {
        let is_on = |day: &Weekday| self.days & (1 << day.to_monday_zero_offset()) != 0;
        let all = (0..7).filter_map(|offset| Weekday::from_monday_zero_offset(offset).ok());
        all.filter(is_on)
    }

    /// Where the hours begin and end, in minutes since midnight. The end is less than the begin if
    /// they span midnight.
    pub fn minutes(&self) -> (u16, u16) {
        (self.from, self.to)
    }

    /// The hours for people: `Mon, Tue 09:00-16:00 Europe/London`.
    pub fn to_text(&self) -> String {
        const NAMES: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
        let is_on = |day: &usize| self.days & (1 << day) != 0;
        let days: Vec<&str> = (0..7).filter(is_on).map(|day| NAMES[day]).collect();
        let days = if days.len() == 7 { "daily".to_owned() } else { days.join(", ") };
        let time = |minutes: u16| format!("{:02}:{:02}", minutes / 60, minutes % 60);
        format!("{days} {}-{} {}", time(self.from), time(self.to), self.zone_name)
    }

    /// Times of day at which the hours can begin or end, in minutes since midnight.
    pub fn boundary_minutes(&self) -> [u16; 3] {
        [0, self.from, self.to % DAY]
    }
}

/// Returns a time zone by its IANA name.
///
/// # Errors
/// A phrase with the expected form.
pub(super) fn zone(name: &str) -> Result<TimeZone, String> {
    // Offsets and abbreviations have no daylight saving, but people who write them expect it.
    let known = TimeZone::get(name).ok().filter(|_| name == "UTC" || name.contains('/'));
    known.ok_or_else(|| format!("`{name}` is not a time zone such as `Europe/London` or `UTC`"))
}

fn parse_days(text: &str) -> Result<u8, String> {
    if text.eq_ignore_ascii_case("daily") {
        return Ok(0x7f);
    }
    let mut out = 0;
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (mut at, last) = (parse_day(first)?, parse_day(last)?);
        out |= 1 << at;
        while at != last {
            at = (at + 1) % 7;
            out |= 1 << at;
        }
    }
    Ok(out)
}

fn parse_day(text: &str) -> Result<u8, String> {
    let names = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let lower = text.to_ascii_lowercase();
    let found = (0..).zip(names).find(|(_, name)| lower == *name || lower == name[..3]);
    found
        .map(|(at, _)| at)
        .ok_or_else(|| format!("`{text}` is not a day; use Mon, Tue, Wed, Thu, Fri, Sat or Sun"))
}

fn parse_hours(text: &str) -> Result<(u16, u16), String> {
    let wrong = || format!("`{text}` is not a range of hours such as `09:00-16:00`");
    let (from, to) = text.split_once('-').ok_or_else(wrong)?;
    let (from, to) = (minutes(from).ok_or_else(wrong)?, minutes(to).ok_or_else(wrong)?);
    match (from, to) {
        (DAY, _) => Err(wrong()),
        (from, to) if from == to => {
            Err(format!("`{text}` is an empty range; a whole day is `00:00-24:00`"))
        }
        hours => Ok(hours),
    }
}

fn minutes(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let digits = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    let (hour, minute): (u16, u16) = match (digits(hour), digits(minute)) {
        (true, true) => (hour.parse().ok()?, minute.parse().ok()?),
        _ => return None,
    };
    (minute < 60 && hour * 60 + minute <= DAY).then_some(hour * 60 + minute)
}
