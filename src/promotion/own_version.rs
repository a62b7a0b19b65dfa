//! Files that only inherit a version get one of their own, so that nothing else that inherits it
//! changes: a kustomize overlay an entry in `images:`, a values file a key.

use super::own_value::OwnValue;
use super::refusal::{EditRefusal, RefusalReason};
use super::version_change::VersionChange;
use crate::model::Location;
use crate::source::set_image::{FieldEdit, ImageChange, entry_name, set_image_splices};
use crate::yaml;

/// A version of its own for one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OwnVersion {
    /// Path of the file.
    pub path: String,
    pub form: OwnForm,
    /// Location of the inherited version.
    pub written_at: Location,
    /// Other cells that inherit it.
    pub others: Vec<String>,
}

/// The form in which a file says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum OwnForm {
    /// An entry in the `images` of a kustomization, for an image as its build sees it.
    Image { name: String, change: VersionChange },
    /// A value in a tree of keys.
    Value(OwnValue),
}

impl OwnVersion {
    /// Refusal for when the override has no effect: the place is shared, and `images:` does not
    /// change charts, versions of other repositories, or images that no container has.
    pub fn refusal(&self) -> EditRefusal {
        let reason = RefusalReason::Shared { others: self.others.clone(), is_one_stage: false };
        EditRefusal::at_location(&self.written_at, reason)
    }

    /// Returns the file with the version added.
    ///
    /// # Errors
    /// If it has no place for it.
    pub fn apply_to(&self, text: &str) -> Result<String, EditRefusal> {
        match &self.form {
            OwnForm::Image { name, change } => self.apply_entry(text, name, change),
            OwnForm::Value(value) => value.apply_to(text).ok_or_else(|| self.refusal()),
        }
    }

    fn apply_entry(
        &self,
        text: &str,
        name: &str,
        change: &VersionChange,
    ) -> Result<String, EditRefusal> {
        let part = |text: &Option<String>| text.clone().map_or(FieldEdit::Drop, FieldEdit::Set);
        let change = ImageChange {
            name: entry_name(text, name),
            new_name: change.image.clone().map_or(FieldEdit::Keep, FieldEdit::Set),
            new_tag: part(&change.new.tag),
            digest: part(&change.new.digest),
        };
        let splices = set_image_splices(text, &change)
            .map_err(|obstacle| EditRefusal::of_file(&self.path, obstacle.into()))?;
        Ok(yaml::apply_splices(text, &splices))
    }
}
