//! The domain as plain values: no I/O, no clock.

mod blind_spot;
mod image;
mod mapping;
mod names;
mod template;
mod version;
mod warning;

pub use blind_spot::{BlindSpot, BlindSpotEffect};
pub use image::{ImageReference, Version, base_name, is_digest};
pub use mapping::{
    Automation, CellKey, Confidence, EntryNote, ImagePart, Location, Mapping, MappingEntry,
    SourceKind, Span,
};
pub use names::{AppName, StageName, TargetName};
pub use template::{KeyTemplate, PathTemplate, TemplateCaptures, TemplateError};
pub use version::is_moving_tag;
pub use warning::Warning;
