//! Any JSON file: keys by path, such as `versions.{app}`. JSON is read with the YAML reader.

use super::{Claim, Finding, Reader, Source, yaml_keys};
use crate::model::SourceKind;

/// The source; see the module.
pub struct Json;

impl Source for Json {
    fn kind(&self) -> SourceKind {
        SourceKind::Json
    }

    fn read(&self, claim: &Claim<'_>, reader: &Reader<'_>) -> Vec<Finding> {
        yaml_keys::read(claim, reader)
    }
}
