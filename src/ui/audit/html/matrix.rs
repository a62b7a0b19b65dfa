//! What runs now, as a table; a cell says what was found about the version in it.

use super::shown;
use super::view::anchor;
use crate::audit::{Rule, Severity};
use crate::model::Version;
use crate::report::{Audited, Cell, Page, Running};
use crate::ui::version::short;
use serde::Serialize;
use std::collections::HashMap;

/// Apps down, stages across.
#[derive(Serialize)]
pub(super) struct Grid {
    stages: Vec<String>,
    rows: Vec<Row>,
    differing: usize,
}

#[derive(Serialize)]
struct Row {
    name: String,
    cells: Vec<Square>,
}

#[derive(Serialize)]
struct Square {
    differs: bool,
    running: Vec<Standing>,
}

/// One version in a cell.
#[derive(Serialize)]
struct Standing {
    version: String,
    /// Set where `version` is not all of it.
    whole: Option<String>,
    /// Named where targets disagree.
    targets: String,
    /// The gravest finding about it.
    mark: Option<Mark>,
}

#[derive(Serialize, Clone)]
struct Mark {
    rule: &'static str,
    severity: &'static str,
    anchor: String,
}

/// The gravest finding about a version of an app in a stage.
type Marks<'a> = HashMap<(&'a str, &'a str, &'a Version), (&'static Rule, Severity)>;

pub(super) fn grid(page: &Page<'_>) -> Grid {
    let marks = marks(page.audited);
    let stages: Vec<&str> =
        page.matrix.columns.iter().map(|column| column.stage.as_str()).collect();
    let rows = page.matrix.rows.iter().map(|row| Row {
        name: shown(&row.name),
        cells: row
            .cells
            .iter()
            .zip(&stages)
            .map(|(cell, stage)| square(cell, (&row.name, stage), &marks))
            .collect(),
    });
    Grid {
        rows: rows.collect(),
        stages: stages.iter().map(|stage| shown(stage)).collect(),
        differing: page.matrix.differing(),
    }
}

/// The gravest stand first in the audit.
fn marks(audited: &Audited) -> Marks<'_> {
    let mut marks = Marks::new();
    for told in &audited.findings {
        if let Some(version) = &told.finding.version {
            let key = (told.name.as_str(), told.stage(), version);
            marks.entry(key).or_insert((told.finding.rule, told.finding.severity));
        }
    }
    marks
}

/// A version cut in the middle, where it would push the others off the page.
fn brief(version: &str) -> String {
    const MOST: usize = 40;
    let characters: Vec<char> = version.chars().collect();
    if characters.len() <= MOST {
        return version.to_owned();
    }
    let (front, back) = (&characters[..MOST / 2], &characters[characters.len() - MOST / 2 + 1..]);
    front.iter().chain(&['…']).chain(back).collect()
}

fn square(cell: &Cell, (name, stage): (&str, &str), marks: &Marks<'_>) -> Square {
    let several = cell.running.len() > 1;
    let standing = |running: &Running| {
        let (version, whole) =
            (short(&running.version, running.app_version), shown(&running.version.to_string()));
        let version = brief(&shown(&version));
        let targets: Vec<&str> =
            running.targets.iter().filter(|_| several).map(|target| target.as_str()).collect();
        let mark = marks.get(&(name, stage, &running.version)).map(|(rule, severity)| Mark {
            rule: rule.id,
            severity: severity.as_str(),
            anchor: anchor(rule, *severity),
        });
        let is_whole = whole == version || running.app_version || whole.is_empty();
        Standing {
            whole: (!is_whole).then_some(whole),
            version,
            targets: shown(&targets.join(", ")),
            mark,
        }
    };
    Square { differs: cell.differs, running: cell.running.iter().map(standing).collect() }
}
