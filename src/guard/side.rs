//! One state of the repository, as the guard looks at it.

use crate::model::{Entry, Warning};
use std::collections::BTreeSet;

/// What stands there, and what was looked at to find out.
#[derive(Debug, Clone, Default)]
pub struct Side {
    pub entries: Vec<Entry>,
    /// Paths of files, there or not.
    pub touched: BTreeSet<String>,
    pub warnings: Vec<Warning>,
}

impl Side {
    /// Was something about this file in the way?
    pub fn warning(&self, path: &str) -> Option<&Warning> {
        self.warnings.iter().find(|warning| warning.path.as_deref() == Some(path))
    }
}
