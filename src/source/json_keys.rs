//! Any JSON file: keys by path, such as `versions.{app}`. JSON is parsed with the YAML parser.

use super::{Claim, SnapshotReader, Source, VersionFinding, yaml_keys};
use crate::model::SourceKind;

/// The JSON source; see the module.
pub struct JsonSource;

impl Source for JsonSource {
    fn kind(&self) -> SourceKind {
        SourceKind::Json
    }

    fn read(&self, claim: &Claim<'_>, reader: &SnapshotReader<'_>) -> Vec<VersionFinding> {
        yaml_keys::read_keyed(claim, reader)
    }
}
