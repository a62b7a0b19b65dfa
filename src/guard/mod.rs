//! The check on a change that somebody proposes: may *this* identity change *this* mapping, in this
//! order?
//!
//! What counts is the meaning: the mapping of the state as it is, and of the state as it would be. The
//! rules are those of the state as it is, so no change grants itself anything. What cannot be judged
//! is not let through: a link in place of a file, names that differ in case only, keys that are
//! written twice.

mod alike;
mod attributes;
mod blind;
mod moves;
mod oddities;
mod people;
mod queries;
mod rulings;
mod side;
mod texts;

pub use blind::of_blind;
pub use moves::{CellChange, CellChangeKind, CellValue, find_cell_changes};
pub use oddities::{GuardInput, find_unsafe_changes};
pub use people::{
    BreakGlassCommit, ChangeContributors, Contributor, IdentitySource, PermissionResult,
    SignatureResult,
};
pub use queries::{ChangeQuery, GateScope, PlannedQueries, plan_queries};
pub use rulings::{GuardCheck, GuardRefusal, Ruling, of_moves, of_rules};
pub use side::{ClaimBlindSpot, GuardState};
