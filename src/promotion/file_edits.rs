//! New contents of files, the changes they come from, and what the user consents to.

use super::version_change::VersionChange;
use crate::model::MappingEntry;
use crate::yaml::Splice;

/// Edits that are refused unless the user asks for them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct EditConsent {
    /// A version pinned by its digest may become one without.
    pub drop_digest: bool,
    /// Writes the digest of a version beside its tag where no digest was.
    pub pin_digest: bool,
    /// A version that stays what it is may become one that does not, such as `latest`.
    pub allow_mutable: bool,
    /// Lines owned by an automation may be edited.
    pub force_automated: bool,
    /// A value with an anchor may be edited although its aliases change with it.
    pub change_shared: bool,
}

/// New contents of files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileEdits {
    /// Sorted by path. Empty if everything is as wanted.
    pub files: Vec<FileEdit>,
}

/// New contents of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileEdit {
    pub path: String,
    pub before: String,
    pub after: String,
    /// Replaced byte ranges of `before` with their new text, in order.
    pub splices: Vec<Splice>,
}

impl FileEdits {
    /// Paths of the files.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(|file| file.path.as_str())
    }

    /// New contents by path.
    pub fn contents(&self) -> impl Iterator<Item = (String, Vec<u8>)> {
        self.files.iter().map(|file| (file.path.clone(), file.after.clone().into_bytes()))
    }
}

/// A change, with the version in the form in which it will be written.
pub(super) struct PlannedChange<'e> {
    pub entry: &'e MappingEntry,
    pub change: VersionChange,
}

impl PlannedChange<'_> {
    /// True if an entry (of a claim or of the mapping) is the one that changes.
    pub fn is_about(&self, entry: &MappingEntry) -> bool {
        // A layer above is read as a cell of its own, and shown as what it replaces.
        let is_layer = !self.entry.overridden.is_empty()
            && (&self.entry.file, &self.entry.stage) == (&entry.file, &entry.stage);
        entry.version == self.entry.version
            && (is_layer || entry.cell() == self.entry.cell())
            && entry.locations.iter().any(|location| self.entry.locations.contains(location))
    }
}
