//! Sources: the ways images are written down. One file each, behind one registry.
//!
//! A source turns a claimed file into [`Finding`]s. It never decides what is app, stage or target:
//! path and key templates of the [`Rule`] do, in [`read`].

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

/// One version found in a file.
#[derive(Debug, Clone, Default)]
pub struct VersionFinding {
    /// Which of several images of one file; stable while versions change.
    pub component: Option<String>,
    /// What key templates or groups captured; these win over the path's captures.
    pub captures: TemplateCaptures,
    pub image: Option<String>,
    pub version: Version,
    pub locations: Vec<Location>,
    pub notes: Vec<EntryNote>,
}

/// What a name tells of a file; the whole name tells more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NameMatch {
    Extension,
    Name,
}

/// A way of writing images down. What is known of it without a file is in [`SourceKind::descriptor`].
pub trait Source: Sync {
    /// The word for it in the config.
    fn kind(&self) -> SourceKind;

    /// What a rule's path template is matched against for a file: the file's path, a directory that
    /// stands for it, or both.
    fn subjects<'p>(&self, path: &'p str) -> Vec<&'p str> {
        vec![path]
    }

    /// How values are spelled in a file that this source found one in, for an edit.
    fn notation(&self, path: &str) -> ValueNotation {
        ValueNotation::by_name(path)
    }

    /// Whether discovery takes a file for one of this source by its name, in lower case.
    fn recognises_name(&self, _name: &str, _extension: &str) -> Option<NameMatch> {
        None
    }

    /// Whether discovery opens files of that name at all. Those that hold YAML or JSON it opens anyway.
    fn opens_name(&self, _name: &str, _extension: &str) -> bool {
        false
    }

    /// Whether discovery takes a Kubernetes object for one of this source, by its `apiVersion` and `kind`.
    /// Objects that no source takes are manifests.
    fn recognises_object(&self, _version: &str, _kind: &str) -> bool {
        false
    }

    /// The versions a claimed file holds. What cannot be read is a warning of the reader.
    fn read(&self, claim: &Claim<'_>, reader: &SnapshotReader<'_>) -> Vec<VersionFinding>;

    /// The places by which programs may come to other versions than [`Source::read`] does.
    fn blind_spots(
        &self,
        _claim: &Claim<'_>,
        _sight: &ChangeScope<'_>,
        _reader: &SnapshotReader<'_>,
    ) -> Vec<BlindSpot> {
        Vec::new()
    }
}

/// The source of a kind.
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

/// The source of a rule.
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
