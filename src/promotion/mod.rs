//! Promotions: what is wanted of a repository's files, as values. Nothing here writes.
//!
//! | file | job |
//! | --- | --- |
//! | `plan` | one result for each app: what moves, what is as wanted, what is refused |
//! | `choice` | which version an app is to have |
//! | `message` | what the commit says |
//! | `body` | what the proposal says |
//! | `patch` | a plan as a mail that `git am` takes |
//! | `ground` | the state that edits are made on: every claim with what it says |
//! | `edits` | from wanted versions to new contents of files, or a refusal |
//! | `value` | what becomes of one value, by the part of an image it holds |
//! | `place` | one location of one file: may it be edited, and by which splice |
//! | `overlay` | new entries in kustomize overlays that only inherit |
//! | `together` | which entries move together |
//! | `verify` | reads the edited files again and compares |
//! | `revisions` | which revision of an app's sources a tag names |
//! | `refusal` | why an edit is not made, and what to do |
//! | `diff` | edits as a patch |
//!
//! docs/editing.md says what is edited, what is refused, and how it was measured.

mod body;
mod choice;
mod diff;
mod edits;
mod foreign;
mod ground;
mod message;
mod overlay;
mod patch;
mod place;
mod plan;
mod refusal;
mod revisions;
mod together;
mod value;
mod verify;

#[cfg(test)]
mod refusal_tests;
#[cfg(test)]
mod tests;

pub use body::{AppChangelog, AppCommit, AppVersionChange, GATES, find_section, with_section};
pub use choice::{PastVersion, PastVersions, PlanObstacle, VersionSource};
pub use edits::{EditConsent, EntryChange, FileEdit, FileEdits};
pub use foreign::find_foreign_tags;
pub use ground::EditBase;
pub use message::{
    BRANCHES, CommitMessage, MessagePart, PlanPurpose, branch_name, branch_of, is_to_stage,
    joint_branch_name,
};
pub use patch::format_mbox;
pub use plan::{ItemOutcome, Plan, PlanItem, PlanRequest, PlannedMove, PlannedMoves, make_plan};
pub use refusal::{EditRefusal, RefusalReason};
pub use revisions::revisions_of_tag;
pub use together::{entries_of_same_version, entries_sharing_place};
