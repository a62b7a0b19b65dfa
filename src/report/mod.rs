//! Reports: what a command has to tell, as plain values that `ui` prints.
//!
//! The JSON types are apart from the internal ones: they are a promise, and only ever grow.

mod cells;
mod change;
pub mod json;
mod status;

pub use crate::history::{Kind, Pinned};
pub use cells::{Cell, Column, Matrix, Row, Running};
pub use change::{Change, moment};
pub use status::{Arrival, Occupant, Status, display_names, names_over_time};
