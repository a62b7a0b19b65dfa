//! Freezes: periods without deployments.

use super::Gate;
use super::descriptor::{FactNeed, GateDescriptor, GateSettings, PastNeed};
use super::keys::{GateKey, LongForm};
use super::option_reader::GateOptionReader;
use super::window_hours::zone;
use crate::config::fields::{ConfigField, ConfigFields};
use crate::config::keys::{ConfigKey, ValueShape, key};
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

const OPTIONS: &[ConfigKey] = &[
    key("from", ValueShape::Text, "The first day, or the time it starts."),
    key("to", ValueShape::Text, "The last day, or the time it ends."),
    key("reason", ValueShape::Text, "The reason, for people."),
    key("zone", ValueShape::Text, "The time zone of both, such as `Europe/London`. Default: UTC."),
];

pub(super) static GATE: GateDescriptor = GateDescriptor {
    name: "freeze",
    keys: &[GateKey {
        name: "freeze",
        about: "No deployments for a period.",
        bare: None,
        short: None,
        long: Some(LongForm { options: OPTIONS, read: read_long }),
    }],
    last_rule_counts: false,
    implied_past: PastNeed::newest_runs,
    reads_the_ledger: false,
    answers_for_the_past: true,
    keeps_a_stage_still: true,
};

impl GateSettings for FreezePeriod {
    fn facts(&self) -> Vec<FactNeed<'_>> {
        Vec::new()
    }

    fn past(&self) -> PastNeed {
        PastNeed::NewestRuns
    }
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

fn read_long(
    reader: &mut GateOptionReader<'_, '_, '_>,
    field: ConfigField<'_>,
    fields: &ConfigFields<'_>,
) -> Option<Gate> {
    let mut text = |name: &str| fields.text(name, reader.problems).map(|word| word.text);
    let (Some(from), Some(to)) = (text("from"), text("to")) else {
        return reader.report_missing_option(field, "from` and `to");
    };
    let (zone, reason) = (text("zone"), text("reason"));
    match FreezePeriod::parse(from, to, zone, reason) {
        Ok(freeze) => Some(Gate::Freeze(freeze)),
        Err(why) => {
            reader.problems.add(field.key, format!("invalid freeze: {why}"), None);
            None
        }
    }
}
