//! Proposes a configuration for a repository that has none.

use crate::config::Config;
use crate::source::Reader;

/// What discovery found.
#[derive(Debug, Clone, Default)]
pub struct Proposal {
    /// Stages in order and rules, each with its confidence; ready to be used.
    pub config: Config,
    /// Rules that discovery is not sure of: left out of the mapping, offered by `towpath init`.
    pub unsure: Config,
    /// Stage words that occur in paths although nothing is pinned there.
    pub empty_stages: Vec<String>,
}

/// Looks at one snapshot and proposes.
pub fn propose(_reader: &Reader<'_>) -> Proposal {
    Proposal::default()
}
