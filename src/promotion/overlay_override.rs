//! Kustomize overlays that only inherit a version get an `images:` entry of their own, so that no
//! other overlay of the same base changes.

use super::refusal::{EditRefusal, RefusalReason};
use super::version_change::VersionChange;
use crate::model::Location;
use crate::source::set_image::{FieldEdit, ImageChange, entry_name, set_image_splices};
use crate::yaml;

/// A new entry for one image in one overlay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OverlayOverride {
    /// Path of the kustomization.
    pub path: String,
    /// Image name as the overlay's build sees it.
    pub image: String,
    pub change: VersionChange,
    /// Location of the inherited version.
    pub written_at: Location,
    /// Other cells that inherit it.
    pub others: Vec<String>,
}

impl OverlayOverride {
    /// Refusal for when the override has no effect: the place is shared, and `images:` does not
    /// change charts, versions of other repositories, or images that no container has.
    pub fn refusal(&self) -> EditRefusal {
        let reason = RefusalReason::Shared { others: self.others.clone(), is_one_stage: false };
        EditRefusal::at_location(&self.written_at, reason)
    }

    /// Returns the kustomization with the entry added.
    ///
    /// # Errors
    /// If its list of images cannot be edited.
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
