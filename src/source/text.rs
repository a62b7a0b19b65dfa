//! a file that holds nothing but the tag.

use super::{Claim, Finding, Reader, Source};
use crate::model::SourceKind;

/// The source; see the module.
pub struct Text;

impl Source for Text {
    fn kind(&self) -> SourceKind {
        SourceKind::Text
    }

    fn read(&self, _claim: &Claim<'_>, _reader: &Reader<'_>) -> Vec<Finding> {
        Vec::new()
    }
}
