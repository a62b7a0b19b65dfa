//! Any YAML file: keys by path, such as `image_tag`, `images.*.{app}.tag` or `{stage}.{app}`.
//! Without keys in the rule, the usual conventions apply.

use super::convention::{KeySyntax, TELLING};
use super::{Claim, SnapshotReader, Source, VersionFinding, keyed};
use crate::model::SourceKind;

/// The YAML source; see the module.
pub struct YamlSource;

impl Source for YamlSource {
    fn kind(&self) -> SourceKind {
        SourceKind::Yaml
    }

    fn read(&self, claim: &Claim<'_>, reader: &SnapshotReader<'_>) -> Vec<VersionFinding> {
        read_keyed(claim, reader)
    }
}

/// Returns the findings of a claim; shared with `json_keys`.
pub(super) fn read_keyed(claim: &Claim<'_>, reader: &SnapshotReader<'_>) -> Vec<VersionFinding> {
    let by_document =
        keyed::names_keys(claim.rule).then(|| reader.leaves_with_keys(claim)).flatten();
    let Some(leaves) = by_document.or_else(|| reader.leaves_or_scan(&claim.path)) else {
        return Vec::new();
    };
    keyed::find_versions(claim.rule, &leaves, &|_| claim.path.clone(), KeySyntax::Tree, TELLING)
}
