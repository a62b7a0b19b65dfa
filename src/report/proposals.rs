//! The report of `proposals`: pull requests as the forge lists them.

use crate::forge::Proposal;

/// Pull requests of a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProposalsReport {
    pub repository: String,
    /// Kind of forge, as in the configuration.
    pub forge: &'static str,
    pub proposals: Vec<Proposal>,
}
