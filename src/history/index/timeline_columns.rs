//! The stored form of a timeline: each value once, then commits and rows as numbers.

use crate::history::timeline::{
    DeployingCommit, DeploymentRow, ImageVersion, Interner, NOTHING, Timeline,
};
use crate::model::CellKey;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;

#[derive(Serialize, Deserialize)]
struct TimelineColumns<'t> {
    cells: Cow<'t, [CellKey]>,
    pins: Cow<'t, [ImageVersion]>,
    paths: Cow<'t, [String]>,
    commits: Cow<'t, [DeployingCommit]>,
    rows: Cow<'t, [DeploymentRow]>,
}

impl Serialize for Timeline {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let columns = TimelineColumns {
            cells: self.cells.values().into(),
            pins: self.pins.values().into(),
            paths: self.paths.values().into(),
            commits: self.commits.as_slice().into(),
            rows: self.rows.as_slice().into(),
        };
        columns.serialize(to)
    }
}

impl<'de> Deserialize<'de> for Timeline {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let columns = TimelineColumns::deserialize(from)?;
        if !columns.rows.iter().all(|row| columns.is_valid_row(row))
            || !columns.rows.is_sorted_by_key(|row| row.commit)
        {
            return Err(D::Error::custom("index out of range"));
        }
        Ok(Timeline {
            cells: Interner::from_distinct(columns.cells.into_owned()),
            pins: Interner::from_distinct(columns.pins.into_owned()),
            paths: Interner::from_distinct(columns.paths.into_owned()),
            commits: columns.commits.into_owned(),
            rows: columns.rows.into_owned(),
            ..Timeline::default()
        })
    }
}

impl TimelineColumns<'_> {
    /// True if every number of a row is in range.
    fn is_valid_row(&self, row: &DeploymentRow) -> bool {
        let pinned = |number: u32| number == NOTHING || (number as usize) < self.pins.len();
        (row.cell as usize) < self.cells.len()
            && (row.path as usize) < self.paths.len()
            && (row.commit as usize) < self.commits.len()
            && pinned(row.from)
            && pinned(row.to)
    }
}
