//! The current mapping as an HTML table, with marks for findings about the versions in it.

use crate::audit::{AuditRule, Severity};
use crate::model::{Version, format_age};
use crate::report::{AuditReport, CellVersion, Matrix, MatrixCell};
use crate::ui::pages::display_text;
use crate::ui::pages::view::anchor;
use crate::ui::version::short_version;
use jiff::Timestamp;
use serde::Serialize;
use std::collections::HashMap;

/// Apps down, stages across.
#[derive(Serialize)]
pub(super) struct HtmlMatrix {
    stages: Vec<String>,
    rows: Vec<HtmlMatrixRow>,
    differing: usize,
}

#[derive(Serialize)]
struct HtmlMatrixRow {
    name: String,
    cells: Vec<HtmlMatrixCell>,
}

#[derive(Serialize)]
struct HtmlMatrixCell {
    differs: bool,
    running: Vec<HtmlCellVersion>,
}

/// A version in a cell.
#[derive(Serialize)]
struct HtmlCellVersion {
    version: String,
    /// Set if `version` is shortened.
    whole: Option<String>,
    /// Set if targets run different versions.
    targets: String,
    /// How long it has been there, if ages are shown.
    age: Option<String>,
    /// The most severe finding about it.
    mark: Option<FindingMark>,
}

#[derive(Serialize, Clone)]
struct FindingMark {
    rule: &'static str,
    severity: &'static str,
    anchor: String,
}

/// The most severe finding by name, stage and version.
pub(super) type GravestFindings<'a> =
    HashMap<(&'a str, &'a str, &'a Version), (&'static AuditRule, Severity)>;

/// Lays out a matrix. Ages are shown relative to `ages_at`.
pub(super) fn html_matrix(
    matrix: &Matrix,
    marks: &GravestFindings<'_>,
    ages_at: Option<Timestamp>,
) -> HtmlMatrix {
    let stages: Vec<&str> = matrix.columns.iter().map(|column| column.stage.as_str()).collect();
    let rows = matrix.rows.iter().map(|row| HtmlMatrixRow {
        name: display_text(&row.name),
        cells: row
            .cells
            .iter()
            .zip(&stages)
            .map(|(cell, stage)| matrix_cell(cell, (&row.name, stage), marks, ages_at))
            .collect(),
    });
    HtmlMatrix {
        rows: rows.collect(),
        stages: stages.iter().map(|stage| display_text(stage)).collect(),
        differing: matrix.differing_rows(),
    }
}

/// The report lists the most severe findings first.
pub(super) fn gravest_findings(audited: &AuditReport) -> GravestFindings<'_> {
    let mut marks = GravestFindings::new();
    for told in &audited.findings {
        if let Some(version) = &told.finding.version {
            let key = (told.name.as_str(), told.stage(), version);
            marks.entry(key).or_insert((told.finding.rule, told.finding.severity));
        }
    }
    marks
}

/// Shortens a long version in the middle, so that it does not push other columns off the page.
fn shorten_version(version: &str) -> String {
    const MOST: usize = 40;
    let characters: Vec<char> = version.chars().collect();
    if characters.len() <= MOST {
        return version.to_owned();
    }
    let (front, back) = (&characters[..MOST / 2], &characters[characters.len() - MOST / 2 + 1..]);
    front.iter().chain(&['…']).chain(back).collect()
}

fn matrix_cell(
    cell: &MatrixCell,
    (name, stage): (&str, &str),
    marks: &GravestFindings<'_>,
    ages_at: Option<Timestamp>,
) -> HtmlMatrixCell {
    let several = cell.running.len() > 1;
    let standing = |running: &CellVersion| {
        let (version, whole) = (
            short_version(&running.version, running.app_version),
            display_text(&running.version.to_string()),
        );
        let version = shorten_version(&display_text(&version));
        let targets: Vec<&str> =
            running.targets.iter().filter(|_| several).map(|target| target.as_str()).collect();
        let mark =
            marks.get(&(name, stage, &running.version)).map(|(rule, severity)| FindingMark {
                rule: rule.id,
                severity: severity.as_str(),
                anchor: anchor(rule, *severity),
            });
        let is_whole = whole == version || running.app_version || whole.is_empty();
        HtmlCellVersion {
            whole: (!is_whole).then_some(whole),
            version,
            targets: display_text(&targets.join(", ")),
            age: running.since.zip(ages_at).map(|(since, now)| format_age(since, now)),
            mark,
        }
    };
    HtmlMatrixCell { differs: cell.differs, running: cell.running.iter().map(standing).collect() }
}
