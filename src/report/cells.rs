//! The matrix: apps down, stages across, and what differs from the stage before.

use super::{Arrival, Occupant, Status};
use crate::model::{StageName, TargetName, Version};
use jiff::Timestamp;

/// Rows and columns, in the order they are shown.
#[derive(Debug, Clone, Default)]
pub struct Matrix {
    pub columns: Vec<Column>,
    pub rows: Vec<Row>,
}

/// A stage, or one target of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    pub stage: StageName,
    /// Set when targets are spread and this stage has any.
    pub target: Option<TargetName>,
}

/// One app, or one component of it.
#[derive(Debug, Clone)]
pub struct Row {
    pub name: String,
    /// One for each column.
    pub cells: Vec<Cell>,
}

/// What runs in one place. Empty where the app does not exist.
#[derive(Debug, Clone, Default)]
pub struct Cell {
    /// The distinct versions, in order of their first target.
    pub running: Vec<Running>,
    /// The versions are not those of the stage before that has the app.
    pub differs: bool,
}

/// One version in a cell.
#[derive(Debug, Clone)]
pub struct Running {
    pub version: Version,
    /// The tag is empty: the chart's own version counts.
    pub app_version: bool,
    /// Where it runs; empty for a stage that is one place.
    pub targets: Vec<TargetName>,
    /// When the last of them got it.
    pub since: Option<Timestamp>,
}

impl Matrix {
    /// Lays a report out. `spread` gives each target a column of its own.
    pub fn new(status: &Status, spread: bool) -> Self {
        let columns = columns(status, spread);
        let mut rows: Vec<Row> = Vec::new();
        let mut rest = status.occupants.as_slice();
        while let Some(first) = rest.first() {
            let end = rest.iter().position(|occupant| occupant.name != first.name).unwrap_or(rest.len());
            rows.push(row(status, &columns, &rest[..end]));
            rest = &rest[end..];
        }
        Matrix { columns, rows }
    }

    /// How many rows have a stage that differs from the one before.
    pub fn differing(&self) -> usize {
        self.rows.iter().filter(|row| row.cells.iter().any(|cell| cell.differs)).count()
    }
}

fn columns(status: &Status, spread: bool) -> Vec<Column> {
    let mut out = Vec::new();
    for stage in &status.stages {
        let here = status.occupants.iter().filter(|occupant| occupant.entry.stage == *stage);
        let mut targets: Vec<Option<TargetName>> = here.map(|occupant| occupant.entry.target.clone()).collect();
        targets.sort();
        targets.dedup();
        if !spread || targets.is_empty() {
            targets = vec![None];
        }
        out.extend(targets.into_iter().map(|target| Column { stage: stage.clone(), target }));
    }
    out
}

fn row(status: &Status, columns: &[Column], occupants: &[Occupant]) -> Row {
    let spread = columns.iter().any(|column| column.target.is_some());
    let in_stage = |stage: &StageName| occupants.iter().filter(|o| o.entry.stage == *stage).collect::<Vec<_>>();
    let by_stage: Vec<Vec<Running>> = status.stages.iter().map(|stage| running(&in_stage(stage))).collect();
    let cells = columns.iter().map(|column| {
        let mut here = in_stage(&column.stage);
        if spread {
            here.retain(|occupant| occupant.entry.target == column.target);
        }
        let running = running(&here);
        let differs = differs(status, &by_stage, status.position(&column.stage), &running);
        Cell { running, differs }
    });
    Row { name: occupants.first().map(|o| o.name.clone()).unwrap_or_default(), cells: cells.collect() }
}

/// The distinct versions of one cell.
fn running(occupants: &[&Occupant]) -> Vec<Running> {
    let mut out: Vec<Running> = Vec::new();
    for occupant in occupants {
        let entry = &occupant.entry;
        let time = occupant.since.as_ref().map(|since: &Arrival| since.time);
        match out.iter_mut().find(|running| running.version == entry.version) {
            Some(same) => {
                same.since = same.since.max(time);
                same.targets.extend(entry.target.clone().filter(|target| !same.targets.contains(target)));
            }
            None => out.push(Running {
                version: entry.version.clone(),
                app_version: entry.notes.contains(&crate::model::Note::AppVersion),
                targets: entry.target.clone().into_iter().collect(),
                since: time,
            }),
        }
    }
    out
}

/// Is what runs here unlike every nearest stage before that has the app?
fn differs(status: &Status, by_stage: &[Vec<Running>], stage: usize, here: &[Running]) -> bool {
    if here.is_empty() {
        return false;
    }
    let nearest = status.nearest(stage, &|i| by_stage.get(i).is_some_and(|running| !running.is_empty()));
    nearest.into_iter().any(|i| !same_versions(&by_stage[i], here))
}

fn same_versions(a: &[Running], b: &[Running]) -> bool {
    let within = |xs: &[Running], ys: &[Running]| xs.iter().all(|x| ys.iter().any(|y| same(&x.version, &y.version)));
    within(a, b) && within(b, a)
}

/// A digest says what runs, whatever the tag says; without two digests the tags decide.
fn same(a: &Version, b: &Version) -> bool {
    match (&a.digest, &b.digest) {
        (Some(a), Some(b)) => a == b,
        _ => a.tag == b.tag && (a.tag.is_some() || a.is_empty() && b.is_empty()),
    }
}
