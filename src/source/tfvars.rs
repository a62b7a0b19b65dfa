//! `*.tfvars`: values read with an HCL parser.

use super::{Claim, Finding, Reader, Source};
use crate::model::SourceKind;

/// The source; see the module.
pub struct Tfvars;

impl Source for Tfvars {
    fn kind(&self) -> SourceKind {
        SourceKind::Tfvars
    }

    fn read(&self, _claim: &Claim<'_>, _reader: &Reader<'_>) -> Vec<Finding> {
        Vec::new()
    }
}
