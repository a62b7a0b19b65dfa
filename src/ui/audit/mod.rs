//! The answers of `towpath audit`, and what they have in common.

mod csv;
mod html;
mod junit;
mod lines;
mod markdown;
mod sarif;
mod table;

pub use csv::csv;
pub use html::html;
pub use junit::junit;
pub use markdown::markdown;
pub use sarif::sarif;
pub(super) use sarif::{log, physical};
pub use table::table;

use super::{span, visible};
use crate::report::{FindingReport, moment};

/// How much of what repeats itself is shown to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditDetail {
    /// A line for each place, and the newest of those.
    Folded,
    /// Every finding.
    Whole,
}

fn version(told: &FindingReport) -> String {
    told.finding.version.as_ref().map(ToString::to_string).unwrap_or_default()
}

fn commit(told: &FindingReport) -> String {
    told.finding.commit.map(|commit| commit.to_string()).unwrap_or_default()
}

/// As many digits as tell commits apart.
fn brief(commit: &str) -> String {
    commit.chars().take(10).collect()
}

fn minute(seconds: i64) -> String {
    moment(seconds).strftime("%Y-%m-%d %H:%M").to_string()
}

/// A finding in one sentence, for formats that have no columns.
fn sentence(told: &FindingReport) -> String {
    let version = version(told);
    let cell: Vec<&str> = [told.name.as_str(), version.as_str()]
        .into_iter()
        .filter(|word| !word.is_empty())
        .collect();
    let place = told.place();
    let place = if place.is_empty() { String::new() } else { format!(" in {place}") };
    let landed = finding_place(told);
    let subject =
        if cell.is_empty() { String::new() } else { format!("{}{place}: ", cell.join(" ")) };
    visible(&format!("{subject}{}{landed}", told.finding.message)).into_owned()
}

/// ` (0123456789, 2026-08-01 10:00)`.
fn finding_place(told: &FindingReport) -> String {
    match (told.finding.commit, told.finding.time) {
        (Some(_), Some(time)) => {
            format!(" ({}, {} UTC)", brief(&commit(told)), minute(time))
        }
        _ => String::new(),
    }
}
