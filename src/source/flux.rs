//! Flux: HelmRelease and Kustomization.

use super::{Claim, Finding, Reader, Source};
use crate::model::SourceKind;

/// The source; see the module.
pub struct Flux;

impl Source for Flux {
    fn kind(&self) -> SourceKind {
        SourceKind::Flux
    }

    fn read(&self, _claim: &Claim<'_>, _reader: &Reader<'_>) -> Vec<Finding> {
        Vec::new()
    }
}
