//! Sources: the ways images are written down. One file each, behind one registry.
//!
//! A source converts a claimed file to [`VersionFinding`]s. It does not decide app, stage or
//! target: the path and key templates of the [`SourceRule`] do, in [`read_claim`].

mod access_log;
mod argo;
mod blind_spots;
mod by_document;
mod compose;
pub mod convention;
mod dotenv;
mod essence_cache;
mod flux;
#[cfg(test)]
mod fuzz_tests;
mod helm_values;
mod interpolate;
mod json_keys;
mod keyed;
mod kustomize;
pub mod leaf;
mod leaf_subtree;
mod line;
mod line_starts;
mod manifests;
mod mapping;
pub(crate) mod marker;
mod notation;
mod pulumi;
mod reader;
mod remote;
pub mod shape;
mod template_scan;
#[cfg(test)]
pub(crate) mod testing;
mod text;
mod tfvars;
mod yaml_keys;

pub use access_log::AccessLog;
pub use blind_spots::{ChangeScope, VersionPositions, literal_versions};
pub use kustomize::built_resources as kustomize_resources;
pub use kustomize::set_image;
pub use mapping::{
    Claim, ClaimReading, assemble_entries, build_mapping, claims_on, find_claims, read_claim,
    read_claims, read_mapping,
};
pub use notation::ValueNotation;
pub use reader::{FileChangeKind, ParseCache, SnapshotReader, YamlReadError, is_template};

use crate::config::SourceRule;
use crate::model::{BlindSpot, EntryNote, Location, SourceKind, TemplateCaptures, Version};

/// A version found in a file.
#[derive(Debug, Clone, Default)]
pub struct VersionFinding {
    /// Distinguishes several images of one file; stable while versions change.
    pub component: Option<String>,
    /// Captures of key templates or groups; they override the path's captures.
    pub captures: TemplateCaptures,
    pub image: Option<String>,
    pub version: Version,
    pub locations: Vec<Location>,
    pub notes: Vec<EntryNote>,
}

/// A way of writing images down.
pub trait Source: Sync {
    /// Returns the kind used in the configuration.
    fn kind(&self) -> SourceKind;

    /// Returns the strings that a rule's path template is matched against for a file: its path, a
    /// directory that stands for it, or both.
    fn subjects<'p>(&self, path: &'p str) -> Vec<&'p str> {
        vec![path]
    }

    /// Returns the notation of values in a file read by this source, for edits.
    fn notation(&self, path: &str) -> ValueNotation {
        ValueNotation::by_name(path)
    }

    /// Returns the versions in a claimed file. Unreadable files become warnings of the reader.
    fn read(&self, claim: &Claim<'_>, reader: &SnapshotReader<'_>) -> Vec<VersionFinding>;

    /// Returns places that may lead programs to other versions than [`Source::read`] finds.
    fn blind_spots(
        &self,
        _claim: &Claim<'_>,
        _sight: &ChangeScope<'_>,
        _reader: &SnapshotReader<'_>,
    ) -> Vec<BlindSpot> {
        Vec::new()
    }
}

/// Returns all sources. To add one: a file here, a variant of [`SourceKind`], a line below, a
/// fixture under `tests/fixtures/`, and a section of `docs/configuration.md` (see CONTRIBUTING.md).
pub fn registry() -> &'static [&'static dyn Source] {
    &[
        &kustomize::KustomizeSource,
        &helm_values::HelmValuesSource,
        &manifests::ManifestSource,
        &yaml_keys::YamlSource,
        &json_keys::JsonSource,
        &text::TextSource,
        &line::LineSource,
        &dotenv::DotenvSource,
        &compose::ComposeSource,
        &argo::ArgoSource,
        &flux::FluxSource,
        &pulumi::PulumiSource,
        &tfvars::TfvarsSource,
    ]
}

/// Returns the source of a rule.
pub fn source_for(rule: &SourceRule) -> &'static dyn Source {
    *registry()
        .iter()
        .find(|source| source.kind() == rule.kind)
        .expect("every kind is registered; a test checks")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_one_source() {
        for kind in SourceKind::ALL {
            assert_eq!(
                registry().iter().filter(|source| source.kind() == kind).count(),
                1,
                "{kind}"
            );
        }
    }
}
