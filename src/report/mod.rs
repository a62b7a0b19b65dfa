//! Reports: what a command has to tell, as plain values that `ui` prints.
//!
//! The JSON types are apart from the internal ones: they are a promise, and only ever grow.

mod audit;
mod cells;
mod change;
mod diff;
mod guard;
pub mod json;
mod judged;
mod metrics;
mod plan;
mod proposals;
mod status;
mod trace;

pub use crate::forge::{Proposal, State};
pub use crate::history::{Ahead, Figures, Kind, PairFigures, Pinned, Spread};
pub use audit::{Audited, Group, Page, Plot, StagePlot, Told};
pub use cells::{Cell, Column, Matrix, Row, Running};
pub use change::{Change, moment};
pub use diff::{Diff, Difference, Here, Side};
pub use guard::Guarded;
pub use judged::{Judged, Turns};
pub use metrics::Measured;
pub use plan::Planned;
pub use proposals::Proposals;
pub use status::{Arrival, Occupant, Status, display_names, names_over_time};
pub use trace::{Trace, Visit, Way};
