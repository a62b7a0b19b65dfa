//! Checks a proposed change: may *this* identity change *this* mapping, in this order?
//!
//! The meaning counts: the mapping before and after the change. The rules are those before the
//! change, so no change can grant itself anything. Changes that cannot be judged are refused: a
//! link in place of a file, names that differ only in case, duplicate keys.

mod ambiguous_yaml;
mod blind_spots;
mod cell_changes;
mod file_explanations;
mod git_attributes;
mod image_moves;
mod ownership;
mod path_folding;
mod permissions;
mod proof;
mod queries;
mod rendered;
mod rulings;
mod state;
mod unproven_changes;
mod unproven_rulings;
mod unsafe_changes;

pub use blind_spots::of_blind;
pub use cell_changes::{CellChange, CellChangeKind, CellValue, find_cell_changes};
pub use file_explanations::{FileExplanation, UnprovenDifference, explain_files};
pub use ownership::{OwnerDemand, Ownership, entry_owners};
pub use permissions::{
    BreakGlassCommit, ChangeContributors, Contributor, IdentitySource, PermissionResult,
    SignatureResult,
};
pub use queries::{ChangeQuery, GateScope, PlannedQueries, plan_queries};
pub use rendered::{
    BuildState, ImageDifference, RenderOutcome, RenderedBuild, compare_builds, of_rendered,
};
pub use rulings::{GuardCheck, GuardRefusal, Ruling, of_moves, of_rules};
pub use state::{ClaimBlindSpot, GuardState, InputPart, InputUse, StageBuild};
pub use unproven_changes::{find_unproven_changes, protected_stages};
pub use unsafe_changes::{GuardInput, find_unsafe_changes};
