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
mod flux_release;
mod flux_variable;
#[cfg(test)]
mod fuzz_tests;
mod helm_values;
mod interpolate;
mod json_keys;
mod keyed;
mod kustomize;
pub mod layers;
pub mod leaf;
mod leaf_subtree;
mod line;
mod line_starts;
mod manifests;
mod mapping;
pub(crate) mod marker;
mod merged_values;
mod notation;
mod pulumi;
mod reader;
mod remote;
pub mod shape;
mod subcharts;
mod template_scan;
#[cfg(test)]
pub(crate) mod testing;
mod text;
mod tfvars;
mod values_from;
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
use crate::model::{
    BlindSpot, EntryNote, Location, OverriddenVersion, SourceKind, TemplateCaptures, Version,
};

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
    /// Versions of other files that this one replaces.
    pub overrides: Vec<OverriddenVersion>,
    /// Places whose value has no effect, because this version replaces it.
    pub overridden: Vec<Location>,
}

/// How a file name fits a source; the whole name is stronger evidence than the extension.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NameMatch {
    Extension,
    Name,
}

/// A way of writing images down. [`SourceKind::descriptor`] has its properties that need no file.
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

    /// Returns how well a file's name, in lower case, fits this source; for discovery.
    fn recognises_name(&self, _name: &str, _extension: &str) -> Option<NameMatch> {
        None
    }

    /// True if discovery opens files of that name. It opens YAML and JSON files anyway.
    fn opens_name(&self, _name: &str, _extension: &str) -> bool {
        false
    }

    /// True if a Kubernetes object belongs to this source by its `apiVersion` and `kind`; for
    /// discovery. Objects of no other source are manifests.
    fn recognises_object(&self, _version: &str, _kind: &str) -> bool {
        false
    }

    /// Returns the files that are no deployments of their own beside this one, because the program
    /// takes them in with it or reads it in their place; for discovery.
    fn covered_files(&self, _path: &str, _reader: &SnapshotReader<'_>) -> Vec<String> {
        Vec::new()
    }

    /// Returns the versions in a claimed file. Unreadable files become warnings of the reader.
    fn read(&self, claim: &Claim<'_>, reader: &SnapshotReader<'_>) -> Vec<VersionFinding>;

    /// Returns where the claimed file can give a version of its own in place of the one that it
    /// inherits from this location. `None` if it cannot, or if that is not known.
    fn override_site(
        &self,
        _claim: &Claim<'_>,
        _inherited: &Location,
        _reader: &SnapshotReader<'_>,
    ) -> Option<OverrideSite> {
        None
    }

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

/// A place in a claimed file for a value that it does not have yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverrideSite {
    /// Index of the document in the file, from 0.
    pub document: u32,
    /// The keys that lead to the value.
    pub keys: Vec<String>,
}

/// Returns the source of a kind. To add one, see CONTRIBUTING.md.
pub fn source_of(kind: SourceKind) -> &'static dyn Source {
    match kind {
        SourceKind::Kustomize => &kustomize::KustomizeSource,
        SourceKind::HelmValues => &helm_values::HelmValuesSource,
        SourceKind::Manifests => &manifests::ManifestSource,
        SourceKind::Yaml => &yaml_keys::YamlSource,
        SourceKind::Json => &json_keys::JsonSource,
        SourceKind::Text => &text::TextSource,
        SourceKind::Line => &line::LineSource,
        SourceKind::Dotenv => &dotenv::DotenvSource,
        SourceKind::Compose => &compose::ComposeSource,
        SourceKind::Argo => &argo::ArgoSource,
        SourceKind::Flux => &flux::FluxSource,
        SourceKind::Pulumi => &pulumi::PulumiSource,
        SourceKind::Tfvars => &tfvars::TfvarsSource,
    }
}

/// Returns the source of a rule.
pub fn source_for(rule: &SourceRule) -> &'static dyn Source {
    source_of(rule.kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_own_source() {
        for kind in SourceKind::ALL {
            assert_eq!(source_of(*kind).kind(), *kind);
        }
    }
}
