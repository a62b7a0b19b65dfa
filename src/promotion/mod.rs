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

mod commit_message;
mod diff;
mod edit_base;
mod edits;
mod entry_groups;
mod file_editor;
mod overlay_override;
mod patch;
mod plan;
mod proposal_body;
mod refusal;
mod revisions;
mod stage_tags;
mod verify;
mod version_change;
mod version_source;

#[cfg(test)]
mod refusal_tests;
#[cfg(test)]
mod tests;

pub use commit_message::{
    BRANCHES, CommitMessage, MessagePart, PlanPurpose, branch_name, branch_of, is_to_stage,
    joint_branch_name,
};
pub use edit_base::EditBase;
pub use edits::{EditConsent, EntryChange, FileEdit, FileEdits};
pub use entry_groups::{entries_of_same_version, entries_sharing_place};
pub use patch::format_mbox;
pub use plan::{ItemOutcome, Plan, PlanItem, PlanRequest, PlannedMove, PlannedMoves, make_plan};
pub use proposal_body::{
    AppChangelog, AppCommit, AppVersionChange, GATES, find_section, with_section,
};
pub use refusal::{EditRefusal, RefusalReason};
pub use revisions::revisions_of_tag;
pub use stage_tags::find_foreign_tags;
pub use version_source::{PastVersion, PastVersions, PlanObstacle, VersionSource};
