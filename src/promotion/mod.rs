//! Promotions: what is wanted of a repository's files, as values. Nothing here writes.
//!
//! | file | job |
//! | --- | --- |
//! | `ground` | the state that edits are made on: every claim with what it says |
//! | `edits` | from wanted versions to new contents of files, or a refusal |
//! | `value` | what becomes of one value, by the part of an image it holds |
//! | `place` | one location of one file: may it be edited, and by which splice |
//! | `overlay` | new entries in kustomize overlays that only inherit |
//! | `together` | which entries move together |
//! | `verify` | reads the edited files again and compares |
//! | `refusal` | why an edit is not made, and what to do |
//! | `diff` | edits as a patch |
//!
//! docs/editing.md says what is edited, what is refused, and how it was measured.

mod diff;
mod edits;
mod ground;
mod overlay;
mod place;
mod refusal;
mod together;
mod value;
mod verify;

#[cfg(test)]
mod refusal_tests;
#[cfg(test)]
mod tests;

pub use edits::{Change, Consent, Edits, FileEdit};
pub use ground::Ground;
pub use refusal::{Reason, Refusal};
pub use together::{companions, sharing};
