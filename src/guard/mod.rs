//! The check on a change that somebody proposes: may *this* identity change *this* mapping, in this
//! order?
//!
//! What counts is the meaning: the mapping of the state as it is, and of the state as it would be. The
//! rules are those of the state as it is, so no change grants itself anything. What cannot be judged
//! is not let through: a link in place of a file, names that differ in case only, keys that are
//! written twice.

mod ambiguous_yaml;
mod blind_spots;
mod cell_changes;
mod git_attributes;
mod path_folding;
mod permissions;
mod queries;
mod rulings;
mod state;
mod unsafe_changes;

pub use blind_spots::of_blind;
pub use cell_changes::{CellChange, CellChangeKind, CellValue, find_cell_changes};
pub use permissions::{
    BreakGlassCommit, ChangeContributors, Contributor, IdentitySource, PermissionResult,
    SignatureResult,
};
pub use queries::{ChangeQuery, GateScope, PlannedQueries, plan_queries};
pub use rulings::{GuardCheck, GuardRefusal, Ruling, of_moves, of_rules};
pub use state::{ClaimBlindSpot, GuardState};
pub use unsafe_changes::{GuardInput, find_unsafe_changes};
