//! Pull requests, as a forge tells of them.

use crate::forge::Proposal;

/// Some of a repository's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProposalsReport {
    pub repository: String,
    /// Which forge it is, by its word in a configuration.
    pub forge: &'static str,
    pub proposals: Vec<Proposal>,
}
