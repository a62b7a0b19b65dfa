//! What a page shows beside the findings.

use super::{Audited, Plot};
use crate::forge::Place;
use crate::report::Matrix;

/// An audit with all that stands around it.
#[derive(Debug)]
pub struct Page<'a> {
    pub audited: &'a Audited,
    /// What runs now.
    pub matrix: Matrix,
    pub plot: Plot,
    /// Where commits can be looked at.
    pub place: Option<Place>,
}
