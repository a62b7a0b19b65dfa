//! Freezes: periods without deployments.

use super::window_hours::zone;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{ToSpan, Zoned};

/// A period in which nothing is deployed.
#[derive(Debug, Clone, PartialEq)]
pub struct FreezePeriod {
    pub from: Zoned,
    /// Exclusive.
    pub to: Zoned,
    pub reason: Option<String>,
}

impl FreezePeriod {
    /// Parses `2026-12-20` or `2026-12-20T18:00`. An end without a time includes that whole day.
    ///
    /// # Errors
    /// A phrase that describes the problem.
    pub fn parse(
        from: &str,
        to: &str,
        zone_name: Option<&str>,
        reason: Option<&str>,
    ) -> Result<Self, String> {
        let zone = zone(zone_name.unwrap_or("UTC"))?;
        let (from, _) = parse_moment(from, &zone)?;
        let (to, is_day) = parse_moment(to, &zone)?;
        let to =
            if is_day { to.checked_add(1.day()).map_err(|error| error.to_string())? } else { to };
        if to <= from {
            return Err("the freeze ends before it starts".into());
        }
        Ok(FreezePeriod { from, to, reason: reason.map(str::to_owned) })
    }
}

/// Parses a time. Returns true with it if the text names a whole day.
fn parse_moment(text: &str, zone: &TimeZone) -> Result<(Zoned, bool), String> {
    let wrong =
        || format!("`{text}` is not a date or time such as `2026-12-20` or `2026-12-20T18:00`");
    if let Some(exact) = text.parse::<jiff::Timestamp>().ok().filter(|_| text.contains('T')) {
        return Ok((exact.to_zoned(zone.clone()), false));
    }
    let is_day = !text.contains([':', 'T']);
    let local = if is_day {
        text.parse::<Date>().ok().map(|date| date.at(0, 0, 0, 0))
    } else {
        text.parse::<DateTime>().ok()
    };
    let zoned = local.and_then(|local| local.to_zoned(zone.clone()).ok());
    zoned.map(|zoned| (zoned, is_day)).ok_or_else(wrong)
}
