//! Opening hours and freezes in a time zone.
//!
//! A time is judged by the local clock. When the clock goes back, the repeated hour is open twice;
//! when it goes forward, the skipped hour is missing from the window.

use crate::config::gates::{FreezePeriod, WindowHours};
use jiff::civil::DateTime;
use jiff::{Timestamp, ToSpan, Zoned};

/// Limit on steps from one change to the next: about four years of office hours.
const STEPS: usize = 6_000;

/// Rules that all have to be open.
#[derive(Debug, Clone, Default)]
pub(super) struct DeployCalendar<'c> {
    pub windows: Vec<&'c [WindowHours]>,
    pub freezes: Vec<&'c FreezePeriod>,
}

impl DeployCalendar<'_> {
    /// True if every window is open and no freeze is active.
    pub fn is_open(&self, at: Timestamp) -> bool {
        self.windows.iter().all(|openings| is_open(openings, at))
            && !self.freezes.iter().any(|f| is_frozen(f, at))
    }

    /// First time from `at` on at which everything is open, in the time zone of the first rule.
    pub fn next_opening(&self, at: Timestamp) -> Option<Zoned> {
        let mut moment = at;
        for _ in 0..STEPS {
            if self.is_open(moment) {
                return Some(moment.to_zoned(self.zone()));
            }
            moment = self.next_change(moment)?;
        }
        None
    }

    fn zone(&self) -> jiff::tz::TimeZone {
        let window = self
            .windows
            .first()
            .and_then(|openings| openings.first())
            .map(|opening| opening.zone.clone());
        let freeze = || self.freezes.first().map(|freeze| freeze.from.time_zone().clone());
        window.or_else(freeze).unwrap_or(jiff::tz::TimeZone::UTC)
    }

    /// Next time at which something may open or close.
    fn next_change(&self, after: Timestamp) -> Option<Timestamp> {
        if let Some(freeze) = self.freezes.iter().find(|freeze| is_frozen(freeze, after)) {
            return Some(freeze.to.timestamp());
        }
        let openings = self.windows.iter().flat_map(|openings| openings.iter());
        let starts = self
            .freezes
            .iter()
            .map(|freeze| freeze.from.timestamp())
            .filter(|start| *start > after);
        openings.flat_map(|opening| boundary_times(opening, after)).chain(starts).min()
    }
}

/// Closed hours win over open ones; without open hours everything is open that is not closed.
fn is_open(openings: &[WindowHours], at: Timestamp) -> bool {
    let covers = |opening: &&WindowHours| {
        let local = at.to_zoned(opening.zone.clone());
        opening.contains(local.weekday(), local.time())
    };
    let (closed, open): (Vec<&WindowHours>, Vec<&WindowHours>) =
        openings.iter().partition(|opening| opening.is_closed);
    !closed.iter().any(covers) && (open.is_empty() || open.iter().any(covers))
}

fn is_frozen(freeze: &FreezePeriod, at: Timestamp) -> bool {
    (freeze.from.timestamp()..freeze.to.timestamp()).contains(&at)
}

/// Times of this day and the next two at which a rule may change (both, if a local time is
/// repeated), and the next change of the clock.
fn boundary_times(opening: &WindowHours, after: Timestamp) -> Vec<Timestamp> {
    let zone = &opening.zone;
    let today = after.to_zoned(zone.clone()).date();
    let mut out: Vec<Timestamp> =
        zone.following(after).next().map(|change| change.timestamp()).into_iter().collect();
    for date in (0..3).filter_map(|days| today.checked_add(days.days()).ok()) {
        for minute in opening.boundary_minutes() {
            let local = |minute: u16| {
                Some(date.at(
                    i8::try_from(minute / 60).ok()?,
                    i8::try_from(minute % 60).ok()?,
                    0,
                    0,
                ))
            };
            let both = |local: DateTime| {
                let ambiguous = zone.to_ambiguous_zoned(local);
                [ambiguous.clone().earlier(), ambiguous.later()]
            };
            let moments = local(minute).into_iter().flat_map(both).filter_map(Result::ok);
            out.extend(moments.map(|zoned| zoned.timestamp()));
        }
    }
    out.retain(|moment| *moment > after);
    out
}

#[cfg(test)]
#[path = "calendar_tests.rs"]
mod tests;
