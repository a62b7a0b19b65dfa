//! `Pulumi.<stack>.yaml`: config values that are image references.

use super::{Claim, Finding, Reader, Source};
use crate::model::SourceKind;

/// The source; see the module.
pub struct Pulumi;

impl Source for Pulumi {
    fn kind(&self) -> SourceKind {
        SourceKind::Pulumi
    }

    fn read(&self, _claim: &Claim<'_>, _reader: &Reader<'_>) -> Vec<Finding> {
        Vec::new()
    }
}
