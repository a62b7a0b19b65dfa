//! A timeline as it is written: each value once, then commits and rows as numbers.

use crate::history::timeline::{Interned, Landing, NOTHING, Pinned, Row, Timeline};
use crate::model::SlotKey;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;

#[derive(Serialize, Deserialize)]
struct Columns<'t> {
    slots: Cow<'t, [SlotKey]>,
    pins: Cow<'t, [Pinned]>,
    paths: Cow<'t, [String]>,
    commits: Cow<'t, [Landing]>,
    rows: Cow<'t, [Row]>,
}

impl Serialize for Timeline {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let columns = Columns {
            slots: self.slots.values().into(),
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
        let columns = Columns::deserialize(from)?;
        if !columns.rows.iter().all(|row| columns.hold(row))
            || !columns.rows.is_sorted_by_key(|row| row.commit)
        {
            return Err(D::Error::custom("a number is out of range"));
        }
        Ok(Timeline {
            slots: Interned::of(columns.slots.into_owned()),
            pins: Interned::of(columns.pins.into_owned()),
            paths: Interned::of(columns.paths.into_owned()),
            commits: columns.commits.into_owned(),
            rows: columns.rows.into_owned(),
        })
    }
}

impl Columns<'_> {
    /// Does every number of a row name something?
    fn hold(&self, row: &Row) -> bool {
        let pinned = |number: u32| number == NOTHING || (number as usize) < self.pins.len();
        (row.slot as usize) < self.slots.len()
            && (row.path as usize) < self.paths.len()
            && (row.commit as usize) < self.commits.len()
            && pinned(row.from)
            && pinned(row.to)
    }
}
