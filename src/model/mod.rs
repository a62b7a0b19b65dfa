//! The domain as plain values: no I/O, no clock.

mod blind_spot;
mod build;
mod commit_id;
mod escape;
mod fingerprint;
mod glob;
mod image;
mod learned_order;
mod mapping;
mod names;
mod nearest_name;
mod scheme;
mod source_kind;
mod template;
mod time_text;
mod version;
mod version_argument;
mod warning;
mod witness_kind;

pub use blind_spot::{BlindSpot, BlindSpotEffect};
pub use build::{BuildRoot, BuiltImages, ContainerKey};
pub use commit_id::short_commit;
pub use escape::{escape_for_terminal, escape_json, is_unsafe_char};
pub use fingerprint::{fingerprint, short_fingerprint};
pub use glob::{GlobPatterns, matches_app};
pub use image::{ImageReference, Version, base_name, is_digest};
pub use learned_order::{LearnedOrder, OrderEvidence};
pub use mapping::{
    Automation, CellKey, Confidence, EntryNote, ImagePart, Location, Mapping, MappingEntry,
    OverriddenVersion, Span,
};
pub use names::{AppName, StageName, TargetName};
pub use nearest_name::nearest_name;
pub use scheme::{
    SchemeTag, SemanticRange, TagMisfit, TagParts, TagPattern, VersionScheme, branch_slug,
    parse_tag_time,
};
pub use source_kind::{ChangeReach, SourceDescriptor, SourceForm, SourceKind};
pub use template::{KeyTemplate, PathTemplate, TemplateCaptures, TemplateError};
pub use time_text::{format_age, format_duration};
pub use version::{is_moving_tag, is_mutable, is_version_range};
pub use version_argument::{VersionArgument, VersionArgumentError};
pub use warning::Warning;
pub use witness_kind::WitnessKind;
