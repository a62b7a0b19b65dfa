//! Promotions as values: plans, file edits, commit messages and proposal texts. Nothing here
//! writes.
//!
//! | file | job |
//! | --- | --- |
//! | `plan` | one result per app: what moves, what is up to date, what is refused |
//! | `version_source` | the version that an app is to have |
//! | `commit_message` | subject, trailers and branch name |
//! | `title` | the title of a proposal |
//! | `proposal_body` | the text of a proposal |
//! | `sections` | the parts of that text that belong to towpath |
//! | `markdown` | texts of others, made harmless |
//! | `edit_fingerprint` | recognises a commit that was rebased |
//! | `patch` | a plan as a mail for `git am` |
//! | `edit_base` | the state that edits are based on: every claim with its entries |
//! | `edits` | new file contents for wanted versions, or a refusal |
//! | `version_change` | the new text of one value, by the part of an image it holds |
//! | `file_editor` | one file: whether a location may be edited, and by which splice |
//! | `embedded` | the bytes of a value in a text that is YAML itself |
//! | `own_version` | new entries and keys in files that only inherit |
//! | `entry_groups` | entries that move together |
//! | `verify` | reads the edited files again and compares |
//! | `revisions` | the source revision that a tag names |
//! | `stage_tags` | tags that name a stage |
//! | `refusal` | why an edit is refused, and what to do |
//! | `diff` | edits as a unified diff |
//!
//! docs/editing.md says what is edited, what is refused, and how it was measured.

mod commit_message;
mod diff;
mod edit_base;
mod edit_fingerprint;
mod edits;
mod embedded;
mod empty_digest;
mod entry_groups;
mod file_editor;
mod file_edits;
mod markdown;
mod own_value;
mod own_version;
mod patch;
mod plan;
mod proposal_body;
mod refusal;
mod revisions;
mod sections;
mod sharing;
mod stage_tags;
mod title;
mod verify;
mod version_change;
mod version_source;

#[cfg(test)]
mod embedded_tests;
#[cfg(test)]
mod overlay_tests;
#[cfg(test)]
mod own_value_tests;
#[cfg(test)]
mod refusal_tests;
#[cfg(test)]
mod tests;

pub use commit_message::{
    BRANCHES, CommitMessage, MessagePart, PlanPurpose, branch_name, branch_of, is_to_stage,
    joint_branch_name,
};
pub use edit_base::EditBase;
pub use edit_fingerprint::{EDITS, edit_fingerprint};
pub use edits::EntryChange;
pub use entry_groups::{entries_of_same_version, entries_sharing_place};
pub use file_edits::{EditConsent, FileEdit, FileEdits};
pub use markdown::{HintPart, code_span, escape_markdown, split_commands};
pub use patch::format_mbox;
pub use plan::{ItemOutcome, Plan, PlanItem, PlanRequest, PlannedMove, PlannedMoves, make_plan};
pub use proposal_body::{
    AppChangelog, AppCommit, AppVersionChange, ProposalPage, ReleaseNotes, VersionSighting,
    places_text,
};
pub use refusal::{EditRefusal, RefusalReason};
pub use revisions::revisions_of_tag;
pub use sections::{
    GATES, RUN, find_section, foreign_length, is_about_change, is_own_title, is_refused,
    is_same_change, with_own_text, with_section, with_ticks, without_change,
};
pub use stage_tags::find_foreign_tags;
pub use version_source::{PastVersion, PastVersions, PlanObstacle, VersionSource};
