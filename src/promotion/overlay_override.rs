//! Kustomize overlays that only inherit a version: they get an entry of their own, so that no other
//! overlay of the same base changes.

use super::refusal::{EditRefusal, RefusalReason};
use super::version_change::VersionChange;
use crate::model::Location;
use crate::source::set_image::{FieldEdit, ImageChange, entry_name, set_image_splices};
use crate::yaml;

/// What one overlay is to say about one image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OverlayOverride {
    /// The kustomization.
    pub path: String,
    /// The image as the overlay's build names it.
    pub image: String,
    pub change: VersionChange,
    /// Where the version is written now.
    pub written_at: Location,
    /// Who else has it from there.
    pub others: Vec<String>,
}

impl OverlayOverride {
    /// Why it is not possible, if it is not: the places are shared, and no entry of `images:` changes
    /// a chart, another repository's version, or an image that no container has.
    pub fn refusal(&self) -> EditRefusal {
        EditRefusal::at_location(&self.written_at, RefusalReason::Shared(self.others.clone()))
    }

    /// The kustomization with the entry.
    ///
    /// # Errors
    /// When its list of images cannot be edited.
    pub fn apply_to(&self, text: &str) -> Result<String, EditRefusal> {
        let part = |text: &Option<String>| text.clone().map_or(FieldEdit::Drop, FieldEdit::Set);
        let change = ImageChange {
            name: entry_name(text, &self.image),
            new_name: self.change.image.clone().map_or(FieldEdit::Keep, FieldEdit::Set),
            new_tag: part(&self.change.new.tag),
            digest: part(&self.change.new.digest),
        };
        let splices = set_image_splices(text, &change)
            .map_err(|obstacle| EditRefusal::of_file(&self.path, obstacle.into()))?;
        Ok(yaml::apply_splices(text, &splices))
    }
}
