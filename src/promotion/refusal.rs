//! Refused edits: file, line, reason, and remedy.

use crate::model::Location;
use crate::yaml::{AliasUse, EditObstacle};
use std::fmt;

/// A refused edit. No other edit of the same set is made either.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditRefusal {
    pub path: String,
    /// 1-based line, if it is about one.
    pub line: Option<u32>,
    pub reason: RefusalReason,
}

impl EditRefusal {
    /// Creates a refusal for one location.
    pub fn at_location(location: &Location, reason: RefusalReason) -> Self {
        EditRefusal { path: location.path.clone(), line: Some(location.line), reason }
    }

    /// Creates a refusal for a whole file.
    pub fn of_file(path: &str, reason: RefusalReason) -> Self {
        EditRefusal { path: path.to_owned(), line: None, reason }
    }

    /// Returns the remedy, if there is one.
    pub fn hint(&self) -> Option<String> {
        self.reason.hint()
    }
}

impl fmt::Display for EditRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, ": {}", self.reason)
    }
}

impl std::error::Error for EditRefusal {}

/// Reason for refusing an edit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RefusalReason {
    #[error("towpath does not follow symbolic links")]
    Symlink,
    #[error("the files of a submodule are in another repository")]
    Submodule,
    #[error("{version} is mutable: what it names can change while the text stays the same")]
    Mutable { version: String },
    #[error("cannot be read: {0}")]
    Unreadable(String),
    #[error("the value comes from a template (`{marker}` on its line)")]
    Template { marker: &'static str },
    #[error("the value has an anchor and is also used at {}", uses_text(.0))]
    Anchored(Vec<AliasUse>),
    #[error("duplicate key `{key}` in lines {} and {}; parsers differ in which one they use", .lines.0, .lines.1)]
    DuplicateKey { key: String, lines: (u32, u32) },
    #[error("the value is a block scalar with an indentation indicator")]
    Indicator,
    #[error("the value spans several lines")]
    SeveralLines,
    #[error("the value is part of a text block, in which its exact position is unknown")]
    Embedded,
    #[error("the value has escapes or another form that towpath cannot write")]
    NotWritable,
    #[error("`{value}` is only part of version {version}, which is joined from several values")]
    Piece { value: String, version: String },
    #[error("the line is owned by the automation `{policy}`, which would overwrite the edit")]
    Automated { policy: String },
    #[error("the version is pinned to digest {digest}, but {version} has no digest")]
    LosesDigest { digest: String, version: String },
    #[error("a tag is needed here, but {version} has none")]
    NoTag { version: String },
    #[error("there is no place for a tag to replace the digest")]
    NoPlaceForTag,
    #[error("there is no place for a digest beside the version")]
    NoPlaceForDigest,
    #[error("the image name is not written as one value, so it cannot be changed to {image}")]
    NoPlaceForName { image: String },
    /// `is_one_stage`: all of them are in the stage of the entry, so they can move with it.
    #[error("the value is shared with {}", .others.join(", "))]
    Shared { others: Vec<String>, is_one_stage: bool },
    #[error("the build has replacements that write into images, so the edit may have no effect")]
    Replaced,
    #[error("conflicting values for one place")]
    Contradiction,
    #[error("the location does not match this revision")]
    Unknown,
    #[error("after the edit the files would give {found} instead of {expected}")]
    ReadsOtherwise { expected: String, found: String },
    #[error("the edit would change more than the version")]
    Collateral,
}

fn uses_text(uses: &[AliasUse]) -> String {
    uses.iter()
        .map(|used| format!("line {} (`{}`)", used.line, used.key))
        .collect::<Vec<_>>()
        .join(", ")
}

