//! Output formats of `towpath audit`, and what they share.

mod csv;
mod junit;
pub(super) mod lines;
mod markdown;
mod sarif;
mod table;

pub use csv::render_csv;
pub use junit::render_junit;
pub use markdown::render_markdown;
pub use sarif::render_sarif;
pub(super) use sarif::{physical_location, sarif_log};
pub use table::{explain_rule, render_table};

use super::escape_for_terminal;
use crate::model::short_commit;
use crate::report::{FindingReport, to_timestamp};

/// Amount of detail for repeated findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditDetail {
    /// One line per place, and only the newest places.
    Folded,
    /// Every finding.
    Whole,
}

pub(super) fn version_text(told: &FindingReport) -> String {
    told.finding.version.as_ref().map(ToString::to_string).unwrap_or_default()
}

pub(super) fn commit_text(told: &FindingReport) -> String {
    told.finding.commit.map(|commit| commit.to_string()).unwrap_or_default()
}

pub(super) fn format_minute(seconds: i64) -> String {
    to_timestamp(seconds).strftime("%Y-%m-%d %H:%M").to_string()
}

/// A finding as a sentence, for formats without columns.
fn finding_sentence(told: &FindingReport) -> String {
    let version = version_text(told);
    let cell: Vec<&str> = [told.name.as_str(), version.as_str()]
        .into_iter()
        .filter(|word| !word.is_empty())
        .collect();
    let place = told.place_text();
    let place = if place.is_empty() { String::new() } else { format!(" in {place}") };
    let landed = finding_place(told);
    let subject =
        if cell.is_empty() { String::new() } else { format!("{}{place}: ", cell.join(" ")) };
    escape_for_terminal(&format!("{subject}{}{landed}", told.finding.message)).into_owned()
}

/// ` (0123456789, 2026-08-01 10:00 UTC)`.
fn finding_place(told: &FindingReport) -> String {
    match (told.finding.commit, told.finding.time) {
        (Some(_), Some(time)) => {
            format!(" ({}, {} UTC)", short_commit(&commit_text(told)), format_minute(time))
        }
        _ => String::new(),
    }
}