impl RefusalReason {
    /// A stable word for machines and tables.
    pub fn code(&self) -> &'static str {
        match self {
            RefusalReason::Symlink => "symlink",
            RefusalReason::Submodule => "submodule",
            RefusalReason::Unreadable(_) => "unreadable",
            RefusalReason::Template { .. } => "template",
            RefusalReason::Anchored(_) => "anchor",
            RefusalReason::DuplicateKey { .. } => "duplicate-key",
            RefusalReason::Indicator => "indentation-indicator",
            RefusalReason::SeveralLines => "several-lines",
            RefusalReason::Embedded => "embedded",
            RefusalReason::NotWritable => "not-writable",
            RefusalReason::Piece { .. } => "piece",
            RefusalReason::Automated { .. } => "automated",
            RefusalReason::LosesDigest { .. } => "loses-digest",
            RefusalReason::Mutable { .. } => "mutable",
            RefusalReason::NoTag { .. } => "no-tag",
            RefusalReason::NoPlaceForTag => "no-place-for-tag",
            RefusalReason::NoPlaceForDigest => "no-place-for-digest",
            RefusalReason::NoPlaceForName { .. } => "no-place-for-name",
            RefusalReason::Shared { .. } => "shared",
            RefusalReason::Replaced => "replaced",
            RefusalReason::Contradiction => "contradiction",
            RefusalReason::Unknown => "unknown",
            RefusalReason::ReadsOtherwise { .. } => "reads-otherwise",
            RefusalReason::Collateral => "collateral",
        }
    }

    fn hint(&self) -> Option<String> {
        let text = match self {
            RefusalReason::Anchored(_) => {
                "give the stage a value of its own, or change all places at once with `--change-shared`"
            }
            RefusalReason::Shared { is_one_stage: true, .. } => {
                "name all of them in one command with `--one-pr`, or give each a value of its own"
            }
            RefusalReason::Shared { is_one_stage: false, .. } => {
                "give each stage a value of its own"
            }
            RefusalReason::Automated { .. } => {
                "change what the automation follows, or overwrite it with `--force-automated`"
            }
            RefusalReason::LosesDigest { .. } => {
                "name the new digest, `TAG@sha256:…`, or unpin with `--drop-digest`"
            }
            RefusalReason::Mutable { .. } => {
                "name a fixed version, or move to this one with `--allow-mutable`"
            }
            RefusalReason::DuplicateKey { .. } => "remove one of the two",
            RefusalReason::Indicator | RefusalReason::SeveralLines => {
                "write the value in one line, as `key: value`"
            }
            RefusalReason::Embedded => {
                "write the values as keys of the file, or edit the text block by hand"
            }
            RefusalReason::Template { .. } => "edit the value that the template reads",
            RefusalReason::Symlink => "configure the file that it points to",
            RefusalReason::Submodule => "run towpath in the repository of the submodule",
            RefusalReason::NoPlaceForName { .. } => {
                "edit the name by hand; the version alone can be promoted"
            }
            RefusalReason::Piece { .. } => "write the version in one value",
            RefusalReason::Replaced => "edit what the replacements read by hand",
            RefusalReason::Unknown => "run the command again",
            RefusalReason::NotWritable => "edit the value by hand",
            RefusalReason::Unreadable(_)
            | RefusalReason::NoTag { .. }
            | RefusalReason::NoPlaceForTag
            | RefusalReason::NoPlaceForDigest
            | RefusalReason::Contradiction
            | RefusalReason::ReadsOtherwise { .. }
            | RefusalReason::Collateral => return None,
        };
        Some(text.to_owned())
    }
}

impl From<EditObstacle> for RefusalReason {
    fn from(obstacle: EditObstacle) -> Self {
        match obstacle {
            EditObstacle::NotYaml(error) => {
                RefusalReason::Unreadable(format!("not valid YAML: {error}"))
            }
            EditObstacle::NoScalar => RefusalReason::Unknown,
            EditObstacle::Anchored(uses) => RefusalReason::Anchored(uses),
            EditObstacle::DuplicateKey { key, lines } => RefusalReason::DuplicateKey { key, lines },
            EditObstacle::Indicator => RefusalReason::Indicator,
            EditObstacle::SeveralLines => RefusalReason::SeveralLines,
            EditObstacle::NotWritable => RefusalReason::NotWritable,
        }
    }
}
